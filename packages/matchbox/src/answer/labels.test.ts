import { encodeBytes } from '@matchbox/gotext';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasTooManyParameters, parseLabels, parseQuery } from './labels.ts';

test.each([
  ['', {}],
  ['&&a=1&&', { a: '1' }],
  ['a', { a: '' }],
  ['=v', { '': 'v' }],
  ['a=2&a=1', { a: '2' }],
  ['x=1&y=2;z=3&w=4', { x: '1', w: '4' }],
  ['rate=%zz&ok=1', { ok: '1' }],
  ['a=%%20', {}],
  ['a=+%2B+', { a: ' + ' }],
  ['a?b=c?d', { 'a?b': 'c?d' }],
  ['stadt=K%c3%b6ln', { stadt: 'Köln' }],
  ['__proto__=x', Object.fromEntries([['__proto__', 'x']])],
  // A serial number as iPXE of 2025 sends it: bytes beyond ASCII come sign-extended.
  ['serial=SN%2001/A&b=%+%FFFFFFC3%FFFFFFA9&arch=x86_64', { serial: 'SN 01/A', arch: 'x86_64' }],
])('parseLabels reads %j as Go does', (query, labels) => {
  expect(Object.fromEntries(parseLabels(query).labels)).toEqual(labels);
});

test('parseLabels normalises a mac, whatever the case of its key, and leaves out what is none', () => {
  const { labels, badMacs } = parseLabels('mac=52-54-00-AB-cd-ef&MAC=5254.0000.0001&Mac=zz');
  expect([...labels]).toEqual([
    ['mac', '52:54:00:ab:cd:ef'],
    ['MAC', '52:54:00:00:00:01'],
  ]);
  expect(badMacs).toEqual([{ value: 'zz', message: 'address zz: invalid MAC address' }]);
});

test('parseLabels goes by the first mac, even when only a later one is good', () => {
  expect(parseLabels('mac=bad&mac=52:54:00:00:00:01').labels.size).toBe(0);
});

test('parseQuery keeps bytes that are not UTF-8', () => {
  expect(parseQuery('a=K%F6ln').map(([, value]) => [...encodeBytes(value)])).toEqual([[0x4b, 0xf6, 0x6c, 0x6e]]);
});

test('hasTooManyParameters counts pairs, not characters', () => {
  expect(hasTooManyParameters('a&'.repeat(9_999))).toBe(false);
  expect(hasTooManyParameters('a&'.repeat(10_000))).toBe(true);
});

test('parseQuery agrees with URLSearchParams wherever Go and the web agree', () => {
  const piece = fc.constantFrom('a', 'B', '1', '%41', '%c3%a9', '+', '=', '&', '?', '/', '%2F', '"', '.', 'mac');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const query = pieces.join('');
      expect(parseQuery(query)).toEqual([...new URLSearchParams(`?${query}`)]);
    }),
  );
});

test('parseQuery takes any text without throwing, and gives no pair of which a broken escape or a semicolon is part', () => {
  const text = fc.string({
    unit: fc.constantFrom('%', 'a', '0', 'F', 'z', ';', '&', '=', '+', 'é', '\udcff'),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, (query) => {
      const sound = query.split('&').filter((pair) => pair !== '' && !/;|%(?![0-9a-fA-F]{2})/.test(pair));
      expect(parseQuery(query)).toHaveLength(sound.length);
    }),
  );
});
