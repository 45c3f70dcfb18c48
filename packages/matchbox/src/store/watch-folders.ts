/**
 * Hints that something changed below some folders. One kernel watch a folder; a catalog that rescans after a hint needs
 * no more. (A watcher that tracks each file, as chokidar does, costs a stat and a listener per file: with 10,000 files
 * that is seconds at start and memory for ever, to learn what the rescan finds out anyway.) Whatever no watch sees, such
 * as a change behind a symbolic link or on a network file system, the catalog's slow poll sees.
 */
import { type FSWatcher, statfsSync, statSync, watch } from 'node:fs';

/** Notices changes; may hint too often. */
export interface FolderWatcher {
  /** Whether a change of a file in any of the folders is hinted at before the event loop has gone round twice. */
  hearsEverything(): boolean;
  close(): Promise<void>;
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
  readonly isLocal: boolean;
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
): FolderWatcher {
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
      watchOne(folder, identity);
    }
    return changed;
  };

  const watchOne = (folder: string, identity: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => hint(folder, name));
      watcher.on('error', () => drop(folder));
      watched.set(folder, { watcher, identity, isLocal: isLocal(folder) });
    } catch {
      // Out of watches, or gone again: the slow poll has to do.
    }
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
    hearsEverything: () =>
      process.platform === 'linux' && folders().every((folder) => watched.get(folder)?.isLocal === true),
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

/**
 * Spec: linux/magic.h, the file systems whose changes all go through this kernel: ext4, xfs, btrfs, tmpfs, overlayfs, zfs,
 * f2fs. Of a network file system it learns nothing that another machine does.
 */
const localFileSystems = [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010];

function isLocal(folder: string): boolean {
  try {
    return localFileSystems.includes(statfsSync(folder).type >>> 0);
  } catch {
    return false;
  }
}
