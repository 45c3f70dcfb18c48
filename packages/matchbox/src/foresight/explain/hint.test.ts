import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differsLittle, sentValues } from './hint.ts';
import { readQuery } from './read-query.ts';

const describe = (query: string, label: string, wanted: string) => sentValues(readQuery(query)).describe(label, wanted);

const uuid = '33221100-5544-7766-8899-aabbccddeeff';

test.each([
  ['zone=A', 'zone', 'a', 'case', 'they differ only in case'],
  ['zone=+a', 'zone', 'a', 'spaces', 'they differ only in spaces'],
  ['zone=b', 'zone', 'a', 'other', ''],
  ['', 'zone', 'a', 'absent', ''],
  ['Zone=a', 'zone', 'a', 'label_case', 'the machine sent Zone=a; case matters in labels'],
  ['zones=a1', 'zone', 'b2', 'label_typo', 'the machine sent zones=a1'],
  ['serial=abc', 'uuid', 'abc', 'other_label', 'the machine sent this value as serial'],
  ['serial=abc&uuid=xyz', 'uuid', 'abc', 'other_label', 'it sent the wanted value as serial'],
  ['zone=b&zone=a', 'zone', 'a', 'repeated', 'it sent that too, and the first value counts'],
  ['zone=%zz', 'zone', 'a', 'dropped', 'the machine sent zone=%zz, which is left out'],
  [
    'mac=525400-a19cae',
    'mac',
    '52:54:00:a1:9c:ae',
    'dropped',
    'the machine sent 525400-a19cae, which is no MAC address with these separators',
  ],
  ['mac=525400a19caf', 'mac', '52:54:00:a1:9c:ae', 'typo', 'they differ in a character or two'],
  ['mac=x', 'mac', '52:54:00:a1:9c:ae', 'dropped', 'the machine sent x, which is no MAC address'],
  [
    'nic=52-54-00-A1-9C-AE',
    'nic',
    '52:54:00:a1:9c:ae',
    'mac_form',
    'the same MAC address; only the label mac is read in any form',
  ],
  [`uuid=${uuid.replaceAll('-', '')}`, 'uuid', uuid, 'uuid_form', 'the same UUID, written in another way'],
  [
    'uuid=00112233-4455-6677-8899-aabbccddeeff',
    'uuid',
    uuid,
    'uuid_byte_order',
    'the same UUID with the bytes of its first three parts the other way round',
  ],
  ['mac=52:54:00:a1:9c:af', 'mac', '52:54:00:a1:9c:ae', 'typo', 'they differ in a character or two'],
])('sentValues says of %j, where %s=%s is wanted, %s', (query, label, wanted, hint, message) => {
  expect(describe(query, label, wanted)).toMatchObject({ label, wanted, hint, message });
});

test('sentValues takes for close what differs in form, and not what is merely another value', () => {
  const { isClose } = sentValues(readQuery(`mac=52-54-00-a1-9c-ae&zone=A&uuid=${uuid}`));
  expect(isClose('zone', 'a')).toBe(true);
  expect(isClose('mac', '52:54:00:a1:9c:ee')).toBe(true);
  expect(isClose('other', '52:54:00:a1:9c:ae')).toBe(true);
  expect(isClose('uuid', '00112233-4455-6677-8899-aabbccddeeff')).toBe(true);
  expect(isClose('zone', 'b')).toBe(false);
  expect(isClose('mac', '52:54:00:b2:2f:86')).toBe(false);
  expect(isClose('zone', '')).toBe(false);
});

test('differsLittle allows two other characters or one more or less, in six at least', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 6, maxLength: 12 });
  fc.assert(
    fc.property(letters, fc.nat(), fc.nat(), (text, first, second) => {
      const replaced = (from: string, at: number) =>
        `${from.slice(0, at % from.length)}x${from.slice((at % from.length) + 1)}`;
      expect(differsLittle(text, replaced(replaced(text, first), second))).toBe(true);
      const cut = first % text.length;
      expect(differsLittle(`${text}z`, `${text.slice(0, cut)}y${text.slice(cut)}z`)).toBe(true);
    }),
  );
  expect(differsLittle('abcdef', 'xbxdxf')).toBe(false);
  expect(differsLittle('abcde', 'abcdx')).toBe(false);
  expect(differsLittle('abcdef', 'abcdefgh')).toBe(false);
});
