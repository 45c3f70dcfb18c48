import { expect, test } from 'vitest';
import { createDoubt, type Finding } from './doubt.ts';

const times = { fewGoneMs: 50, mostGoneMs: 2000, swappedMs: 500 };
const same = { identity: '1:1', knownIdentity: '1:1', signature: 's' };
const swapped = { ...same, identity: '1:2' };

function judge(...looks: readonly (readonly [nowMs: number, finding: Finding])[]) {
  const doubt = createDoubt(times);
  return looks.map(([nowMs, finding]) => doubt.judge(finding, nowMs));
}

const believed = { is: 'believed' };
const doubted = (againMs: number) => ({ is: 'doubted', againMs });

test('a listing without a loss is believed', () => {
  expect(judge([0, { ...same, known: 3, missing: 0 }])).toEqual([believed]);
});

test('a few files that are gone are believed at a second look', () => {
  const finding = { ...same, known: 30, missing: 2 };
  expect(judge([0, finding], [20, finding], [50, finding])).toEqual([doubted(50), doubted(30), believed]);
});

test('a loss that goes on is judged anew', () => {
  const first = { ...same, known: 30, missing: 1 };
  const second = { ...same, known: 30, missing: 2, signature: 't' };
  expect(judge([0, first], [50, second], [100, second])).toEqual([doubted(50), doubted(50), believed]);
});

test.each([
  [2, 2],
  [19, 10],
])('of %d files %d gone are believed only after a while', (known, missing) => {
  const finding = { ...same, known, missing };
  expect(judge([0, finding], [1999, finding], [2000, finding])).toEqual([doubted(2000), doubted(1), believed]);
});

test.each([
  [1, 1],
  [9, 8],
  [20, 10],
])('of %d files %d gone are a few', (known, missing) => {
  expect(judge([0, { ...same, known, missing }])).toEqual([doubted(50)]);
});

test('another folder with the same files is taken when it stays as it is', () => {
  const finding = { ...swapped, known: 3, missing: 1 };
  expect(judge([0, finding], [500, finding])).toEqual([doubted(500), believed]);
});

test.each([
  [1, 1],
  [5, 5],
  [19, 10],
])('another folder in which of %d files %d are missing is never taken for the known one', (known, missing) => {
  const finding = { ...swapped, known, missing };
  expect(judge([0, finding], [1_000_000, finding])).toEqual([{ is: 'refused' }, { is: 'refused' }]);
});

test('a folder that is gone with its only file is believed to be so after a while', () => {
  const finding = { ...same, identity: '', known: 1, missing: 1 };
  expect(judge([0, finding], [2000, finding])).toEqual([doubted(2000), believed]);
});

test('a folder that is gone with several files is not', () => {
  const finding = { ...same, identity: '', known: 2, missing: 2 };
  expect(judge([0, finding], [1_000_000, finding])).toEqual([{ is: 'refused' }, { is: 'refused' }]);
});

test('a folder that was empty may be any', () => {
  expect(judge([0, { ...swapped, known: 0, missing: 0 }])).toEqual([believed]);
});
