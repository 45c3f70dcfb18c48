import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../dhcp/sample.contract.ts';
import { resolveName } from './name.ts';
import { negotiate } from './negotiation.ts';
import { encodeNetascii } from './netascii.ts';
import { decodeTftp, encodeTftp, type TftpPacket } from './packet.ts';

const text = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 20,
});
const lower = text
  .map((any) => any.toLowerCase())
  .filter((any) => /^[\x00-\xff]*$/.test(any) && any === any.toLowerCase());
const options = fc.array(fc.tuple(lower, text), { maxLength: 8 });
const anyPacket: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({ kind: fc.constantFrom('read', 'write'), name: text, mode: lower, options }),
  fc.record({ kind: fc.constant('data'), block: fc.nat(0xffff), data: fc.uint8Array({ maxLength: 1500 }) }),
  fc.record({ kind: fc.constant('acknowledgement'), block: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant('error'), code: fc.nat(0xffff), text }),
  fc.record({ kind: fc.constant('options'), options: fc.array(fc.tuple(lower, text), { minLength: 1, maxLength: 8 }) }),
);

test('decodeTftp reads back whatever encodeTftp writes', () => {
  fc.assert(
    fc.property(anyPacket, (packet) => {
      expect(decodeTftp(encodeTftp(packet))).toEqual({ packet });
    }),
  );
});

test('decodeTftp never throws, and a truncated request is a fault or a request with fewer options', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const { packet, fault } = decodeTftp(bytes);
      expect(packet === undefined).toBe(fault !== undefined);
    }),
  );
  const whole = bytesOf(0, 1, 'a.efi', 0, 'octet', 0, 'tsize', 0, '0', 0);
  const packets = Array.from({ length: whole.length }, (_, length) => decodeTftp(whole.subarray(0, length)).packet);
  expect(packets.filter((packet) => packet !== undefined)).toEqual([
    { kind: 'read', name: 'a.efi', mode: 'octet', options: [] },
  ]);
});

test.each([
  ['too_short', bytesOf(0, 1, 0)],
  ['unknown_operation', bytesOf(0, 0, 0, 0)],
  ['unknown_operation', bytesOf(0, 7, 0, 0)],
  ['unknown_operation', bytesOf(1, 1, 0, 0)],
  ['not_terminated', bytesOf(0, 1, 'a', 0, 'octet')],
  ['not_terminated', bytesOf(0, 1, 'a', 0)],
  ['unpaired_option', bytesOf(0, 1, 'a', 0, 'octet', 0, 'tsize', 0)],
  ['too_long', bytesOf(0, 1, 'a'.repeat(1500), 0, 'octet', 0)],
  ['too_many_options', bytesOf(0, 1, 'a', 0, 'octet', 0, 'a\0b\0'.repeat(17))],
])('decodeTftp says %s', (fault, bytes) => {
  expect(decodeTftp(bytes)).toEqual({ fault });
});

test('decodeTftp reads mode and option names in any case', () => {
  expect(decodeTftp(bytesOf(0, 1, 'A.efi', 0, 'OcTet', 0, 'BlkSize', 0, '1468', 0)).packet).toEqual({
    kind: 'read',
    name: 'A.efi',
    mode: 'octet',
    options: [['blksize', '1468']],
  });
});

test('encodeTftp closes an error’s text with a NUL', () => {
  expect(encodeTftp({ kind: 'error', code: 1, text: 'gone' })).toEqual(bytesOf(0, 5, 0, 1, 'gone', 0));
});

test.each([
  ['ipxe.efi', 'ipxe.efi'],
  ['/ipxe.efi', 'ipxe.efi'],
  ['//pxe/./ipxe.efi', 'pxe/ipxe.efi'],
  ['\\pxe\\ipxe.efi', 'pxe/ipxe.efi'],
  ['...', '...'],
  ['', ''],
  ['/', ''],
  ['\xc3\xa9.efi', 'é.efi'],
  ['..', undefined],
  ['../etc/passwd', undefined],
  ['a/../b', undefined],
  ['a\\..\\b', undefined],
  ['\xe9.efi', undefined],
  ['a\nb', undefined],
  ['a\x7f', undefined],
  ['a'.repeat(255), 'a'.repeat(255)],
  ['a'.repeat(256), undefined],
])('resolveName of %j is %j', (name, path) => {
  expect(resolveName(name)).toBe(path);
});

test('encodeNetascii writes CR LF for a line’s end and CR NUL for a lone CR', () => {
  expect(encodeNetascii(bytesOf('a\nb\rc\r\n'))).toEqual(bytesOf('a\r\nb\r\0c\r\0\r\n'));
});

describe('negotiate', () => {
  const plan = (...asked: [string, string][]) => negotiate(asked, 1_000_000, { mtuBytes: 1500 });

  test('has plain defaults, and no answer to options, when there are none that it knows', () => {
    expect(plan(['multicast', ''], ['rollover', '0'])).toEqual({
      blockSizeBytes: 512,
      windowSize: 1,
      repeatMs: undefined,
      sizeBytes: 1_000_000,
      accepted: [],
    });
  });

  test('answers what was asked, in that order, within the limits', () => {
    expect(plan(['tsize', '0'], ['blksize', '65464'], ['windowsize', '65535'], ['timeout', '3'])).toEqual({
      blockSizeBytes: 1468,
      windowSize: 64,
      repeatMs: 3000,
      sizeBytes: 1_000_000,
      accepted: [
        ['tsize', '1000000'],
        ['blksize', '1468'],
        ['windowsize', '64'],
        ['timeout', '3'],
      ],
    });
  });

  test.each([
    ['blksize', '7'],
    ['blksize', '65465'],
    ['blksize', 'x'],
    ['blksize', '-8'],
    ['blksize', '1e3'],
    ['blksize', ''],
    ['timeout', '0'],
    ['timeout', '11'],
    ['timeout', '256'],
    ['windowsize', '0'],
    ['windowsize', '65536'],
    ['tsize', 'x'],
    ['tsize', '99999999999'],
  ])('takes no notice of %s=%j', (name, value) => {
    expect(plan([name, value]).accepted).toEqual([]);
  });

  test('takes blocks of 8 bytes, the first of two values, and the frame that the network has', () => {
    expect(plan(['blksize', '8'], ['blksize', '1024']).accepted).toEqual([['blksize', '8']]);
    expect(negotiate([['blksize', '9000']], 1, { mtuBytes: 9000 }).blockSizeBytes).toBe(8968);
    expect(negotiate([['blksize', '9000']], 1, { mtuBytes: 1400 }).blockSizeBytes).toBe(1368);
  });
});
