import { expect, test } from 'vitest';
import { characterColumn } from './character-column.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('characterColumn counts characters', () => {
  expect(characterColumn(bytesOf('x\nä🚀{{.a}}'), 2, 8)).toBe(5);
});
