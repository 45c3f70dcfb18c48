/** The lines in which two texts differ. */

import { encodeBytes } from '@matchbox/gotext';
import { diffContents } from '../../diff/line-diff.ts';
import { formatJsonValue, showSpaces } from './mismatch.ts';

const maxDiffLines = 80;
/** Of a longer line that changed only the part that did is shown, with so much around it. */
const maxLineCharacters = 100;
const contextCharacters = 30;

/** The lines that differ, those of JSON after indenting it. */
export function describeDifference(wanted: Uint8Array, found: Uint8Array): readonly string[] {
  const [left, right] = [indentJson(wanted), indentJson(found)];
  const isJson = left !== undefined && right !== undefined && Buffer.compare(left, right) !== 0;
  const diff = isJson ? diffContents(left, right) : diffContents(wanted, found);
  if (diff === '') return [describeEnds(wanted, found)];
  const lines = narrowPairs(diff.split('\n')).map(showSpaces);
  const cut = lines.length - maxDiffLines;
  return cut <= 0 ? lines : [...lines.slice(0, maxDiffLines), `… ${cut} more lines`];
}

/** A difference that no line shows. */
function describeEnds(wanted: Uint8Array, found: Uint8Array): string {
  const ends = (bytes: Uint8Array) => bytes.at(-1) === 0x0a;
  if (ends(wanted) !== ends(found)) {
    return ends(wanted) ? 'wanted a line break at the end, found none' : 'wanted no line break at the end, found one';
  }
  return 'the texts differ in white space alone';
}

function indentJson(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return undefined;
  try {
    return encodeBytes(formatJsonValue(JSON.parse(new TextDecoder().decode(bytes))));
  } catch {
    return undefined;
  }
}

/** Cuts long lines that changed into others one by one, such as the kernel's arguments. */
function narrowPairs(lines: readonly string[]): string[] {
  const narrowed = [...lines];
  for (let at = 0; at < lines.length; at++) {
    const removed = countRun(lines, at, '-');
    if (removed === 0 || removed !== countRun(lines, at + removed, '+')) continue;
    for (let index = at; index < at + removed; index++) {
      const pair = narrowPair(lines[index]!.slice(1), lines[index + removed]!.slice(1));
      [narrowed[index], narrowed[index + removed]] = [`-${pair[0]}`, `+${pair[1]}`];
    }
    at += 2 * removed - 1;
  }
  return narrowed;
}

function countRun(lines: readonly string[], from: number, sign: string): number {
  let at = from;
  while (lines[at]?.startsWith(sign)) at++;
  return at - from;
}

function narrowPair(left: string, right: string): readonly [string, string] {
  const shorter = Math.min(left.length, right.length);
  if (Math.max(left.length, right.length) <= maxLineCharacters) return [left, right];
  let before = 0;
  while (before < shorter && left[before] === right[before]) before++;
  let after = 0;
  while (after < shorter - before && left.at(-1 - after) === right.at(-1 - after)) after++;
  const cut = (line: string) => {
    const [from, to] = [Math.max(0, before - contextCharacters), line.length - after + contextCharacters];
    return `${from > 0 ? '…' : ''}${line.slice(from, to)}${to < line.length ? '…' : ''}`;
  };
  return [cut(left), cut(right)];
}
