/** How many files and connections the system lets this process have open. */
import { readFileSync } from 'node:fs';

/** @returns undefined where the system does not say, or sets no limit */
export function descriptorLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
