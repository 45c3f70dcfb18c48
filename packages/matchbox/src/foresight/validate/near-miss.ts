/** Whether a word is a slip of the hand for another: stricter than “did you mean”, since here the word is blamed for it. */
import { distance } from 'fastest-levenshtein';

/** Words that are compared often, by their length. */
const byLength = new WeakMap<ReadonlySet<string>, ReadonlyMap<number, readonly string[]>>();

/** Shorter words are too many others' neighbours. */
const minLength = 3;
/** From this length on two letters may be wrong. */
const longLength = 9;

/** @returns the known word; undefined for a word that is known itself, or none's neighbour */
export function nearMiss(word: string, known: ReadonlySet<string>): string | undefined {
  if (word.length < minLength || known.has(word)) return undefined;
  const lowered = word.toLowerCase();
  if (known.has(lowered)) return lowered;
  const words = wordsOf(known);
  const lengths = [0, -1, 1, ...(word.length >= longLength ? [-2, 2] : [])];
  const near = lengths.flatMap((more) => words.get(word.length + more) ?? []).filter((each) => isSlip(lowered, each));
  return near.length < 2 ? near[0] : near.sort((a, b) => distance(lowered, a) - distance(lowered, b))[0];
}

/** One letter more, less or other, two that are swapped; twice in long words; separators that are others or missing. */
export function isSlip(word: string, known: string): boolean {
  if (bare(word) === bare(known)) return true;
  const letters = distance(word, known);
  if (letters <= 1) return known.length > minLength || word[0] === known[0];
  if (letters === 2) return known.length >= longLength || isSwapped(word, known);
  return letters === 3 && known.length >= longLength && isSwappedAnd(word, known);
}

function bare(word: string): string {
  return word.replace(/[-_.]/g, '');
}

/** Two neighbouring letters stand in each other's place. */
function isSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** Swapped letters, and one more slip elsewhere. */
function isSwappedAnd(a: string, b: string): boolean {
  for (let at = 0; at + 1 < a.length; at++) {
    const swapped = a.slice(0, at) + a[at + 1] + a[at] + a.slice(at + 2);
    if (distance(swapped, b) <= 1) return true;
  }
  return false;
}

function wordsOf(known: ReadonlySet<string>): ReadonlyMap<number, readonly string[]> {
  let words = byLength.get(known);
  if (words === undefined) {
    const grouped = new Map<number, string[]>();
    for (const word of known) grouped.set(word.length, [...(grouped.get(word.length) ?? []), word]);
    words = grouped;
    byLength.set(known, words);
  }
  return words;
}
