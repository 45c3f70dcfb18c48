/** What differs between two texts, line by line. */
import { diffArrays } from 'diff';

export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
}

/** Beyond so many edits the rest is told as one replacement: nobody reads that as a diff. */
const maxEdits = 2000;

export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const parts = diffArrays(old, now, { maxEditLength: maxEdits });
  if (parts === undefined) return [...old.map((text) => line('gone', text)), ...now.map((text) => line('new', text))];
  return parts.flatMap(({ added, removed, value }) =>
    value.map((text) => line(added ? 'new' : removed ? 'gone' : 'same', text)),
  );
}

function line(kind: DiffLine['kind'], text: string): DiffLine {
  return { kind, text };
}
