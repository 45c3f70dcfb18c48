/** One way in which an answer is not what a test wants, in lines for people. */
import { toWellFormed } from '@matchbox/gotext';
import { distance } from 'fastest-levenshtein';
import type { Place } from './suite.ts';

export interface Mismatch {
  readonly place: Place;
  /** One line, such as `ipxe: the answer lacks "initrd=main"`. */
  readonly message: string;
  /** Further lines; those of a difference begin with `-` (wanted) or `+` (found). */
  readonly details: readonly string[];
}

/** Longer texts are cut in messages, and not searched for their nearest line. */
const maxShownCharacters = 160;
const maxSearchedLines = 2_000;

/** Two values of one line each. */
export function wantedFound(wanted: string, found: string): readonly string[] {
  return [`wanted: ${shorten(wanted)}`, `found:  ${shorten(found)}`];
}

/** Indented, with a line break at the end. */
export function formatJsonValue(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** White space that would not be seen, and whatever a terminal would obey. */
export function showSpaces(line: string): string {
  return showControls(line.replace(/[ \t]+$/, (spaces) => '·'.repeat(spaces.length)));
}

/** On one line, without anything that a terminal would obey. */
export function showControls(line: string): string {
  return toWellFormed(line)
    .replaceAll('\r', '␍')
    .replaceAll('\n', '⏎')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

export function shorten(text: string): string {
  const shown = showControls(text);
  return shown.length > maxShownCharacters ? `${shown.slice(0, maxShownCharacters)}…` : shown;
}

/** The line of a text that is most like a fragment that the text lacks, as details; nothing if none is like it. */
export function nearestLine(text: string, fragment: string): readonly string[] {
  const lines = fragment.split('\n');
  if (lines.length === 1) return nearestTo(text, fragment);
  const missing = lines.find((line) => !text.includes(line));
  if (missing === undefined) return ['it has each of these lines, but not as they follow each other'];
  return [`it has no ${JSON.stringify(shorten(missing))}`, ...nearestTo(text, missing)];
}

function nearestTo(text: string, fragment: string): readonly string[] {
  const sought = fragment.trim();
  if (sought.length > maxShownCharacters) return [];
  let best: { line: number; text: string; distance: number } | undefined;
  for (const [index, line] of text.split('\n').slice(0, maxSearchedLines).entries()) {
    const candidate = line.trim();
    if (candidate.length === 0 || candidate.length > 4 * maxShownCharacters) continue;
    const distance = distanceWithin(candidate, sought);
    if (best === undefined || distance < best.distance) best = { line: index + 1, text: candidate, distance };
  }
  if (best === undefined || best.distance > sought.length / 2) return [];
  return [`nearest, in line ${best.line}: ${shorten(best.text)}`];
}

/** Letters in which a fragment differs from the part of a line that begins as like it as any; cheap rather than exact. */
function distanceWithin(line: string, fragment: string): number {
  if (line.length <= fragment.length) return distance(line, fragment);
  const starts = new Set([0, line.length - fragment.length]);
  for (const word of [fragment.slice(0, 4), fragment.slice(-4)]) {
    for (let at = line.indexOf(word); at >= 0 && starts.size < 12; at = line.indexOf(word, at + 1)) {
      starts.add(word === fragment.slice(-4) ? Math.max(0, at + 4 - fragment.length) : at);
    }
  }
  return Math.min(...Array.from(starts, (at) => distance(line.slice(at, at + fragment.length), fragment)));
}
