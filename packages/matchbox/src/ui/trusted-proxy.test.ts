import { expect, test } from 'vitest';
import { ProxyListError, parseProxies, proxyUser } from './trusted-proxy.ts';

test('parseProxies trusts the addresses and networks that are named, and no others', () => {
  const proxies = parseProxies('192.0.2.1, 198.51.100.0/24,2001:db8::/64');
  const addresses = [
    '192.0.2.1',
    '::ffff:192.0.2.1',
    '192.0.2.2',
    '198.51.100.77',
    '2001:db8::5',
    '2001:db8:0:1::5',
    '',
  ];
  expect(addresses.map((address) => proxies.trusts(address))).toEqual([true, true, false, true, true, false, false]);
});

test.each(['', 'example.com', '0.0.0.0/0', '::/0', '192.0.2.1/33', '192.0.2.1/x', '192.0.2.1/24/24'])(
  'parseProxies refuses %j',
  (text) => {
    expect(() => parseProxies(text)).toThrow(ProxyListError);
  },
);

test('proxyUser believes exactly one value, in whatever way its name is spelled', () => {
  expect(proxyUser(['Host', 'a', 'X-Forwarded-User', 'alice'], 'X-Forwarded-User')).toBe('alice');
  expect(proxyUser(['x-forwarded-user', 'alice', 'X-Forwarded-User', 'admin'], 'X-Forwarded-User')).toBe(undefined);
  expect(proxyUser(['x_forwarded_user', 'admin', 'X-Forwarded-User', 'alice'], 'X-Forwarded-User')).toBe(undefined);
  expect(proxyUser(['X-Forwarded-User', ''], 'X-Forwarded-User')).toBe(undefined);
  expect(proxyUser([], 'X-Forwarded-User')).toBe(undefined);
});
