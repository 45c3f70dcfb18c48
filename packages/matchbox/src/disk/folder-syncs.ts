/** Syncs of folders that several wait for at once: whoever comes while one runs shares the next. */
import { syncFolder } from './sync-folder.ts';

export class FolderSyncs {
  readonly #syncFolder: (folder: string) => Promise<void>;
  /** The last that was begun, by folder. */
  readonly #running = new Map<string, Promise<void>>();
  /** Not begun yet: it will see what was done before now. */
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(sync: (folder: string) => Promise<void> = syncFolder) {
    this.#syncFolder = sync;
  }

  /** Resolves when all that was done in the folder before this call outlives a power cut. @throws the error of fsync(2) */
  readonly sync = (folder: string): Promise<void> => {
    const before = this.#waiting.get(folder);
    if (before !== undefined) return before;
    const begin = () => this.#begin(folder);
    const waiting = (this.#running.get(folder) ?? Promise.resolve()).then(begin, begin);
    this.#waiting.set(folder, waiting);
    return waiting;
  };

  #begin(folder: string): Promise<void> {
    this.#waiting.delete(folder);
    const running = this.#syncFolder(folder).finally(() => {
      if (this.#running.get(folder) === running) this.#running.delete(folder);
    });
    this.#running.set(folder, running);
    return running;
  }
}
