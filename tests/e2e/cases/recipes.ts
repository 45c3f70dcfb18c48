/**
 * iPXE of QEMU's network card runs the boot script of every recipe of `matchbox init`, from `/boot.ipxe` on, one after the other in one
 * machine. The vendors' files are stand-ins under the vendors' names: each kernel is a script that says that it was started, and with which
 * images. GRUB's own checker reads what recipes have for GRUB.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openCatalog, openFileStore, type Snapshot } from 'matchbox';
import { recipes } from 'matchbox/tables';
import { createHandler, type Handler } from 'matchbox/testing';
import { matchbox } from '../../../tools/programs.ts';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { bootMachine, type Report } from '../../../tools/vm/qemu.ts';
import { consoleExcerpt } from '../../../tools/vm/serial.ts';
import type { Context } from '../site.ts';

const MAC = '52:54:00:e2:e0:19';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC8NfwqqKvDrOeJGWuS0lNxF6cZ8eMhYHbH6xmhJKkdA op';
const ARCHITECTURES = 'architectures';
const names = Object.keys(recipes);

interface Site {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly handler: Handler;
}

export async function recipeScripts(lifetime: Lifetime, { scratch }: Context): Promise<void> {
  const sites = new Map<string, Site>();
  const asked: string[] = [];
  const server = createServer((request, response) => void serve({ sites, asked }, request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  lifetime.defer(() => server.close());
  const endpoint = `http://10.0.2.2:${(server.address() as AddressInfo).port}`;
  for (const name of names) sites.set(name, await makeSite(name, endpoint, scratch));
  for (const site of sites.values()) await checkForGrub(site);
  sites.set(ARCHITECTURES, await architectureSite(scratch));
  const report = await bootMachine(lifetime, {
    firmware: 'bios',
    mac: MAC,
    uuid: '7f6f1a39-2f0f-4f5f-8d0a-7f1e7c9d0019',
    serial: 'E2E-RECIPES',
    network: { user: `bootfile=${endpoint}/all.ipxe` },
    memoryMib: 128,
    scratch,
  });
  for (const name of names) checkRun(name, report, asked);
  // iPXE for the BIOS says i386; the processor has 64 bits.
  checkRun(ARCHITECTURES, report, asked);
  assert.ok(asked.some((target) => target.startsWith(`/run/${ARCHITECTURES}/ipxe?`) && target.includes('&arch=i386')));
  assert.deepEqual(
    asked.filter((target) => target.startsWith('/assets/arch/')),
    ['/assets/arch/amd64', '/assets/arch/amd64.img'],
  );
}

async function makeSite(name: string, endpoint: string, scratch: string): Promise<Site> {
  const folder = join(scratch, name);
  const [program, ...words] = matchbox;
  execFileSync(program!, [...words, 'init', '-url', endpoint, '-ssh-key', KEY, '-mac', MAC, '-recipe', name, folder]);
  const { snapshot } = await openCatalog(openFileStore(folder), { watch: false });
  return { name, snapshot, handler: createHandler({ snapshot: () => snapshot }) };
}

/** Not a recipe: a profile with boot sections for i386 and amd64. */
async function architectureSite(scratch: string): Promise<Site> {
  const folder = join(scratch, ARCHITECTURES);
  const section = (word: string) => ({ kernel: `/assets/arch/${word}`, initrd: [`/assets/arch/${word}.img`] });
  const boot = { arch: { i386: section('i386'), amd64: section('amd64') } };
  for (const kind of ['groups', 'profiles']) mkdirSync(join(folder, kind), { recursive: true });
  writeFileSync(join(folder, 'groups/all.json'), '{"id":"all","profile":"p"}');
  writeFileSync(join(folder, 'profiles/p.json'), JSON.stringify({ id: 'p', boot }));
  const { snapshot } = await openCatalog(openFileStore(folder), { watch: false });
  return { name: ARCHITECTURES, snapshot, handler: createHandler({ snapshot: () => snapshot }) };
}

/** What answers the machine, and what it asked. */
interface World {
  readonly sites: ReadonlyMap<string, Site>;
  readonly asked: string[];
}

async function serve({ sites, asked }: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url: target = '/' } = request;
  asked.push(target);
  const [, name = '', path = ''] = /^\/run\/([\w-]+)(\/.*)$/.exec(target) ?? [];
  const site = sites.get(name);
  if (target === '/all.ipxe') response.end(drivingScript());
  else if (site === undefined) response.end(isKernel(target, sites) ? kernelStandIn : 'stand-in');
  else {
    const { status, headers, body } = await site.handler({
      method,
      target: path,
      headers: {},
      remoteAddress: '127.0.0.1:1',
    });
    const text = ownHosts(Buffer.from(body as Uint8Array).toString(), request.headers.host!);
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) }).end(text);
  }
}

/** Runs them all. A script that ends with a failure is told from one that ran through. */
function drivingScript(): string {
  const runs = [...names, ARCHITECTURES].map(
    (name) => `echo @@run ${name}@@
chain run/${name}/boot.ipxe && echo @@ended ${name}@@ || echo @@broken ${name}: \${errno}@@
imgfree`,
  );
  return `#!ipxe\n${runs.join('\n')}\necho @@done@@\nsleep 1\nreboot\n`;
}

/** In the place of a kernel: iPXE boots any image that it can run. */
const kernelStandIn = '#!ipxe\necho @@kernel@@\nimgstat\necho @@images@@\n';

/** The vendors' hosts are played by the host that serves the machine, under the same paths. */
function ownHosts(script: string, host: string): string {
  return script.replace(/http:\/\/([\w.-]+)(?=\/)/g, (url, vendor: string) =>
    vendor === host.split(':')[0] ? url : `http://${host}/vendor/${vendor}`,
  );
}

function isKernel(target: string, sites: ReadonlyMap<string, Site>): boolean {
  const profiles = [...sites.values()].flatMap(({ snapshot }) => snapshot.profiles);
  const kernels = profiles.flatMap(({ value }) =>
    [value?.boot, ...(value?.boot?.arch?.values() ?? [])].map((boot) => boot?.kernel ?? ''),
  );
  return kernels.some((kernel) => kernel !== '' && target.endsWith(kernel.replace(/^http:\/\//, '/vendor/')));
}

function checkRun(name: string, { text }: Report, asked: readonly string[]): void {
  const [, said] = new RegExp(`@@run ${name}@@([\\s\\S]*?)@@ended ${name}@@`).exec(text) ?? [];
  assert.ok(said !== undefined, `iPXE did not run the script of ${name} to its end:\n${consoleExcerpt(text)}`);
  assert.ok(
    asked.some((target) => target.startsWith(`/run/${name}/ipxe?uuid=`)),
    `${name}: it asked with its labels`,
  );
  // Its menu goes to the disk, of which there is none.
  if (name === 'memtest') return;
  const [, images] = /@@kernel@@([\s\S]*)@@images@@/.exec(said) ?? [];
  assert.ok(images !== undefined, `the kernel of ${name} was not started:\n${said}`);
  assert.match(images, /: 8 bytes/, `${name}: with an initrd`);
}

/** Its scripts for GRUB, where a recipe has one: the variables of iPXE in the others mean nothing there. */
async function checkForGrub({ name, snapshot, handler }: Site): Promise<void> {
  const hasOne = snapshot.profiles.some(({ value }) => value?.boot?.grubId !== undefined);
  if (!hasOne) return;
  const target = `/grub?mac=${MAC}`;
  const { status, body } = await handler({ method: 'GET', target, headers: {}, remoteAddress: '127.0.0.1:1' });
  assert.equal(status, 200, `${name}: ${target}`);
  const { status: code, stderr } = spawnSync('grub-script-check', { input: Buffer.from(body as Uint8Array) });
  assert.equal(code, 0, `${name}: grub-script-check: ${stderr}`);
}
