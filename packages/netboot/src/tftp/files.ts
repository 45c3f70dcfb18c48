/** The files that TFTP serves: loaders from memory, and folders on the disk, out of which no name leads. */
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { encodeNetascii } from './netascii.ts';
import type { OpenedFile } from './sessions.ts';

export interface ServedFile extends OpenedFile {
  /** Bytes from an offset, at once when they are at hand; fewer only at the end of the file. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
  close(): void;
}

export interface FileSource {
  /** Loaders and others kept in memory, by the name they are asked for. */
  inMemory(path: string): Uint8Array | undefined;
  /** Looked through in this order for what is not in memory. */
  readonly folders: readonly string[];
}

export function memoryFile(bytes: Uint8Array): ServedFile {
  return {
    sizeBytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => undefined,
  };
}

/** netascii changes the length, so its files are read whole: texts, which no loader is. */
const maxNetasciiBytes = 256 * 1024;

/** @param path as `resolveName` answers it */
export async function openServedFile(
  { inMemory, folders }: FileSource,
  path: string,
  mode: 'octet' | 'netascii',
): Promise<ServedFile | 'missing' | 'unreadable'> {
  const bytes = inMemory(path);
  if (bytes !== undefined) return mode === 'netascii' ? asNetascii(memoryFile(bytes)) : memoryFile(bytes);
  for (const folder of folders) {
    const file = await openInFolder(folder, path);
    if (file === 'missing') continue;
    return mode === 'netascii' && typeof file === 'object' ? asNetascii(file) : file;
  }
  return 'missing';
}

async function openInFolder(folder: string, path: string): Promise<ServedFile | 'missing' | 'unreadable'> {
  try {
    const root = await realpath(folder);
    // Links are followed, as long as they stay inside.
    const target = await realpath(join(root, path));
    if (!target.startsWith(root.endsWith(sep) ? root : root + sep)) return 'missing';
    // Opening a FIFO would wait for its other end; O_NONBLOCK does not.
    const handle = await open(target, 0x800);
    const status = await handle.stat();
    if (!status.isFile()) {
      await handle.close();
      return 'missing';
    }
    return new DiskFile(handle, status.size);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENXIO' || code === 'ELOOP' ? 'missing' : 'unreadable';
  }
}

async function asNetascii(file: ServedFile): Promise<ServedFile | 'unreadable'> {
  try {
    if (file.sizeBytes > maxNetasciiBytes) return 'unreadable';
    return memoryFile(encodeNetascii(await file.read(0, file.sizeBytes)));
  } catch {
    return 'unreadable';
  } finally {
    file.close();
  }
}

/** What is read ahead; two of these for each transfer are in memory. */
const chunkBytes = 128 * 1024;

/** A file on the disk, read a chunk ahead of what is sent, each byte once as long as nothing is lost. */
class DiskFile implements ServedFile {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  #chunk: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };
  #ahead: { readonly start: number; readonly bytes: Promise<Uint8Array> } | undefined;
  #closed = false;

  constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.min(offset + length, this.sizeBytes);
    const { start, bytes } = this.#chunk;
    if (offset < start || end > start + bytes.length) return this.#load(offset, length);
    if (end > start + bytes.length / 2) this.#readAhead(start + bytes.length, length);
    return bytes.subarray(offset - start, end - start);
  }

  close(): void {
    this.#closed = true;
    // A reading under way must end first; nobody waits for either.
    const closing = Promise.resolve(this.#ahead?.bytes).catch(() => undefined);
    void closing.then(() => this.#handle.close()).catch(() => undefined);
  }

  #readAhead(from: number, length: number): void {
    if (this.#ahead !== undefined || from >= this.sizeBytes || this.#closed) return;
    const reading = this.#readAt(from, chunkFor(length));
    // Whoever asks for it sees the error.
    reading.catch(() => undefined);
    this.#ahead = { start: from, bytes: reading };
  }

  async #load(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.sizeBytes);
    const ahead = this.#ahead;
    this.#ahead = undefined;
    let chunk = ahead && { start: ahead.start, bytes: await ahead.bytes };
    if (chunk === undefined || offset < chunk.start || end > chunk.start + chunk.bytes.length) {
      chunk = { start: offset, bytes: await this.#readAt(offset, chunkFor(length)) };
    }
    this.#chunk = chunk;
    return chunk.bytes.subarray(offset - chunk.start, end - chunk.start);
  }

  /** @throws Error when the file has become shorter */
  async #readAt(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(length, this.sizeBytes - offset));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, at, bytes.length - at, offset + at);
      if (bytesRead === 0) throw new Error(`the file ends at ${offset + at} of ${this.sizeBytes} bytes`);
      at += bytesRead;
    }
    return bytes;
  }
}

/** Whole windows, so that none begins in one chunk and ends in the next. */
function chunkFor(length: number): number {
  return Math.max(Math.floor(chunkBytes / length), 1) * length;
}
