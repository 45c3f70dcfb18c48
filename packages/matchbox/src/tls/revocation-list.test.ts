import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeAll, expect, test } from 'vitest';
import { issueAuthority, issueLeaf, type KeyAndCertificate } from '../cli/certs/issue.ts';
import { DerError } from './der.ts';
import { judgePeer } from './peer-judgement.ts';
import { listRevocationLists, parseRevocationList, serialAndIssuer } from './revocation-list.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validity = { from: new Date('2030-01-01T00:00:00Z'), days: 300 };
let authority: KeyAndCertificate;
let leaf: X509Certificate;

beforeAll(async () => {
  authority = await issueAuthority('A', validity);
  const request = { usage: 'client', commonName: 'x', alternativeNames: [], validity } as const;
  leaf = new X509Certificate((await issueLeaf(authority, request)).certificate);
});

async function makeList(serialNumbers: readonly string[], nextUpdate?: Date): Promise<string> {
  const der = Buffer.from(authority.key.replace(/-----.*-----/g, ''), 'base64');
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(authority.certificate).subject,
    thisUpdate: new Date('2030-01-02T03:04:05Z'),
    ...(nextUpdate && { nextUpdate }),
    entries: serialNumbers.map((serialNumber) => ({ serialNumber })),
    signingAlgorithm: algorithm,
    signingKey: await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
  });
  return x509.PemConverter.encode(list.rawData, 'X509 CRL');
}

test('parseRevocationList reads whom a list speaks for, how long, and the numbers it names, leading zeros aside', async () => {
  const pem = await makeList(['00ff01', '7b'], new Date('2050-06-01T00:00:00Z'));
  expect(parseRevocationList(pem)).toEqual({
    issuer: serialAndIssuer(leaf.raw).issuer,
    thisUpdate: new Date('2030-01-02T03:04:05Z'),
    nextUpdate: new Date('2050-06-01T00:00:00Z'),
    serials: new Set(['ff01', '7b']),
  });
});

test('parseRevocationList: a list of nobody, without an end', async () => {
  expect(parseRevocationList(await makeList([]))).toMatchObject({ nextUpdate: undefined, serials: new Set() });
});

test('serialAndIssuer gives the number that node:crypto gives', () => {
  expect(serialAndIssuer(leaf.raw).serial).toBe(leaf.serialNumber.toLowerCase().replace(/^0+/, ''));
});

test('listRevocationLists finds all lists of a file', async () => {
  const [one, two] = [await makeList(['01']), await makeList(['02'])];
  const found = listRevocationLists(`words\n${one}\n${authority.certificate}${two}\n`);
  expect(found.map((pem) => [...parseRevocationList(pem).serials])).toEqual([['1'], ['2']]);
});

test('parseRevocationList: every list that is cut off is a DerError', async () => {
  const pem = await makeList(['01', '02'], new Date('2050-06-01T00:00:00Z'));
  const der = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
  for (let length = 0; length < der.length; length++) {
    const cut = x509.PemConverter.encode(der.subarray(0, length), 'X509 CRL');
    expect(() => parseRevocationList(cut), `${length} bytes`).toThrow(DerError);
  }
});

test('judgePeer: good to the first end of a certificate or list, and what ends it', async () => {
  const list = parseRevocationList(await makeList([], new Date('2030-03-01T00:00:00Z')));
  const authorities = [new X509Certificate(authority.certificate)];
  const at = (date: string, lists: readonly (typeof list)[] | undefined = [list]) =>
    judgePeer([leaf], { authorities, lists }, new Date(date));
  expect(at('2030-02-01T00:00:00Z')).toEqual({
    good: true,
    untilMs: Date.parse('2030-03-01T00:00:00Z'),
    reason: 'bad_revocation_list',
  });
  expect(at('2030-03-01T00:00:01Z')).toEqual({ good: false, reason: 'bad_revocation_list' });
  expect(judgePeer([leaf], { authorities, lists: undefined }, new Date('2030-02-01T00:00:00Z'))).toEqual({
    good: true,
    untilMs: Date.parse('2030-10-28T00:00:00Z'),
    reason: 'expired',
  });
  expect(at('2029-01-01T00:00:00Z')).toEqual({ good: false, reason: 'not_yet_valid' });
  expect(at('2031-01-01T00:00:00Z')).toEqual({ good: false, reason: 'expired' });
  expect(at('2030-02-01T00:00:00Z', [])).toEqual({ good: false, reason: 'bad_revocation_list' });
  expect(judgePeer([leaf], { authorities: [], lists: undefined }, new Date('2030-02-01T00:00:00Z'))).toEqual({
    good: false,
    reason: 'unknown_authority',
  });
  const revoked = parseRevocationList(await makeList([leaf.serialNumber], new Date('2030-03-01T00:00:00Z')));
  expect(at('2030-02-01T00:00:00Z', [list, revoked])).toEqual({ good: false, reason: 'revoked' });
});
