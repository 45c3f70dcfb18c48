import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson, toValue } from './go-json.ts';
import { decodeGroup, decodeStoredGroup, isPlainGroup } from './group.ts';
import { parsePlain, plainMap } from './plain-json.ts';

const encode = (text: string) => new TextEncoder().encode(text);

test.each([
  '{"a": 1, "b": {"c": [true, null, -0.5, "é \\" \\n"]}, "__proto__": {"x": "y"}}',
  '{"mac": "52:54:00:a1:9c:ae", "url": "http://a:8080/b?c=d"}',
  ' { } ',
])('parsePlain reads %j as the other reader does', (text) => {
  const document = parseJson(encode(text));
  expect(plainMap(parsePlain(encode(text))!)).toEqual(toValue(document, document.root));
});

test.each([
  ['a key that stands twice', '{"a": 1, "a": 1}'],
  ['a key that stands twice further down', '{"a": [{"b" : 1, "b": 2}]}'],
  ['a text that ends like a key', '{"a": "b\\": c"}'],
  ['a key that the engine puts first', '{"b": 1, "10": 2}'],
  ['half a character', '{"a": "\\ud800"}'],
  ['a number beyond float64', '{"a": [1e400]}'],
  ['what nests deep', `{"a": ${'['.repeat(100)}${']'.repeat(100)}}`],
  ['what is no object', '[1]'],
  ['null', 'null'],
  ['no JSON', '{"a": 1,}'],
  ['a byte order mark', '\ufeff{}'],
])('parsePlain leaves %s to the other reader', (_, text) => {
  expect(parsePlain(encode(text))).toBeUndefined();
});

const key = fc.constantFrom('id', 'name', 'profile', 'selector', 'metadata', 'ID', 'mac', '__proto__', '7', 'a": b');
const leaf = fc.oneof(
  fc.constantFrom('52:54:00:A1:9C:AE', 'x', 'half \ud800'),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
/** Texts, so that a key may stand twice. */
const { json } = fc.letrec<{ json: string; object: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    leaf.map((value) => JSON.stringify(value)),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(key, tie('json')), { maxLength: 5 })
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)} : ${value}`).join(',')}}`),
}));

test('parsePlain reads nothing in another way than the other reader', () => {
  fc.assert(
    fc.property(json, (text) => {
      const plain = parsePlain(encode(text));
      const document = parseJson(encode(text));
      if (plain !== undefined) {
        const found = plainMap(plain);
        expect(found).toEqual(toValue(document, document.root));
        expect([...found.keys()]).toEqual([...(toValue(document, document.root) as typeof found).keys()]);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['{"id":"a","profile":"p","selector":{"MAC":"52-54-00-A1-9C-AE"},"metadata":{"a":{"b":["c"]}}}', true],
  ['{"id":"a"}', true],
  ['{"ID":"a"}', false],
  ['{"id":"a","label":"b"}', false],
  ['{"id":"a","selector":null}', false],
  ['{"id":"a","id":"a"}', false],
  ['{"metadata":{"\\u0061":1}}', false],
])('decodeStoredGroup says whether there is something odd in %j, and reads it all the same', (text, isPlain) => {
  const group = decodeStoredGroup(encode(text));
  expect(isPlainGroup(group)).toBe(isPlain);
  // With a member that no group has, nothing is plain.
  const { id, name, profile, selector, metadata } = decodeGroup(encode(text.replace('{', '{"other": 1, ')));
  expect(decodeGroup(encode(text))).toEqual({ id, name, profile, selector, metadata });
});

test('decodeStoredGroup says of a plain file where a hardware address is none', () => {
  expect(() => decodeStoredGroup(encode('{\n "selector": {"mac": "52:54"}}'))).toThrow(
    expect.objectContaining({ code: 'mac', line: 2, column: 22 }),
  );
});
