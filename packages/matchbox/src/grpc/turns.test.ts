import { expect, test } from 'vitest';
import { eachInTurns, nextTurn } from './turns.ts';

test('nextTurn gives each a turn of its own, in the order in which they asked', async () => {
  const log: string[] = [];
  const others = () => {
    log.push('others');
    if (log.filter((each) => each.startsWith('page')).length < 3) setImmediate(others);
  };
  const pages = [1, 2, 3].map((page) => nextTurn().then(() => void log.push(`page ${page}`)));
  setImmediate(others);
  await Promise.all(pages);
  expect(log).toEqual(['page 1', 'others', 'page 2', 'others', 'page 3']);
});

test('eachInTurns looks at every element once, in order', async () => {
  const elements = Array.from({ length: 1000 }, (_, index) => index);
  const seen: number[] = [];
  await eachInTurns(elements, (element) => void seen.push(element));
  await eachInTurns([], () => seen.push(-1));
  expect(seen).toEqual(elements);
});
