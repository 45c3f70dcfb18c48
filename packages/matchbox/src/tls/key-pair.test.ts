import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkKeyPair, listCertificates } from './key-pair.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../../../golden/matchbox/_fixtures/certs/${name}`, import.meta.url), 'utf8');

test('checkKeyPair returns the certificate that belongs to the key', () => {
  expect(checkKeyPair(read('server.crt'), read('server.key')).subject).toBe('CN=localhost');
  expect(checkKeyPair(read('server-rsa.crt'), read('server-rsa.key')).subject).toBe('CN=localhost');
});

test.each([
  ['garbage.crt', 'server.key', 'tls: failed to find any PEM data in certificate input'],
  ['empty.crt', 'server.key', 'tls: failed to find any PEM data in certificate input'],
  ['server.crt', 'garbage.crt', 'tls: failed to find any PEM data in key input'],
  ['server.crt', 'client.key', 'tls: private key does not match public key'],
  ['server.crt', 'server-rsa.key', 'tls: private key type does not match public key type'],
  [
    'server.key',
    'server.key',
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  ['server.crt', 'server.crt', 'tls: found a certificate rather than a key in the PEM for the private key'],
])('checkKeyPair of %s and %s says in the words of Go what is wrong', (certificate, key, message) => {
  expect(() => checkKeyPair(read(certificate), read(key))).toThrow(message);
});

test('listCertificates finds every certificate between other text', () => {
  expect(listCertificates(`# a comment\n${read('ca.crt')}\n${read('ca.crt')}${read('other-ca.crt')}`)).toHaveLength(3);
  expect(listCertificates(read('garbage.crt'))).toEqual([]);
});
