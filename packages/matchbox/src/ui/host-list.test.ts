import { expect, test } from 'vitest';
import { createHostList } from './host-list.ts';

test('createHostList allows loopback at its port and the names given, and nothing that merely begins or ends alike', () => {
  const hosts = createHostList(8082, ['matchbox.example.com', 'proxy.example.com:444', '[2001:db8::1]'], 443);
  const allowed = [
    '127.0.0.1:8082',
    'localhost:8082',
    '[::1]:8082',
    'LOCALHOST:8082',
    'matchbox.example.com',
    'matchbox.example.com:8082',
    'proxy.example.com:444',
    '[2001:db8::1]:8082',
  ];
  expect(allowed.filter((host) => !hosts.allows(host))).toEqual([]);
  const refused = [
    undefined,
    '',
    'localhost',
    'localhost:8083',
    'proxy.example.com',
    'evil.example',
    'evil.example:8082',
    'matchbox.example.com.evil.example',
    'x.matchbox.example.com',
    'localhost:8082.evil.example',
    '127.0.0.1:8082@evil.example',
    'localhost:8082, evil.example',
    '127.0.0.2:8082',
    '0.0.0.0:8082',
  ];
  expect(refused.filter((host) => hosts.allows(host))).toEqual([]);
});

test('createHostList lets the port away where it is the scheme’s own', () => {
  expect(createHostList(443, ['a.example'], 443).allows('a.example')).toBe(true);
  expect(createHostList(80, [], 80).allows('localhost')).toBe(true);
});
