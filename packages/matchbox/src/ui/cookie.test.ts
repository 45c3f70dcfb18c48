import { expect, test } from 'vitest';
import { cookieForm, readCookie, writeCookie } from './cookie.ts';

test('writeCookie keeps scripts and other sites away from it', () => {
  expect(writeCookie(cookieForm('8082', false), 'abc', 60)).toBe(
    'matchbox-8082=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict',
  );
  expect(writeCookie(cookieForm('443', true), 'abc', 60)).toBe(
    '__Host-matchbox-443=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  );
});

test('readCookie takes none where there are two, since another port of this host can write one', () => {
  const form = cookieForm('8082', false);
  expect(readCookie(form, 'a=1; matchbox-8082=x; b=2')).toBe('x');
  expect(readCookie(form, 'matchbox-8082=x; matchbox-8082=y')).toBe(undefined);
  expect(readCookie(form, 'xmatchbox-8082=x; matchbox-808=y')).toBe(undefined);
  expect(readCookie(form, undefined)).toBe(undefined);
});
