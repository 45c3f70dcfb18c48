import { expect, test } from 'vitest';
import { lookupTcpPort, splitHostPort } from './host-port.ts';

test.each([
  ['127.0.0.1:8080', '127.0.0.1', '8080'],
  [':8080', '', '8080'],
  ['[::1]:http', '::1', 'http'],
  ['[fe80::1%eth0]:1', 'fe80::1%eth0', '1'],
  ['[]:1', '', '1'],
  ['name:', 'name', ''],
])('splitHostPort %s', (address, host, port) => {
  expect(splitHostPort(address)).toEqual({ host, port });
});

test.each([
  ['', 'missing port in address'],
  ['127.0.0.1', 'address 127.0.0.1: missing port in address'],
  ['[::1]', 'address [::1]: missing port in address'],
  ['[::1]x:1', 'address [::1]x:1: missing port in address'],
  ['[::1', "address [::1: missing ']' in address"],
  ['::1:80', 'address ::1:80: too many colons in address'],
  ['[::1]:80:90', 'address [::1]:80:90: too many colons in address'],
  ['a[b:80', "address a[b:80: unexpected '[' in address"],
  ['a]b:80', "address a]b:80: unexpected ']' in address"],
  ['[a[b]:80', "address [a[b]:80: unexpected '[' in address"],
  ['[a]:8]0', "address [a]:8]0: unexpected ']' in address"],
])('splitHostPort refuses %j', (address, fault) => {
  expect(splitHostPort(address)).toEqual({ fault });
});

test.each([
  ['8080', 8080],
  ['', 0],
  ['+80', 80],
  ['-0', 0],
  ['+', 0],
  ['00080', 80],
  ['http', 80],
  ['HTTPS', 443],
  ['65535', 65_535],
])('lookupTcpPort %j', (text, port) => {
  expect(lookupTcpPort(text)).toBe(port);
});

test.each([
  ['abc', 'lookup tcp/abc: unknown port'],
  [' 80', 'lookup tcp/ 80: unknown port'],
  ['80a', 'lookup tcp/80a: unknown port'],
  ['0x50', 'lookup tcp/0x50: unknown port'],
  ['99999', 'address 99999: invalid port'],
  ['-1', 'address -1: invalid port'],
  ['99999999999999999999', 'address 99999999999999999999: invalid port'],
])('lookupTcpPort refuses %j', (text, fault) => {
  expect(lookupTcpPort(text)).toEqual({ fault });
});
