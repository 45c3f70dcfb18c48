import { expect, test } from 'vitest';
import { Vigil } from './vigil.ts';

/** Windows sent at `startMs`, 1 ms later …, each acknowledged after `turnMs`. */
function turns(vigil: Vigil, count: number, turnMs: number, startMs = 0): void {
  for (let turn = 0; turn < count; turn++) {
    vigil.sent(startMs + turn);
    vigil.heard(startMs + turn + turnMs);
  }
}

test('Vigil is on for a moment after a window, and not before one', () => {
  const vigil = new Vigil();
  expect(vigil.isOn(0)).toBe(false);
  vigil.sent(1000);
  expect([vigil.isOn(1000), vigil.isOn(1000.09), vigil.isOn(1000.11)]).toEqual([true, true, false]);
});

test('Vigil ends where acknowledgements take longer than the moment, and comes back where they do not', () => {
  const vigil = new Vigil();
  turns(vigil, 7, 0.5);
  vigil.sent(10);
  expect(vigil.isOn(10)).toBe(true);
  vigil.heard(10.5);
  vigil.sent(11);
  expect(vigil.isOn(11)).toBe(false);
  vigil.heard(11.05);
  vigil.sent(12);
  expect(vigil.isOn(12)).toBe(true);
});

test('Vigil bears some slow acknowledgements among fast ones, and a new transfer gets a new chance', () => {
  const vigil = new Vigil();
  turns(vigil, 100, 0.05);
  turns(vigil, 7, 0.5, 200);
  vigil.sent(300);
  expect(vigil.isOn(300)).toBe(true);
  turns(vigil, 100, 0.5, 400);
  vigil.sent(600);
  expect(vigil.isOn(600)).toBe(false);
  vigil.begun();
  expect(vigil.isOn(600)).toBe(true);
});
