/** Two people's changes of one text as one: line by line, with marks where both changed the same place. */
import { diffArrays } from 'diff';

export interface Merged {
  readonly text: string;
  /** Places where somebody has to choose. */
  readonly conflicts: number;
}

export const marks = { mine: '<<<<<<< yours', middle: '=======', theirs: '>>>>>>> theirs' } as const;

interface Edit {
  /** Lines of the base that are replaced: from, and up to without. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** @param base what both began with */
export function merge(base: string, mine: string, theirs: string): Merged {
  const lines = base.split('\n');
  const [own, other] = [editsOf(lines, mine.split('\n')), editsOf(lines, theirs.split('\n'))];
  const out: string[] = [];
  let at = 0;
  let conflicts = 0;
  while (own.length > 0 || other.length > 0) {
    const from = Math.min(own[0]?.from ?? Number.POSITIVE_INFINITY, other[0]?.from ?? Number.POSITIVE_INFINITY);
    out.push(...lines.slice(at, from));
    const region = takeRegion(own, other, from);
    const [ownText, otherText] = [
      apply(lines, region.own, from, region.to),
      apply(lines, region.other, from, region.to),
    ];
    if (region.own.length === 0 || same(ownText, otherText)) out.push(...otherText);
    else if (region.other.length === 0) out.push(...ownText);
    else {
      conflicts++;
      out.push(marks.mine, ...ownText, marks.middle, ...otherText, marks.theirs);
    }
    at = region.to;
  }
  out.push(...lines.slice(at));
  return { text: out.join('\n'), conflicts };
}

/** Whether somebody has still to choose. */
export function hasMarks(text: string): boolean {
  return text.split('\n').some((line) => line === marks.mine || line === marks.theirs);
}

/** Edits of both that touch each other, taken out of the lists: what stands side by side is taken for one place. */
function takeRegion(own: Edit[], other: Edit[], from: number): { own: Edit[]; other: Edit[]; to: number } {
  const region: { own: Edit[]; other: Edit[] } = { own: [], other: [] };
  let to = from;
  const take = (list: Edit[], into: Edit[]): boolean => {
    const [next] = list;
    if (next === undefined || next.from > to) return false;
    into.push(next);
    list.shift();
    to = Math.max(to, next.to);
    return true;
  };
  while (take(own, region.own) || take(other, region.other));
  return { ...region, to };
}

function apply(base: readonly string[], edits: readonly Edit[], from: number, to: number): string[] {
  const out: string[] = [];
  let at = from;
  for (const edit of edits) {
    out.push(...base.slice(at, edit.from), ...edit.lines);
    at = edit.to;
  }
  return [...out, ...base.slice(at, to)];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

function editsOf(base: readonly string[], changed: readonly string[]): Edit[] {
  const edits: Edit[] = [];
  let at = 0;
  let open: { from: number; to: number; lines: string[] } | undefined;
  for (const { added, removed, value } of diffArrays([...base], [...changed])) {
    if (!added && !removed) {
      if (open !== undefined) edits.push(open);
      open = undefined;
      at += value.length;
      continue;
    }
    open ??= { from: at, to: at, lines: [] };
    if (added) open.lines.push(...value);
    else {
      at += value.length;
      open.to = at;
    }
  }
  if (open !== undefined) edits.push(open);
  return edits;
}
