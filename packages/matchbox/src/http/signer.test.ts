/** Signatures judged by gpgv, which is not ours; `signatures.test.ts` fetches them over the wire, for every kind of key. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, readKeys } from 'openpgp';
import { afterAll, expect, test } from 'vitest';
import type { Response } from './message.ts';
import { createSigner, type Sign } from './signer.ts';

const keys = new URL('../../../../golden/matchbox/_fixtures/keys/', import.meta.url);
const config = { minRSABits: 1024 };
const home = mkdtempSync(join(tmpdir(), 'matchbox-gpg-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const bodies = ['', 'a\nb\n', 'a\r\nb', 'a  \t\nb \n', '\ufeffx\n', 'é\0\n', 'a\rb\n', 'x\r\r\n'].flatMap((text) => [
  Buffer.from(text, 'utf8'),
  Buffer.from(text, 'latin1'),
]);

const rings: [name: string, ring: () => Uint8Array | Promise<Uint8Array>, passphrase?: string][] = [
  ['RSA', () => readFileSync(new URL('plain.gpg', keys))],
  ['protected RSA', () => readFileSync(new URL('pass.gpg', keys)), 'tulip field'],
  ['Ed25519', () => readFileSync(new URL('ed.gpg', keys))],
];

test.each(rings)(
  'createSigner with %s makes signatures of any bytes that gpgv accepts',
  async (name, load, passphrase) => {
    const ring = await load();
    const [key] = await readKeys({ binaryKeys: ring, config });
    const file = (part: string) => join(home, `${name.replaceAll(' ', '-')}-${part}`);
    writeFileSync(file('public'), key!.toPublic().write());
    const sign = await createSigner(ring, passphrase);
    for (const body of name === 'RSA' ? bodies : bodies.slice(-3)) {
      writeFileSync(file('signature'), (await signed(sign, body)).body as Uint8Array);
      writeFileSync(file('signed'), body);
      const judged = spawnSync('gpgv', ['--keyring', file('public'), file('signature'), file('signed')], {
        encoding: 'utf8',
      });
      expect(judged.status, `${JSON.stringify(body.toString('latin1'))}: ${judged.stderr}`).toBe(0);
    }
  },
);

function signed(sign: Sign, body: Uint8Array): Promise<Response> {
  const request = { method: 'GET', target: '/', headers: {}, remoteAddress: '' };
  return sign({ status: 200, headers: {}, body, outcome: { endpoint: 'generic', reason: 'ok' } }, 'sig', request);
}

test('createSigner signs a content once: the same content gets the same signature', async () => {
  const sign = await createSigner(readFileSync(new URL('plain.gpg', keys)), undefined);
  const [one, two, other] = await Promise.all(['a', 'a', 'b'].map((text) => signed(sign, Buffer.from(text))));
  expect(two!.body).toBe(one!.body);
  expect(other!.body).not.toEqual(one!.body);
});

const fixture = (name: string) => readFileSync(new URL(name, keys));

async function makeExpired(): Promise<Uint8Array> {
  const date = new Date(Date.UTC(2020, 0, 1));
  const { privateKey } = await generateKey({ userIDs: [{ name: 'x' }], keyExpirationTime: 1, date, format: 'object' });
  return privateKey.write();
}

test.each<[string, () => Uint8Array | Promise<Uint8Array>, string | undefined, string, RegExp]>([
  ['an empty file', () => fixture('empty.gpg'), undefined, 'no_keys', /contained no keys/],
  ['a text', () => fixture('garbage.gpg'), undefined, 'malformed', /tag byte/],
  ['an armored key ring', () => fixture('plain.asc'), undefined, 'armored', /tag byte/],
  ['a key ring cut off', () => fixture('cut.gpg'), undefined, 'malformed', /unexpected EOF/],
  ['a public key', () => fixture('plain.pub.gpg'), undefined, 'no_private_key', /no private key/],
  ['a protected key without a passphrase', () => fixture('pass.gpg'), undefined, 'passphrase', /missing passphrase/],
  ['a wrong passphrase', () => fixture('pass.gpg'), 'x', 'passphrase', /checksum failure/],
  ['a key that has expired', makeExpired, undefined, 'cannot_sign', /expired/],
])('createSigner refuses %s, and says what to do', async (_, load, passphrase, code, message) => {
  const refused = await createSigner(await load(), passphrase).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/.{20}/),
  });
});

test('createSigner takes the first private key of several, as the original does', async () => {
  await expect(createSigner(fixture('pass-then-plain.gpg'), undefined)).rejects.toMatchObject({ code: 'passphrase' });
  const sign = await createSigner(fixture('plain-then-pass.gpg'), undefined);
  const armored = readFileSync(new URL('plain.pub.gpg', keys));
  writeFileSync(join(home, 'first'), armored);
  writeFileSync(join(home, 'first.sig'), (await signed(sign, Buffer.from('x'))).body as Uint8Array);
  writeFileSync(join(home, 'first.txt'), 'x');
  const { status } = spawnSync('gpgv', [
    '--keyring',
    join(home, 'first'),
    join(home, 'first.sig'),
    join(home, 'first.txt'),
  ]);
  expect(status).toBe(0);
});
