import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contains, formatIpv4, formatSubnet, isHostAddress, lastOf, maskOf, parseIpv4, parseSubnet } from './ipv4.ts';

test.each([
  ['0.0.0.0', 0],
  ['10.77.0.1', 172818433],
  ['255.255.255.255', 4294967295],
])('parseIpv4 reads %s', (text, value) => {
  expect(parseIpv4(text)).toBe(value);
});

test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '1.2.3.-4', '1.2.3.4\n', '::1', '１.2.3.4'])(
  'parseIpv4 refuses %j',
  (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  },
);

test('formatIpv4 writes what parseIpv4 reads', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (value) => {
      expect(parseIpv4(formatIpv4(value))).toBe(value);
    }),
  );
});

test.each([
  ['10.77.0.1/24', '10.77.0.0/24', '255.255.255.0', '10.77.0.255'],
  ['192.168.1.129/25', '192.168.1.128/25', '255.255.255.128', '192.168.1.255'],
  ['1.2.3.4/0', '0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
  ['1.2.3.4/32', '1.2.3.4/32', '255.255.255.255', '1.2.3.4'],
])('parseSubnet reads %s', (text, formatted, mask, last) => {
  const subnet = parseSubnet(text)!;
  expect([formatSubnet(subnet), formatIpv4(maskOf(subnet.prefixLength)), formatIpv4(lastOf(subnet))]).toEqual([
    formatted,
    mask,
    last,
  ]);
});

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/2x', '10.0.0.0/8/8', '/8'])(
  'parseSubnet refuses %j',
  (text) => {
    expect(parseSubnet(text)).toBeUndefined();
  },
);

test('contains goes by the prefix', () => {
  const subnet = parseSubnet('192.168.1.128/25')!;
  expect(
    ['192.168.1.127', '192.168.1.128', '192.168.1.255', '192.168.2.0'].map((a) => contains(subnet, parseIpv4(a)!)),
  ).toEqual([false, true, true, false]);
});

test.each([
  ['10.77.0.1', true],
  ['223.255.255.254', true],
  ['0.0.0.0', false],
  ['0.1.2.3', false],
  ['127.0.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
])('isHostAddress of %s is %s', (text, answer) => {
  expect(isHostAddress(parseIpv4(text)!)).toBe(answer);
});
