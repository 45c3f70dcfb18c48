/** Finds the loaders on the disk and keeps them in memory, so that one that is being replaced is never served mixed. */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findVersion, type LoaderFile, type LoaderTable, loaderNames, makeLoaderTable } from './table.ts';

/** Where distributions put iPXE: Debian and Ubuntu, then Fedora. */
export const systemLoaderFolders = ['/usr/lib/ipxe', '/usr/share/ipxe'];

/** iPXE has 1 MB, a shim with its iPXE two; a larger file is something else. */
const maxLoaderBytes = 16 * 1024 * 1024;

interface Known {
  readonly file: LoaderFile;
  /** Size, time and inode: what changes when a file does. */
  readonly stamp: string;
}

export class LoaderStore {
  readonly #folders: readonly string[];
  #names: readonly string[];
  #known = new Map<string, Known>();
  #table: LoaderTable = makeLoaderTable(new Map());

  private constructor(folders: readonly string[], names: readonly string[]) {
    this.#folders = folders;
    this.#names = names;
  }

  /**
   * @param folders searched in this order; the first that has a name counts. Folders that do not exist are passed over
   * @param names loaders that an operator configured, besides the usual ones
   */
  static async open(folders: readonly string[], names: readonly string[] = []): Promise<LoaderStore> {
    const store = new LoaderStore(folders, names);
    await store.refresh();
    return store;
  }

  get table(): LoaderTable {
    return this.#table;
  }

  /** Reads what is new or has changed. @returns whether anything did */
  async refresh(names: readonly string[] = this.#names): Promise<boolean> {
    this.#names = names;
    const known = new Map<string, Known>();
    for (const name of new Set([...loaderNames, ...names])) {
      const found = await this.#find(name);
      if (found !== undefined) known.set(name, found);
    }
    const changed =
      known.size !== this.#known.size || [...known].some(([name, { stamp }]) => this.#known.get(name)?.stamp !== stamp);
    this.#known = known;
    if (changed) this.#table = makeLoaderTable(new Map(Array.from(known, ([name, { file }]) => [name, file])));
    return changed;
  }

  async #find(name: string): Promise<Known | undefined> {
    for (const folder of this.#folders) {
      const found = await this.#read(name, join(folder, name));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Links are followed wherever they lead: Debian's ipxe.efi is one to /boot, and only names from our own list are read. */
  async #read(name: string, path: string): Promise<Known | undefined> {
    try {
      const before = await stat(path);
      const stamp = `${path} ${before.size} ${before.mtimeMs} ${before.ino}`;
      const known = this.#known.get(name);
      if (known?.stamp === stamp) return known;
      if (!before.isFile() || before.size > maxLoaderBytes || before.size === 0) return undefined;
      const bytes = await readWhole(path, before.size);
      if (bytes === undefined) return known;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { file: { name, path, bytes, sha256, version: findVersion(bytes) }, stamp };
    } catch {
      return undefined;
    }
  }
}

/** undefined when the file grew, shrank or was written to while it was read. */
async function readWhole(path: string, size: number): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r');
  try {
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await handle.read(bytes, at, size - at, at);
      if (bytesRead === 0) return undefined;
      at += bytesRead;
    }
    return (await handle.stat()).size === size ? bytes : undefined;
  } finally {
    await handle.close();
  }
}
