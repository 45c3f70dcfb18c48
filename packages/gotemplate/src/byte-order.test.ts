import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sprigFunctions } from './sprig/index.ts';
import { parse } from './template.ts';
import { ByteString, stringMap } from './value.ts';

/** Raw bytes: characters of every length, their halves, and bytes that belong to none. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 5 }),
  fc
    .array(fc.constantFrom(0x61, 0x80, 0xa9, 0xbf, 0xc3, 0xe2, 0xed, 0xef, 0xf0, 0x9f, 0xff), { maxLength: 5 })
    .map((list) => Uint8Array.from(list)),
  fc.constantFrom('é', '\ud7ff', '\uffff', '🚀', '\u{10ffff}').map((text) => Uint8Array.from(Buffer.from(text))),
);

const orders = parse('{{lt .a .b}} {{le .a .b}} {{gt .a .b}} {{ge .a .b}} {{eq .a .b}}');

test('lt, le, gt, ge and eq order raw bytes as Buffer.compare does', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const order = Buffer.compare(a, b);
      const wanted = [order < 0, order <= 0, order > 0, order >= 0, order === 0].join(' ');
      expect(orders.execute({ a: new ByteString(a), b: new ByteString(b) })).toBe(wanted);
    }),
    { numRuns: 3000 },
  );
  expect(parse('{{lt "\\x80" "é"}} {{lt "🚀" "\\xff"}} {{lt "🚀" "\\uffff"}}').execute({})).toBe('true true false');
});

/** Different byte sequences in the order that Buffer.compare has, each as hexadecimal digits. */
function inOrder(keys: readonly Uint8Array[]): string[] {
  const sorted = [...keys].sort(Buffer.compare).map((key) => Buffer.from(key).toString('hex'));
  return [...new Set(sorted)];
}

const printedInHex = parse('{{printf "%x" .}}');
const ranged = parse('{{range $key, $_ := .}}{{printf "%x" $key}},{{end}}');

test('range and print go through keys of raw bytes in their order', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), (keys) => {
      const map = stringMap(keys.map((key): [Uint8Array, string] => [key, 'v']));
      const shown = ranged.execute(map).split(',').slice(0, -1);
      expect(shown).toEqual(inOrder(keys));
      const printed = printedInHex.execute(map);
      expect(printed).toBe(
        `map[${inOrder(keys)
          .map((key) => `${key}:76`)
          .join(' ')}]`,
      );
    }),
  );
});

const sorted = parse('{{range sortAlpha .}}{{printf "%x" .}},{{end}}', { funcs: sprigFunctions });

test('sortAlpha sorts raw bytes', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), (texts) => {
      const wanted = [...texts].sort(Buffer.compare).map((text) => Buffer.from(text).toString('hex'));
      expect(sorted.execute(texts.map((text) => new ByteString(text)))).toBe(wanted.map((text) => `${text},`).join(''));
    }),
  );
});

test('lists and dicts of functions keep raw bytes', () => {
  const template =
    '{{range list "\\x80" (printf "%s" "é")}}{{printf "%x," .}}{{end}}{{range $k, $v := set (dict "\\xff" "\\xc3") "é" 1}}{{printf "%x=%x," $k $v}}{{end}}';
  expect(parse(template, { funcs: sprigFunctions }).execute({})).toBe('80,c3a9,c3a9=1,ff=c3,');
});
