/** A file that is being downloaded in blocks: its bytes and, beside it, which blocks are there, so that a later run goes on. */
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** Size of a block in bytes: one request each, and what an interruption costs at most per connection. */
export const blockSizeBytes = 8 * 1024 * 1024;

/** What must be the same for a later run to go on with the blocks that are there. */
export interface Identity {
  readonly url: string;
  readonly sizeBytes: number;
  /** A strong ETag or the Last-Modified date; '' where the site gives neither. */
  readonly validator: string;
}

export class PartialFile {
  readonly path: string;
  readonly identity: Identity;
  readonly #handle: FileHandle;
  readonly #done: Set<number>;
  #saving: Promise<void> = Promise.resolve();

  private constructor(path: string, identity: Identity, handle: FileHandle, done: Set<number>) {
    this.path = path;
    this.identity = identity;
    this.#handle = handle;
    this.#done = done;
  }

  /** Opens `path`, keeping the blocks of an earlier run if the file on the site is still the same one. */
  static async open(path: string, identity: Identity): Promise<PartialFile> {
    const done = await readState(path, identity);
    const handle = await open(path, done.size > 0 ? 'r+' : 'w+');
    return new PartialFile(path, identity, handle, done);
  }

  /** Bytes that are there already. */
  get doneBytes(): number {
    let bytes = 0;
    for (const block of this.#done) bytes += this.#range(block).end - this.#range(block).start;
    return bytes;
  }

  /** The ranges still missing; `end` is exclusive. */
  missing(): { readonly block: number; readonly start: number; readonly end: number }[] {
    const blocks = Math.ceil(this.identity.sizeBytes / blockSizeBytes);
    return Array.from({ length: blocks }, (_, block) => ({ block, ...this.#range(block) })).filter(
      ({ block }) => !this.#done.has(block),
    );
  }

  async write(chunk: Uint8Array, position: number): Promise<void> {
    await this.#handle.write(chunk, 0, chunk.length, position);
  }

  /** Notes a block as complete, on disk too. */
  async finishBlock(block: number): Promise<void> {
    this.#done.add(block);
    this.#saving = this.#saving.then(async () => {
      await this.#handle.datasync();
      const text = JSON.stringify({ ...this.identity, blockSizeBytes, done: [...this.#done].sort((a, b) => a - b) });
      await writeFile(`${statePath(this.path)}.new`, text);
      await rename(`${statePath(this.path)}.new`, statePath(this.path));
    });
    await this.#saving;
  }

  async close(): Promise<void> {
    await this.#saving.catch(() => undefined);
    await this.#handle.close();
  }

  #range(block: number): { start: number; end: number } {
    const start = block * blockSizeBytes;
    return { start, end: Math.min(start + blockSizeBytes, this.identity.sizeBytes) };
  }
}

/** Forgets a download: its bytes and its state. */
export async function removePartial(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(statePath(path), { force: true });
}

export function statePath(path: string): string {
  return `${path}.state.json`;
}

async function readState(path: string, identity: Identity): Promise<Set<number>> {
  try {
    const state: unknown = JSON.parse(await readFile(statePath(path), 'utf8'));
    if (typeof state !== 'object' || state === null) return new Set();
    const { url, sizeBytes, validator, blockSizeBytes: size, done } = state as Record<string, unknown>;
    const same =
      url === identity.url &&
      sizeBytes === identity.sizeBytes &&
      validator === identity.validator &&
      size === blockSizeBytes;
    if (!same || validator === '' || !Array.isArray(done)) return new Set();
    const handle = await open(path, 'r');
    await handle.close();
    return new Set(done.filter((block): block is number => Number.isInteger(block)));
  } catch {
    return new Set(); // no state, or none that can be read: begin anew
  }
}
