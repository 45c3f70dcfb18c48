/** Certificate files that are read again when they change: the new ones come into force, broken ones do not. */
import type { TextFiles } from './text-files.ts';

/** How often the files are looked at, unless told otherwise. */
export const renewalIntervalMs = 2_000;

export interface RenewalOptions<Loaded> {
  readonly files: TextFiles;
  readonly paths: readonly string[];
  readonly intervalMs?: number | undefined;
  /** Reads and checks the files. */
  readonly load: () => Promise<Loaded>;
}

export interface RenewalListener<Loaded> {
  /** May throw, too, when what was read turns out to be of no use. */
  readonly onChange: (loaded: Loaded) => void;
  /** Said once for each state of the files that cannot be used; they are tried again until they can. */
  readonly onError: (error: Error) => void;
}

export interface Renewed<Loaded> {
  /** What was read at the start. */
  readonly first: Loaded;
  /** Begins to look for changes since then. */
  watch(listener: RenewalListener<Loaded>): { close(): void };
}

/** @throws what `load` throws */
export async function openRenewed<Loaded>(options: RenewalOptions<Loaded>): Promise<Renewed<Loaded>> {
  // Before they are read, so that what changes meanwhile is a change.
  const known = await options.files.stamp(options.paths);
  return { first: await options.load(), watch: (listener) => watchFiles(options, listener, known) };
}

function watchFiles<Loaded>(
  { files, paths, load, intervalMs = renewalIntervalMs }: RenewalOptions<Loaded>,
  { onChange, onError }: RenewalListener<Loaded>,
  first: string,
): { close(): void } {
  let known = first;
  let failed: { stamp: string; reported: boolean } | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const stamp = await files.stamp(paths);
    if (stamp === known) failed = undefined;
    else await take(stamp);
    if (!closed) schedule();
  };
  const take = async (stamp: string): Promise<void> => {
    try {
      const loaded = await load();
      if (closed) return;
      onChange(loaded);
      known = stamp;
      failed = undefined;
    } catch (error) {
      const isReported = stamp === failed?.stamp && failed.reported;
      // A certificate and its key cannot be replaced in one step, so it is a fault only when the next look finds the same.
      const isFault = stamp === failed?.stamp && !isReported;
      failed = { stamp, reported: isReported || isFault };
      if (isFault) onError(error as Error);
    }
  };
  const schedule = () => {
    timer = setTimeout(() => void look(), intervalMs).unref();
  };
  schedule();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
