import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { emptyPayloadHash, encodeKey, signRequest } from './sigv4.ts';

// The examples of AWS' own page "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk".
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const scope = { region: 'us-east-1', now: new Date('2013-05-24T00:00:00Z') };
const host = 'examplebucket.s3.amazonaws.com';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test.each([
  {
    about: 'GET of an object',
    request: {
      ...{ method: 'GET', path: '/test.txt', query: [], payloadHash: emptyPayloadHash },
      headers: { host, range: 'bytes=0-9' },
    },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    about: 'PUT of an object',
    request: {
      ...{ method: 'PUT', path: '/test%24file.text', query: [], payloadHash: sha256('Welcome to Amazon S3.') },
      headers: { host, date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    },
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    about: 'GET of a bucket’s lifecycle',
    request: {
      ...{ method: 'GET', path: '/', payloadHash: emptyPayloadHash },
      query: [['lifecycle', '']],
      headers: { host },
    },
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    about: 'GET of a list of objects',
    request: {
      ...{ method: 'GET', path: '/', payloadHash: emptyPayloadHash },
      query: [
        ['prefix', 'J'],
        ['max-keys', '2'],
      ],
      headers: { host },
    },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
] as const)('signRequest signs the $about as AWS says', ({ request, signature }) => {
  const { authorization } = signRequest(request, credentials, scope);
  expect(authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/us-east-1\/s3\/aws4_request,SignedHeaders=/,
  );
  expect(/Signature=(\w+)$/.exec(authorization!)?.[1]).toBe(signature);
});

test('signRequest sends and signs a session token', () => {
  const headers = signRequest(
    { method: 'GET', path: '/a', query: [], headers: { host }, payloadHash: emptyPayloadHash },
    { ...credentials, sessionToken: 'TOKEN' },
    scope,
  );
  expect(headers['x-amz-security-token']).toBe('TOKEN');
  expect(headers.authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,');
});

test('encodeKey leaves unreserved characters and slashes, and nothing else', () => {
  expect(encodeKey('/a b/c+d/e%2e/Zz09-._~?#\xc3\xa9')).toBe('/a%20b/c%2Bd/e%252e/Zz09-._~%3F%23%C3%A9');
});
