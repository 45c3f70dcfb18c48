/** What changed between two texts, as the lines of a unified diff without context; for the audit log, so bounded in size. */

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
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
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
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let endBefore = before.length;
  let endAfter = after.length;
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--;
    endAfter--;
  }
  const common = longestCommon(before.slice(start, endBefore), after.slice(start, endAfter));
  const out: string[] = [];
  let at = start;
  let to = start;
  for (const [keptBefore, keptAfter] of [...common, [endBefore - start, endAfter - start] as const]) {
    const runBefore = before.slice(at, start + keptBefore);
    const runAfter = after.slice(to, start + keptAfter);
    if (runBefore.length + runAfter.length > 0) {
      out.push(
        `@@ -${at + 1} +${to + 1} @@`,
        ...runBefore.map((line) => `-${line}`),
        ...runAfter.map((line) => `+${line}`),
      );
    }
    at = start + keptBefore + 1;
    to = start + keptAfter + 1;
  }
  return out.join('\n');
}

/** Index pairs of a longest common subsequence. */
function longestCommon(before: readonly string[], after: readonly string[]): (readonly [number, number])[] {
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const here = i * width + j;
      lengths[here] =
        before[i] === after[j]
          ? (lengths[here + width + 1] ?? 0) + 1
          : Math.max(lengths[here + width] ?? 0, lengths[here + 1] ?? 0);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) pairs.push([i++, j++]);
    else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return pairs;
}
