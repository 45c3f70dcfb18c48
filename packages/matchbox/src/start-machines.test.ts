import { expect, test } from 'vitest';
import { urlOf } from './start-machines.ts';

test.each([
  [{ address: '192.0.2.7', port: 8080, isTls: false }, 'http://192.0.2.7:8080'],
  [{ address: '2001:db8::7', port: 8443, isTls: true }, 'https://[2001:db8::7]:8443'],
])('machines reach a server that listens at %j at %s', (served, url) => {
  expect(urlOf(served)).toBe(url);
});
