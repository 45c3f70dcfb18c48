/** What the README tells a newcomer to run: npm run try. It boots a machine, tells what happened, and leaves nothing. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { fromSource } from '../../../tools/from-source.ts';
import { freePort } from '../../../tools/ports.ts';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { cache } from '../../../tools/vm/packages.ts';
import { openBrowser } from '../../browser.ts';
import { assertInOrder } from '../expect.ts';
import type { Context } from '../site.ts';

const [node, ...program] = fromSource(fileURLToPath(new URL('../../../tools/try/main.ts', import.meta.url)));

/** On a network of its own, where Matchbox answers DHCP itself. */
export function newcomer(lifetime: Lifetime): Promise<void> {
  return tryOnce(lifetime, 'own', [
    'Matchbox, the DHCP server of this network, offers the address',
    'DHCP: the machine gets the address 10.77.0.1',
    'GET /netboot.ipxe',
    'GET /netboot.ipxe?uuid=',
  ]);
}

/** On QEMU's user network, where no network may be made: its own DHCP names the boot script. */
export function newcomerOnUserNetwork(lifetime: Lifetime): Promise<void> {
  return tryOnce(lifetime, 'user', [
    'DHCP: the machine gets the address 10.0.2.15',
    'http://10.0.2.2:',
    'GET /boot.ipxe',
    'GET /ipxe?uuid=',
  ]);
}

async function tryOnce(lifetime: Lifetime, network: 'own' | 'user', begins: readonly string[]): Promise<void> {
  const port = await freePort();
  // Its own is what root gets without asking.
  const words = network === 'own' ? [] : ['--network=user'];
  let found: (link: string) => void = () => {};
  const seen = new Promise<string>((resolve) => {
    found = resolve;
  }).then(signInByLink);
  const run = lifetime.start(node, [...program, '--once', `--port=${port}`, ...words], () => {
    const link = /^Its web page, by a link that signs in once: (\S+)\n/m.exec(run.output())?.[1];
    if (link !== undefined) found(link);
  });
  const { code, reason } = await run.exited;
  const said = run.output();
  assert.equal(code, 0, `npm run try: ${reason}\n${said}`);
  assertInOrder('npm run try', said, [
    `on http://127.0.0.1:${port}`,
    'Its web page, by a link that signs in once: http://127.0.0.1:',
    ...begins,
    'The group "node1" matches',
    'GET /assets/vmlinuz',
    'GET /assets/initramfs.gz',
    'The kernel has started.',
    'GET /ignition?uuid=',
    'GET /generic?uuid=',
    '> Hello from the group node1.',
    'Booted in',
  ]);
  await seen;
  const wide = said.split('\n').filter((line) => line.length > 80 && !/^ {2}>|^Its web page/.test(line));
  assert.deepEqual(wide, [], 'lines wider than 80 columns');
  const left = readdirSync(cache).filter((name) => name.startsWith(`try-${run.child.pid}-`));
  assert.deepEqual(left, [], 'folders left behind');
}

/** Opens the link as a person would, and then once more as somebody who found it. */
async function signInByLink(link: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await (await browser.newContext()).newPage();
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const other = await (await browser.newContext()).newPage();
    await other.goto(link);
    await other.getByText('this link was used already').waitFor();
  } finally {
    await browser.close();
  }
}

const SITE_FILES = {
  'flatcar_production_pxe.vmlinuz': 'vmlinuz',
  'flatcar_production_pxe_image.cpio.gz': 'initramfs.gz',
  'flatcar_production_image.bin.bz2': 'initramfs.gz',
};

/** `--os flatcar` with a mirror whose files are the tests' own, signed by a key of the test (guest/default.sh stands in for the system). */
export async function newcomerWithSystem(lifetime: Lifetime, { assets, scratch }: Context): Promise<void> {
  const { privateKey, publicKey } = await generateKey({ userIDs: [{ name: 'Mirror', email: 'mirror@example.com' }] });
  const keyFile = join(scratch, 'mirror.asc');
  writeFileSync(keyFile, publicKey);
  const files = new Map<string, Buffer>([
    ['/amd64-usr/current/version.txt', Buffer.from('FLATCAR_VERSION=4152.2.3\n')],
  ]);
  for (const [name, asset] of Object.entries(SITE_FILES)) {
    const binary = readFileSync(join(assets, asset));
    const signature = await sign({
      message: await createMessage({ binary }),
      signingKeys: await readPrivateKey({ armoredKey: privateKey }),
      detached: true,
      format: 'binary',
    });
    files
      .set(`/amd64-usr/4152.2.3/${name}`, binary)
      .set(`/amd64-usr/4152.2.3/${name}.sig`, Buffer.from(signature as Uint8Array));
  }
  const port = await freePort();
  const mirror = await serve(lifetime, files);
  const words = ['--once', '--os=flatcar', '--accel=tcg', `--port=${port}`, `--base-url=${mirror}`, `--key=${keyFile}`];
  const run = lifetime.start(node, [...program, ...words]);
  const { code, reason } = await run.exited;
  const said = run.output();
  assert.equal(code, 0, `npm run try --os flatcar: ${reason}\n${said}`);
  assertInOrder('npm run try --os flatcar', said, [
    'GET /ipxe?uuid=',
    'The group "node1" matches',
    'names the',
    'profile "flatcar"',
    'GET /assets/flatcar/4152.2.3/flatcar_production_pxe.vmlinuz',
    'The kernel has started.',
    'GET /ignition?uuid=',
    'ignition/system.yaml',
    'Booted in',
  ]);
}

/** Serves files from memory on the loopback; answers the base URL. */
async function serve(lifetime: Lifetime, files: ReadonlyMap<string, Buffer>): Promise<string> {
  const server = createServer((request, response) => {
    const content = files.get(request.url ?? '');
    response.writeHead(content ? 200 : 404, { 'content-length': content?.length ?? 0 });
    response.end(request.method === 'HEAD' ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lifetime.defer(() => server.close());
  lifetime.defer(() => server.closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
