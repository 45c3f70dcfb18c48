/** "Did you mean": the known word that is nearest to one that is not known. */
import { distance } from 'fastest-levenshtein';

/** Words that others are compared with, made ready once for each list of them. */
interface Vocabulary {
  readonly lowered: readonly string[];
  /** First word of each stem. */
  readonly byStem: ReadonlyMap<string, string>;
  /** Answers, as several rules ask about the same word. */
  readonly answers: Map<string, string | undefined>;
  /** Thousands of misspelt words among thousands would take minutes: the last ones get no suggestion by letters. */
  comparisonsLeft: number;
}

const maxComparisons = 3_000_000;
const vocabularies = new WeakMap<readonly string[], Vocabulary>();

/** @returns undefined when none is near: more than a third of the letters differ, and not only folder, extension or case */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const list: readonly string[] = Array.isArray(known) ? known : [...known];
  let vocabulary = vocabularies.get(list);
  if (vocabulary === undefined) {
    vocabulary = prepare(list);
    vocabularies.set(list, vocabulary);
  }
  if (vocabulary.answers.has(word)) return vocabulary.answers.get(word);
  const stem = stemOf(word);
  const ofStem = stem === '' ? undefined : vocabulary.byStem.get(stem);
  const near = ofStem ?? nearestByLetters(word, list, vocabulary);
  vocabulary.answers.set(word, near);
  return near;
}

function prepare(known: readonly string[]): Vocabulary {
  const byStem = new Map<string, string>();
  for (const name of known) if (!byStem.has(stemOf(name))) byStem.set(stemOf(name), name);
  const lowered = known.map((name) => name.toLowerCase());
  return { lowered, byStem, answers: new Map(), comparisonsLeft: maxComparisons };
}

/** `debian` for `Debian.yaml` and `ignition/debian`. */
function stemOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/\.[^.]*$/, '');
}

function nearestByLetters(word: string, known: readonly string[], vocabulary: Vocabulary): string | undefined {
  if (vocabulary.comparisonsLeft <= 0) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const [index, candidate] of vocabulary.lowered.entries()) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    vocabulary.comparisonsLeft--;
    const letters = distance(wanted, candidate);
    if (letters < bestDistance && letters < candidate.length) [best, bestDistance] = [known[index], letters];
    if (bestDistance <= 1) break;
  }
  return best;
}

/** `; did you mean "x"?` or nothing. */
export function suggestion(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
}
