/** Finds the line of a template that a rendered line came from. */

/** Longer texts are not aligned; the line's number stands for itself. */
const maxLines = 3_000;

/** @param line of the rendered text, from 1. @returns the template's line, from 1 */
export function sourceLine(template: Uint8Array, rendered: Uint8Array, line: number): number {
  const source = toLines(template);
  const target = toLines(rendered);
  if (source.length > maxLines || target.length > maxLines) return Math.min(line, source.length);
  const patterns = source.map(patternOf);
  const index = Math.min(line, target.length) - 1;
  const aligned = align(source, target).get(index);
  if (aligned !== undefined) return aligned + 1;
  const bounds = neighbours(align(source, target), index, source.length);
  const matching = patterns.findIndex(
    (pattern, at) => at > bounds.after && at < bounds.before && pattern.test(target[index]!),
  );
  return Math.min(matching >= 0 ? matching + 1 : bounds.after + 2, source.length);
}

function toLines(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split('\n');
}

/** A line with actions matches whatever those may have written. */
function patternOf(line: string): RegExp {
  const literal = line.split(/\{\{.*?\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return literal.length > 1 && literal.every((part) => part.trim() === '')
    ? /^(?!)/
    : new RegExp(`^${literal.join('.*')}$`);
}

/** The longest common run of equal lines: rendered index → template index. */
function align(source: readonly string[], target: readonly string[]): Map<number, number> {
  const width = source.length + 1;
  const length = new Uint16Array((target.length + 1) * width);
  for (let t = target.length - 1; t >= 0; t--) {
    for (let s = source.length - 1; s >= 0; s--) {
      length[t * width + s] =
        source[s] === target[t]
          ? length[(t + 1) * width + s + 1]! + 1
          : Math.max(length[(t + 1) * width + s]!, length[t * width + s + 1]!);
    }
  }
  const pairs = new Map<number, number>();
  for (let t = 0, s = 0; t < target.length && s < source.length; ) {
    if (source[s] === target[t]) pairs.set(t++, s++);
    else if (length[(t + 1) * width + s]! >= length[t * width + s + 1]!) t++;
    else s++;
  }
  return pairs;
}

/** Template lines between which an unaligned rendered line lies. */
function neighbours(pairs: ReadonlyMap<number, number>, index: number, end: number): { after: number; before: number } {
  let [after, before] = [-1, end];
  for (const [rendered, source] of pairs) {
    if (rendered < index) after = Math.max(after, source);
    if (rendered > index) before = Math.min(before, source);
  }
  return { after, before };
}
