/** The log's lines about what is in force: how much, and what each reading of the data directory changed. */
import type { LogFields, Logger } from '../log/log.ts';
import type { FileEntry } from './file-entry.ts';
import { type Kind, kinds } from './kind.ts';
import { revisionOf } from './revision.ts';
import type { Snapshot } from './snapshot.ts';
import type { Change, Committed } from './store.ts';
import type { Update } from './update.ts';

/** Files in force by kind, those that there are none of left out. */
export function countFields({ counts }: Snapshot): LogFields {
  return Object.fromEntries(kinds.filter((kind) => counts[kind] > 0).map((kind) => [kind, counts[kind]]));
}

/** How many files of each kind are different by a replacement. */
export type Differences = ReadonlyMap<Kind, Readonly<Difference>>;
export type MutableDifferences = Map<Kind, Difference>;

interface Difference {
  added: number;
  changed: number;
  removed: number;
}

export function noDifferences(): MutableDifferences {
  return new Map();
}

/** Counted while they are taken in: to look each of 100,000 files up again would hold everybody up. */
export function countDifference(differences: MutableDifferences, { kind, entry }: Update, was?: FileEntry): void {
  // Of a file that breaks the last good version stays in force; the log says so elsewhere.
  if (entry !== undefined && was !== undefined && was.value === entry.value) return;
  const count = differences.get(kind) ?? { added: 0, changed: 0, removed: 0 };
  if (entry === undefined) count.removed++;
  else if (was === undefined) count.added++;
  else count.changed++;
  differences.set(kind, count);
}

export interface Replaced {
  readonly before: Snapshot;
  readonly snapshot: Snapshot;
  readonly differences: Differences;
}

/** `read what changed: +1 ~2 -0 groups`. @param how the words before the numbers */
export function logChanges(logger: Logger, how: string, { before, snapshot: after, differences }: Replaced): void {
  const texts = kinds.flatMap((kind) => {
    const count = differences.get(kind);
    return count === undefined ? [] : [`+${count.added} ~${count.changed} -${count.removed} ${kind}`];
  });
  if (texts.length > 0) logger.info(`${how}: ${texts.join(', ')}`);
  if (before.counts.groups > 0 && after.counts.groups === 0) {
    logger.warn('there are no groups any more: no machine gets anything');
  }
}

/**
 * Whoever writes without saying what is there replaces whatever is. If that was a change which nobody here had read yet, such as
 * somebody's edit a moment before, it was never in force, and this line is what is left of it besides the audit log.
 */
export function logOverwritten(
  logger: Logger,
  changes: readonly Change[],
  { inForce, before }: { readonly inForce: readonly (FileEntry | undefined)[]; readonly before: Committed['before'] },
): void {
  for (const [index, { kind, name, expected, bytes: now }] of changes.entries()) {
    const replaced = before[index];
    if (expected !== undefined || replaced === undefined) continue;
    const known = inForce[index];
    if (known !== undefined && known.revision === revisionOf(replaced)) continue;
    if (now !== undefined && revisionOf(now) === revisionOf(replaced)) continue;
    logger.warn(
      `${kind}/${name}: ${now === undefined ? 'removed' : 'overwrote'} a change that had not been read yet (revision ${revisionOf(replaced)}); an audit log (-audit-log) has what it said`,
    );
  }
}
