/**
 * A file that keeps what an engine had, for a start without it: written whole or not at all, and believed whole or not at all.
 *
 * A line that says what it is, a line of JSON about all, then for each file a line of JSON and its bytes; at last the SHA-256 of everything before.
 */

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { systemMessage } from '@matchbox/gotext';
import { isKind, type Kind } from '../../data/kind.ts';
import type { Position, StoredFile } from '../../data/store.ts';
import { CodedError } from '../../fault/coded-error.ts';

/** What a cache file says of its content. */
export interface CacheContent {
  /** Whose it is: what users know the store by, without secrets. */
  readonly store: string;
  readonly position: Position;
  readonly files: readonly CachedFile[];
}

export interface CachedFile {
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** `absent`: there is none, which is no fault at a first start. */
export type CacheErrorCode = 'absent' | 'unusable' | 'not_written';

/** The file cannot be used. The message says why, and what to do. */
export class CacheError extends CodedError<CacheErrorCode> {
  override name = 'CacheError';
}

const magic = 'matchbox store cache 1\n';
const hashLength = 64 + 1;
const lineFeed = 10;
/** A store that holds more is not kept: whoever has so much has a second server. */
const maxBytes = 512 * 1024 * 1024;
/** Written at a time, and then others have their turn. */
const chunkBytes = 256 * 1024;

/** Beside its place first, then moved there. @throws CacheError */
export async function writeCache(path: string, { store, position, files }: CacheContent): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (bytes > maxBytes) {
    const text = `write ${path}: ${bytes} bytes in the store, at most ${maxBytes} are kept`;
    throw new CacheError('not_written', text);
  }
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      const out = createOutput(handle);
      await out.add(magic);
      await out.add(`${JSON.stringify({ store, position, files: files.length, bytes })}\n`);
      for (const { kind, name, bytes: content } of files) {
        await out.add(`${JSON.stringify({ kind, name, bytes: content.length })}\n`);
        await out.add(content);
      }
      await out.end();
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new CacheError('not_written', `write ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

function createOutput(handle: FileHandle) {
  const hash = createHash('sha256');
  let waiting: Uint8Array[] = [];
  let length = 0;
  const pass = async () => {
    const chunk = Buffer.concat(waiting, length);
    waiting = [];
    length = 0;
    hash.update(chunk);
    await writeAll(handle, chunk);
  };
  return {
    add: async (part: string | Uint8Array) => {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      waiting.push(bytes);
      length += bytes.length;
      if (length >= chunkBytes) await pass();
    },
    end: async () => {
      await pass();
      await writeAll(handle, Buffer.from(`${hash.digest('hex')}\n`));
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** @param store whose it has to be @throws CacheError: nothing of it is to be used */
export async function readCache(path: string, store: string): Promise<CacheContent> {
  const bytes = await readBounded(path);
  const unusable = (reason: string) =>
    new CacheError(
      'unusable',
      `${path} is not used: ${reason}; remove it, a new one is written once the store is there`,
    );
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) {
    throw unusable('it is no cache of a store, or one of another version');
  }
  const body = bytes.subarray(0, bytes.length - hashLength);
  const found = await hashOf(body);
  if (`${found}\n` !== bytes.subarray(body.length).toString('latin1')) {
    throw unusable('its checksum does not fit: it was cut off or changed');
  }
  const content = parseBody(body.subarray(magic.length));
  if (content === undefined) throw unusable('its content is not what a server writes');
  if (content.store !== store) throw unusable(`it is of ${content.store}, the store is ${store}`);
  return content;
}

async function readBounded(path: string): Promise<Buffer> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unusable';
    throw new CacheError(code, `open ${path}: ${systemMessage(error)}`, { cause: error });
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new CacheError('unusable', `${path} is not used: it is no regular file`);
    // Names and lengths come on top of the content.
    if (stat.size > 2 * maxBytes) {
      throw new CacheError('unusable', `${path} is not used: ${stat.size} bytes, more than a server writes`);
    }
    return await handle.readFile();
  } catch (error) {
    if (error instanceof CacheError) throw error;
    throw new CacheError('unusable', `read ${path}: ${systemMessage(error)}`, { cause: error });
  } finally {
    await handle.close();
  }
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash: Hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += 16 * chunkBytes) {
    hash.update(bytes.subarray(at, at + 16 * chunkBytes));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hash.digest('hex');
}

/** @returns undefined for what no server of ours has written, whatever its checksum says */
function parseBody(body: Buffer): CacheContent | undefined {
  const reader = lineReader(body);
  const head = reader.line();
  const position = head?.position as Position | undefined;
  if (typeof head?.store !== 'string' || typeof head.files !== 'number') return undefined;
  if (typeof position?.epoch !== 'string' || !Number.isSafeInteger(position.revision)) return undefined;
  const files: CachedFile[] = [];
  while (!reader.isAtEnd()) {
    const line = reader.line();
    const { kind, name } = line ?? {};
    const bytes = reader.bytes(line?.bytes);
    if (typeof kind !== 'string' || !isKind(kind) || typeof name !== 'string' || bytes === undefined) return undefined;
    files.push({ kind, name, bytes });
  }
  if (files.length !== head.files) return undefined;
  const { epoch, revision } = position;
  return { store: head.store, position: { epoch, revision }, files };
}

function lineReader(body: Buffer) {
  let at = 0;
  return {
    isAtEnd: () => at >= body.length,
    line: (): Record<string, unknown> | undefined => {
      const end = body.indexOf(lineFeed, at);
      if (end < 0) return undefined;
      const text = body.toString('utf8', at, end);
      at = end + 1;
      try {
        const value: unknown = JSON.parse(text);
        return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
      } catch {
        return undefined;
      }
    },
    bytes: (length: unknown): Uint8Array | undefined => {
      if (!Number.isSafeInteger(length) || (length as number) < 0 || at + (length as number) > body.length)
        return undefined;
      const end = at + (length as number);
      // A copy each: a file that is replaced must not keep the rest in memory.
      const bytes = new Uint8Array(body.subarray(at, end));
      at = end;
      return bytes;
    },
  };
}

/** As a store would load them. */
export function storedFiles({ files }: CacheContent): StoredFile[] {
  return files.map(({ kind, name, bytes }) => ({ kind, name, content: bytes }));
}
