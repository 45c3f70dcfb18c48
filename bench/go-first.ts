/** Keeps what else the computer does away from a figure: a process that is to go first is given a processor whenever it wants one. */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';

const foremost = '-19';

/**
 * By niceness, and never by real-time priority: a server that never sleeps keeps the system's own work from a processor then.
 * @returns whether the system lets it (Linux, root); it waits its turn otherwise
 */
export function goFirst(pid: number): boolean {
  try {
    // Where sessions share processors first and their processes second, a process goes first among its own alone.
    writeFileSync(`/proc/${pid}/autogroup`, foremost);
  } catch {
    // No such sharing here.
  }
  return spawnSync('renice', ['-n', foremost, '-p', ...threadsOf(pid)], { stdio: 'ignore' }).status === 0;
}

/** Each thread has a niceness of its own. */
function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [String(pid)];
  }
}
