import { expect, test } from 'vitest';
import { limits } from './limits.ts';
import { followNesting, parseShallowJson } from './shallow-json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number) => bytes('['.repeat(levels) + ']'.repeat(levels));

test('parseShallowJson reads what JSON.parse reads, down to its bound', () => {
  const text = '{"a":[1,{"b":"[[[\\"[[[\\\\"}],"c":"\\u005b"}';
  expect(parseShallowJson(bytes(text))).toEqual(JSON.parse(text));
  expect(JSON.stringify(parseShallowJson(nested(limits.jsonNesting)))).toBe(
    nested(limits.jsonNesting).reduce((sum, byte) => sum + String.fromCharCode(byte), ''),
  );
  expect(() => parseShallowJson(nested(limits.jsonNesting + 1))).toThrow(
    `nested deeper than ${limits.jsonNesting} levels`,
  );
  expect(() => parseShallowJson(bytes('{'))).toThrow(SyntaxError);
});

test('followNesting takes a text in parts, and texts within it for what they are', () => {
  const { isShallow } = followNesting({ deepest: 2 });
  expect(['[{"[[', '[\\', '"[[[', '"', '}', '{'].map((part) => isShallow(bytes(part)))).toEqual(Array(6).fill(true));
  expect(isShallow(bytes('['))).toBe(false);
});

test('parseShallowJson reads as many fields and items as its bound allows, wherever they are', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, i) => `"${i.toString(36)}":1`).join();
  const half = limits.jsonFields / 2;
  expect(Object.keys(parseShallowJson(bytes(`{${fields(half)}}`)) as object)).toHaveLength(half);
  expect(parseShallowJson(bytes(`{"text":"${',:'.repeat(limits.jsonFields)}"}`))).toHaveProperty('text');
  const tooMany = `more than ${limits.jsonFields} fields`;
  expect(() => parseShallowJson(bytes(`{${fields(110_000)}}`))).toThrow(tooMany);
  expect(() => parseShallowJson(bytes(`{"files":[${'{},'.repeat(limits.jsonFields)}{}]}`))).toThrow(tooMany);
});
