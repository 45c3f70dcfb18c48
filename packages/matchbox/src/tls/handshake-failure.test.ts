import { expect, test } from 'vitest';
import { explainHandshakeFailure, handshakeFailureTable } from './handshake-failure.ts';

const explain = (errorCode: string, verifyError?: string) =>
  explainHandshakeFailure({ errorCode, errorMessage: 'text of OpenSSL', verifyError });

test('explainHandshakeFailure: what was wrong with the certificate counts before how the connection ended', () => {
  expect(explain('ECONNRESET', 'CERT_REVOKED')).toEqual({
    reason: 'revoked',
    text: 'the client certificate is revoked by -crl-file (CERT_REVOKED)',
  });
  expect(explain('ECONNRESET', 'SOMETHING_NEW')).toMatchObject({ reason: 'invalid_certificate' });
  expect(explain('ECONNRESET')).toMatchObject({ reason: 'closed' });
});

test('explainHandshakeFailure keeps the code of what it does not know', () => {
  expect(explain('ERR_SSL_NEW')).toEqual({ reason: 'other', text: 'the handshake failed (ERR_SSL_NEW)' });
});

test('every reason has a text of its own', () => {
  const texts = handshakeFailureTable().map(([, text]) => text);
  expect(new Set(texts).size).toBe(texts.length);
});
