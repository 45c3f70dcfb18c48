/** Sorts long lists without holding the event loop up: who boots meanwhile does not wait for who lists. */

import { nextTurn } from './turns.ts';

/** Elements that are sorted or merged in one turn: about a millisecond. */
const atOnce = 1024;

/** @returns a new list, in the order of keys; equal ones stay as they were */
export async function sortInTurns<T extends { readonly key: string }>(list: readonly T[]): Promise<T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < list.length; from += atOnce) {
    runs.push(list.slice(from, from + atOnce).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)));
    await nextTurn();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2)
      merged.push(runs[i + 1] === undefined ? runs[i]! : await mergeInTurns(runs[i]!, runs[i + 1]!));
    runs = merged;
  }
  return runs[0] ?? [];
}

/** @returns both in one, if each is in the order of keys */
export async function mergeInTurns<T extends { readonly key: string }>(
  left: readonly T[],
  right: readonly T[],
): Promise<T[]> {
  const merged: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    if (merged.length % atOnce === atOnce - 1) await nextTurn();
    const takesLeft = r >= right.length || (l < left.length && left[l]!.key <= right[r]!.key);
    merged.push(takesLeft ? left[l++]! : right[r++]!);
  }
  return merged;
}
