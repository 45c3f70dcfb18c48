/** Runs again whenever something changes, until the signal says to stop. */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Test files are looked at this often; data directories tell by themselves. */
const pollMs = 250;
/** Changes that come together are one: wait until nothing changed for a poll, but no longer than this. */
const maxSettleMs = 2_000;

export interface Watched {
  /** Files and folders to look at; asked anew each time, as a run may come across others. */
  readonly paths: () => Iterable<string>;
  /** Calls back at a change of the data directory. */
  readonly followData: (onChange: () => void) => Promise<{ close(): Promise<void> }>;
  readonly signal: AbortSignal;
}

/**
 * @param run is not called again before it has resolved
 * @returns what the last run did
 */
export async function runOnChanges(run: () => Promise<number>, watched: Watched): Promise<number> {
  const { paths, followData, signal } = watched;
  let dataChanged = false;
  const data = await followData(() => {
    dataChanged = true;
  });
  let stamps: ReadonlyMap<string, string> = new Map();
  const hasChanged = async () => {
    const now = new Map(await Promise.all(Array.from(paths(), async (path) => [path, await stampOf(path)] as const)));
    // A path that is new here is a file that a run has come across, not one that has changed.
    const changed = dataChanged || [...now].some(([path, stamp]) => (stamps.get(path) ?? stamp) !== stamp);
    [dataChanged, stamps] = [false, now];
    return changed;
  };
  try {
    for (;;) {
      await hasChanged();
      const code = await run();
      while (!signal.aborted && !(await hasChanged())) await pause(pollMs, signal);
      if (signal.aborted) return code;
      const end = Date.now() + maxSettleMs;
      do await pause(pollMs, signal);
      while ((await hasChanged()) && Date.now() < end);
      if (signal.aborted) return code;
    }
  } finally {
    await data.close();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Aborted: whoever waits looks at the signal.
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  } catch {
    return 'absent';
  }
}
