/** Signatures judged by gpg and gpgv, which are not ours, over exactly the bytes that were signed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, readKeys } from 'openpgp';
import { afterAll, expect, test } from 'vitest';
import { createSigner } from './signer.ts';

const keys = new URL('../../../../golden/matchbox/_fixtures/keys/', import.meta.url);
const config = { minRSABits: 1024 };
const home = mkdtempSync(join(tmpdir(), 'matchbox-gpg-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const bodies = ['', 'a\nb\n', 'a\r\nb', 'a  \t\nb \n', '\ufeffx\n', 'é\0\n', 'a\rb\n', 'x\r\r\n'].flatMap((text) => [
  Buffer.from(text, 'utf8'),
  Buffer.from(text, 'latin1'),
]);

async function makeRsa1024(): Promise<Uint8Array> {
  const made = await generateKey({
    type: 'rsa',
    rsaBits: 1024,
    userIDs: [{ name: 'old' }],
    format: 'object',
    config,
  });
  return made.privateKey.write();
}

const rings: [name: string, ring: () => Uint8Array | Promise<Uint8Array>, passphrase?: string][] = [
  ['RSA', () => readFileSync(new URL('plain.gpg', keys))],
  ['protected RSA', () => readFileSync(new URL('pass.gpg', keys)), 'tulip field'],
  ['Ed25519', () => readFileSync(new URL('ed.gpg', keys))],
  ['NIST P-256', () => readFileSync(new URL('p256.gpg', keys))],
  ['RSA-1024', makeRsa1024],
];

test.each(rings)(
  'createSigner with %s makes signatures that gpg and gpgv accept',
  async (name, load, passphrase) => {
    const ring = await load();
    const [key] = await readKeys({ binaryKeys: ring, config });
    const file = (part: string) => join(home, `${name.replaceAll(' ', '-')}-${part}`);
    writeFileSync(file('public'), key!.toPublic().write());
    const gpg = ['--homedir', home, '--batch', '--no-autostart', '--no-default-keyring'];
    const run = (command: string, args: string[]) => spawnSync(command, args, { encoding: 'utf8' });
    const imported = run('gpg', [...gpg, '--keyring', file('ring'), '--import', file('public')]);
    expect(imported.status, imported.stderr).toBe(0);
    const sign = await createSigner(ring, passphrase);
    const request = { method: 'GET', target: '/', headers: {}, remoteAddress: '' };
    for (const body of bodies) {
      for (const form of ['sig', 'asc'] as const) {
        const answer = { status: 200, headers: {}, body, outcome: { endpoint: 'generic', reason: 'ok' } };
        const signed = await sign(answer, form, request);
        writeFileSync(file('signature'), signed.body as Uint8Array);
        writeFileSync(file('signed'), body);
        const pair = [file('signature'), file('signed')];
        const verified = run('gpg', [...gpg, '--keyring', file('ring'), '--verify', ...pair]);
        expect(verified.status, `${JSON.stringify(body.toString('latin1'))}: ${verified.stderr}`).toBe(0);
        const judged = run('gpgv', ['--homedir', home, '--keyring', file('public'), ...pair]);
        expect(judged.status, `${JSON.stringify(body.toString('latin1'))}: ${judged.stderr}`).toBe(0);
      }
    }
  },
  60_000,
);
