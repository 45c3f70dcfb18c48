/** Signatures over the wire, as a client fetches them: gpg and gpgv judge each over exactly the bytes that the plain path served. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKey, type PrivateKey, readPrivateKey } from 'openpgp';
import { afterAll, expect, test } from 'vitest';
import { start } from './start.ts';

const config = { minRSABits: 1024 };
const home = mkdtempSync(join(tmpdir(), 'matchbox-signatures-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const data = join(home, 'data');
const files = {
  'groups/a.json': '{"id":"a","profile":"a","selector":{"mac":"52:54:00:a1:9c:ae"},"metadata":{"name":"Łódź","n":1}}',
  'profiles/a.json':
    '{"id":"a","boot":{"kernel":"/assets/vmlinuz","initrd":["/assets/initrd"],"args":["q=é"]},"ignition_id":"a.yaml","cloud_id":"a.cloud","generic_id":"a.txt"}',
  'ignition/a.yaml': 'variant: fcos\nversion: 1.5.0\nstorage: {files: [{path: /a, contents: {inline: "{{.name}}"}}]}\n',
  'cloud/a.cloud': '#cloud-config\nhostname: "{{.name}}"\n',
  'generic/a.txt': 'trailing spaces  \t\r\nCRLF and no line feed at the end: {{.name}}',
};
for (const [name, text] of Object.entries(files)) {
  mkdirSync(join(data, name, '..'), { recursive: true });
  writeFileSync(join(data, name), text);
}

const paths = ['boot.ipxe', 'boot.ipxe.0', 'ipxe', 'grub', 'ignition', 'cloud', 'generic', 'metadata'];
const answers = paths.map((path) => `${path}?mac=52-54-00-a1-9c-ae&serial=a%20b`);
/** What goes wrong is signed as well. */
const faults = ['ipxe?mac=none', 'generic?x=1'];

const golden = new URL('../../../golden/matchbox/_fixtures/keys/', import.meta.url);
const make = async (options: object): Promise<PrivateKey> =>
  (await generateKey({ userIDs: [{ name: 'boot' }], format: 'object', config, ...options })).privateKey;
const keys: [string, () => Promise<PrivateKey>][] = [
  ['RSA-2048', () => readPrivateKey({ binaryKey: readFileSync(new URL('plain.gpg', golden)) })],
  ['RSA-4096', () => make({ type: 'rsa', rsaBits: 4096 })],
  ['RSA-1024', () => make({ type: 'rsa', rsaBits: 1024 })],
  ['Ed25519', () => make({ type: 'ecc', curve: 'ed25519Legacy' })],
  ['NIST P-256', () => make({ type: 'ecc', curve: 'nistP256' })],
];

test.each(keys)(
  'gpg and gpgv accept the .sig and .asc of every endpoint, made with a key of type %s',
  async (name, load) => {
    const folder = join(home, name.replace(' ', '-'));
    mkdirSync(folder, { mode: 0o700 });
    const file = (part: string) => join(folder, part);
    const key = await load();
    writeFileSync(file('ring'), key.write());
    writeFileSync(file('public'), key.toPublic().write());
    const gpg = (...args: string[]) => run('gpg', '--homedir', folder, '--batch', '--no-autostart', ...args);
    expect(await gpg('--import', file('public'))).toBe('');
    const server = await start({
      address: '127.0.0.1:0',
      dataPath: data,
      assetsPath: '',
      keyRing: { path: file('ring'), passphrase: undefined },
    });
    const get = async (target: string) => {
      const answer = await fetch(`http://127.0.0.1:${server.addresses.http.port}/${target}`);
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
    };
    const judge = async (target: string): Promise<string[]> => {
      const signed = file(target.replaceAll(/\W/g, '-'));
      const plain = await get(target);
      writeFileSync(signed, plain.body);
      const complaints = await Promise.all(
        ['sig', 'asc'].map(async (form) => {
          const signature = await get(target.replace(/(\?|$)/, `.${form}$1`));
          writeFileSync(`${signed}.${form}`, signature.body);
          return [
            signature.status === plain.status ? '' : `status ${signature.status}`,
            await gpg('--verify', `${signed}.${form}`, signed),
            await run('gpgv', '--keyring', file('public'), `${signed}.${form}`, signed),
          ];
        }),
      );
      return complaints.flat().filter((fault) => fault !== '');
    };
    const targets = name === 'RSA-2048' ? [...answers, ...faults] : answers;
    const found: Record<string, string[]> = {};
    for (const target of targets) found[target] = await judge(target);
    await server.close(0);
    expect(found).toEqual(Object.fromEntries(targets.map((target) => [target, []])));
  },
  120_000,
);

test('a signature that the client has already is a 304 without headers of the content', async () => {
  const dated = join(home, 'dated');
  mkdirSync(dated);
  writeFileSync(join(dated, 'f'), 'an asset');
  const server = await start({
    address: '127.0.0.1:0',
    dataPath: data,
    assetsPath: dated,
    keyRing: { path: fileURLToPath(new URL('plain.gpg', golden)), passphrase: undefined },
  });
  const headers = { 'If-None-Match': '*' };
  const answers = await Promise.all(
    ['generic', 'generic.sig', 'generic.asc'].map((path) =>
      fetch(`http://127.0.0.1:${server.addresses.http.port}/${path}?mac=52-54-00-a1-9c-ae`, { headers }),
    ),
  );
  await server.close(0);
  const told = answers.map(({ status, headers }) => [
    status,
    ...['content-type', 'content-length', 'content-range', 'accept-ranges'].map((name) => headers.get(name)),
  ]);
  expect(told).toEqual([304, 304, 304].map((status) => [status, null, null, null, null]));
});

/** @returns '' for exit code 0, what the program said otherwise */
function run(program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, (error, _stdout, stderr) => resolve(error === null ? '' : `${error.message} ${stderr}`));
  });
}
