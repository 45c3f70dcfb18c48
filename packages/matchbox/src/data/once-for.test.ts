import { expect, test } from 'vitest';
import { onceFor } from './once-for.ts';

test('onceFor asks once for each object, and again for another of the same content', () => {
  const asked: string[] = [];
  const lengthOf = onceFor(({ text }: { readonly text: string }) => {
    asked.push(text);
    return text.length;
  });
  const node = { text: 'node' };
  expect([lengthOf(node), lengthOf(node), lengthOf({ text: 'node' }), lengthOf({ text: 'rack7' })]).toEqual([
    4, 4, 4, 5,
  ]);
  expect(asked).toEqual(['node', 'node', 'rack7']);
});

test('onceFor keeps what is empty, too', () => {
  let asked = 0;
  const textOf = onceFor((_key: object) => {
    asked++;
    return '';
  });
  const key = {};
  expect([textOf(key), textOf(key), asked]).toEqual(['', '', 1]);
});
