/**
 * Hints that something changed below some folders. One kernel watch a folder; a catalog that rescans after a hint needs
 * no more. (A watcher that tracks each file, as chokidar does, costs a stat and a listener per file: with 10,000 files
 * that is seconds at start and memory for ever, to learn what the rescan finds out anyway.) Whatever no watch sees, such
 * as a change behind a symbolic link or on a network file system, the catalog's slow poll sees.
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import type { Watcher } from '../core/store.ts';

interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
}

/** Folders may be removed and made again, so the list is looked through this often. */
const refreshMs = 1_000;

/**
 * @param folders the folders to watch at the moment; those that are not there are tried again later
 * @param onHint told which of the folders, and what in it if that is known
 */
export function watchFolders(
  folders: () => readonly string[],
  onHint: (folder: string, name: string | null) => void,
): Watcher {
  const watched = new Map<string, Watched>();

  const drop = (folder: string) => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };

  const refresh = (): boolean => {
    const wanted = new Set(folders());
    let changed = false;
    for (const folder of watched.keys()) if (!wanted.has(folder)) drop(folder);
    for (const folder of wanted) {
      const identity = identityOf(folder);
      if (watched.get(folder)?.identity === identity) continue;
      drop(folder);
      if (identity === undefined) continue;
      changed = true;
      try {
        const watcher = watch(folder, { persistent: false }, (_, name) => hint(folder, name));
        watcher.on('error', () => drop(folder));
        watched.set(folder, { watcher, identity });
      } catch {
        // Out of watches, or gone again: the slow poll has to do.
      }
    }
    return changed;
  };

  const hint = (folder: string, name: string | null) => {
    refreshSoon();
    onHint(folder, name);
  };

  let refreshing: NodeJS.Timeout | undefined;
  /** Hints come in crowds; the folders need to be looked through once for all of them. */
  const refreshSoon = () => {
    refreshing ??= setTimeout(() => {
      refreshing = undefined;
      if (refresh()) onHint('', null);
    }, 20).unref();
  };

  refresh();
  const timer = setInterval(() => {
    if (refresh()) onHint('', null);
  }, refreshMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      clearTimeout(refreshing);
      for (const folder of [...watched.keys()]) drop(folder);
    },
  };
}

/** Device and inode; undefined when there is no such folder. */
function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
