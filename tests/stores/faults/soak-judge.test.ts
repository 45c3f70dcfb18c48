import { expect, test } from 'vitest';
import { SoakJudge } from './soak-judge.ts';
import type { SoakLine } from './soak-replica.ts';

const state = (position: string, hash: string): SoakLine => ({ is: 'state', position, hash });
const write = (is: 'attempt' | 'made' | 'unknown' | 'refused', revision: string): SoakLine => ({
  is,
  name: 'f',
  revision,
});
const end = (revision: string): SoakLine => ({ is: 'end', position: 'e/9', files: { f: revision } });

function faultOf(
  lines: readonly (readonly [replica: number, line: SoakLine])[],
  more: readonly SoakLine[] = [],
): string {
  const judge = new SoakJudge();
  const before: readonly SoakLine[] = [state('e/1', 'x'), write('attempt', 'a'), write('made', 'a'), ...more];
  for (const line of before) judge.hear(0, line);
  judge.hear(1, state('e/1', 'x'));
  for (const [replica, line] of lines) judge.hear(replica, line);
  return judge.verdict(2).fault;
}

test('SoakJudge takes what was acknowledged last, what was tried since, and what nobody knew the outcome of', () => {
  expect(
    faultOf([
      [0, end('a')],
      [1, end('a')],
    ]),
  ).toBe('');
  expect(
    faultOf(
      [
        [0, end('b')],
        [1, end('b')],
      ],
      [write('attempt', 'b')],
    ),
  ).toBe('');
  const unknown = [write('attempt', 'b'), write('unknown', 'b'), write('attempt', 'c'), write('made', 'c')];
  expect(
    faultOf(
      [
        [0, end('b')],
        [1, end('b')],
      ],
      unknown,
    ),
  ).toBe('');
});

test('SoakJudge refuses an acknowledged write that is not there, and a refused one that is', () => {
  expect(
    faultOf([
      [0, end('')],
      [1, end('')],
    ]),
  ).toBe('not what was acknowledged last: f');
  const refused = [write('attempt', 'b'), write('refused', 'b')];
  expect(
    faultOf(
      [
        [0, end('b')],
        [1, end('b')],
      ],
      refused,
    ),
  ).toBe('not what was acknowledged last: f');
});

test('SoakJudge refuses replicas that differ at one position, or in the end, or do not come to it', () => {
  const both = [
    [0, end('a')],
    [1, end('a')],
  ] as const;
  expect(faultOf([[1, state('e/2', 'y')], [0, state('e/2', 'z')], ...both])).toBe('replicas 1 and 0 differ at e/2');
  expect(
    faultOf(
      [
        [0, end('a')],
        [1, end('b')],
      ],
      [write('attempt', 'b')],
    ),
  ).toBe('replicas differ in the end');
  expect(faultOf([[0, end('a')]])).toBe('1 replicas did not come to the end');
});

test('SoakJudge refuses memory that grows by more than a tenth, when the run was long enough to tell', () => {
  const both = [
    [0, end('a')],
    [1, end('a')],
  ] as const;
  const heap = (bytes: number): SoakLine => ({ is: 'heap', bytes });
  const growing = (samples: number, by: number) =>
    Array.from({ length: samples }, (_, i) => heap(1000 + Math.floor(i * by)));
  expect(faultOf(both, growing(200, 0.2))).toBe('');
  expect(faultOf(both, growing(200, 3))).toBe('the memory of replica 0 went from 1224 to 1524 bytes');
  expect(faultOf(both, growing(100, 3))).toBe('');
});
