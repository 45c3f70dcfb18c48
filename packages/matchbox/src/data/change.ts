/** What every store has to ask of the changes that it is to make, before it makes any. */
import { isTooLong, nameFault } from './file-name.ts';
import { isDescriptionKind, type Kind } from './kind.ts';
import { revisionOf } from './revision.ts';
import { type Change, type Store, StoreError } from './store.ts';

/** @throws StoreError `bad_name`, `too_large` */
export function checkChanges(
  changes: readonly Change[],
  { limits, describe }: Pick<Store, 'limits' | 'describe'>,
): void {
  const seen = new Set<string>();
  let total = 0;
  for (const { kind, name, bytes } of changes) {
    const action = bytes === undefined ? 'remove' : 'open';
    const fault = nameFault(name) ?? (seen.has(`${kind}/${name}`) ? 'named twice in one change' : undefined);
    if (fault !== undefined) throw new StoreError('bad_name', `${action} ${whereOf(describe, kind, name)}: ${fault}`);
    seen.add(`${kind}/${name}`);
    if (isTooLong(name)) throw new StoreError('write_failed', `${action} ${describe(kind, name)}: file name too long`);
    const size = bytes?.length ?? 0;
    total += size;
    if (size > limits.bytesPerFile) throw tooLarge(describe(kind, name), size, limits.bytesPerFile, 'bytes');
  }
  if (changes.length > limits.filesPerCommit)
    throw tooLarge('one change', changes.length, limits.filesPerCommit, 'files');
  if (total > limits.bytesPerCommit) throw tooLarge('one change', total, limits.bytesPerCommit, 'bytes');
}

/** A name that leaves its folder is shown as it was asked for. */
function whereOf(describe: Store['describe'], kind: Kind, name: string): string {
  return `${describe(kind)}/${name}`;
}

function tooLarge(what: string, found: number, limit: number, unit: string): StoreError {
  return new StoreError('too_large', `open ${what}: ${found} ${unit}, more than the ${limit} allowed`);
}

/**
 * @param found what the store has now; undefined for nothing
 * @throws StoreError `conflict` if it is not what the change expects
 */
export function checkExpected({ kind, name, expected }: Change, found: Uint8Array | undefined): void {
  if (expected === undefined) return;
  const revision = found === undefined ? '' : revisionOf(found);
  if (revision === expected) return;
  const message = `${kind}/${name} has changed: expected revision "${expected}", found "${revision}"`;
  throw new StoreError('conflict', message);
}

/**
 * The order in which a store that cannot make several changes as one has to make them, so that no moment has a group
 * without its profile, nor a profile without its templates.
 */
export function inSafeOrder<C extends Change>(changes: readonly C[]): C[] {
  return [...changes].sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ kind, bytes }: Change): number {
  const depth = isDescriptionKind(kind) ? (kind === 'groups' ? 2 : 1) : 0;
  return bytes === undefined ? 5 - depth : depth;
}
