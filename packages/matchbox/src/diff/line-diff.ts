/** What changed between two texts, as the lines of a unified diff without context; for the audit log, so bounded in size. */
import { decodeStrictly } from '@matchbox/gotext';
import { lineRuns } from './line-runs.ts';

const maxLines = 2_000;
const maxDiffCharacters = 64 * 1024;

/**
 * Compares two contents; undefined stands for "no such file".
 * @returns lines that begin with `-` or `+`, with `@@ -LINE +LINE @@` before each run; or one sentence, for what is
 *   binary or too long to compare
 */
export function diffContents(before: Uint8Array | undefined, after: Uint8Array | undefined): string {
  if (before !== undefined && after !== undefined && Buffer.compare(before, after) === 0) return '';
  const oldText = decodeText(before);
  const newText = decodeText(after);
  if (oldText === undefined || newText === undefined) return `binary: ${sizeOf(before)} -> ${sizeOf(after)}`;
  const oldLines = splitLines(oldText);
  const newLines = splitLines(newText);
  if (oldLines.length > maxLines || newLines.length > maxLines) {
    return `${oldLines.length} lines -> ${newLines.length} lines, too long to compare`;
  }
  const diff = formatRuns(oldLines, newLines);
  return diff.length <= maxDiffCharacters ? diff : `${diff.slice(0, maxDiffCharacters)}\n... cut here`;
}

function decodeText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return '';
  const text = decodeStrictly(bytes);
  return text?.includes('\0') ? undefined : text;
}

function sizeOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'nothing' : `${bytes.length} bytes`;
}

function splitLines(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function formatRuns(before: readonly string[], after: readonly string[]): string {
  return lineRuns(before, after)
    .flatMap(({ beforeStart, beforeEnd, afterStart, afterEnd }) => [
      `@@ -${beforeStart + 1} +${afterStart + 1} @@`,
      ...before.slice(beforeStart, beforeEnd).map((line) => `-${line}`),
      ...after.slice(afterStart, afterEnd).map((line) => `+${line}`),
    ])
    .join('\n');
}
