import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMac, parseMac } from './mac.ts';

test.each([
  ['52-54-00-00-00-01', '52:54:00:00:00:01'],
  ['5254.0000.00aB', '52:54:00:00:00:ab'],
  ['525400A19cae', '52:54:00:a1:9c:ae'],
  ['000000000000', '00:00:00:00:00:00'],
  ['02005e1000000001', '02:00:5e:10:00:00:00:01'],
  ['00000000fe8000000000000002005e1000000001', '00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01'],
  ['02:00:5e:10:00:00:00:01', '02:00:5e:10:00:00:00:01'],
  ['0000.0000.fe80.0000.0000.0000.0200.5e10.0000.0001', '00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01'],
])('parseMac reads %s', (text, formatted) => {
  expect(formatMac(parseMac(text))).toBe(formatted);
});

test.each([
  '52:54-00:00-00:09',
  '52:54:00:00:00',
  '52540000000',
  '5254000000010',
  '52540000000102',
  '525400000001020304',
  '5254000000g1',
  ' 525400000001',
  '0x5254000001',
  '525400:000001',
  '525400-000001',
  '5254-0000-0001',
  '01002:03:04:05:06',
  '01.02.03.04.05.06',
  '52:54:00:00:00:01:',
  ':52:54:00:00:00:01',
  '52:54:0:0:0:1',
  '52:54:00:00:00:01\n',
  '５2:54:00:00:00:01',
])('parseMac refuses %j with the text of Go', (text) => {
  expect(() => parseMac(text)).toThrow(`address ${text}: invalid MAC address`);
});

test('parseMac names no address when there is none', () => {
  expect(() => parseMac('')).toThrow(/^invalid MAC address$/);
});

test('parseMac reads back whatever formatMac writes, in each form and case', () => {
  const octets = fc.constantFrom(6, 8, 20).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
  fc.assert(
    fc.property(octets, fc.constantFrom(':', '-', '.', ''), fc.boolean(), (bytes, separator, upper) => {
      const colons = formatMac(bytes);
      const text =
        separator === '.' ? colons.replaceAll(':', '').replace(/.{4}(?=.)/g, '$&.') : colons.replaceAll(':', separator);
      expect(parseMac(upper ? text.toUpperCase() : text)).toEqual(bytes);
    }),
  );
});

test('parseMac either throws its own error or returns a length that exists', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('0', 'a', 'F', ':', '-', '.', 'g'), maxLength: 70 }),
  );
  fc.assert(
    fc.property(text, (any) => {
      try {
        expect([6, 8, 20]).toContain(parseMac(any).length);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_mac' });
      }
    }),
  );
});
