/** What the recipes of `matchbox init` answer, read by programs that others made: the readers of the formats, where they are installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, openCatalog, openFileStore, type Snapshot } from 'matchbox';
import { recipes } from 'matchbox/tables';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchbox } from '../../tools/programs.ts';

const work = mkdtempSync(join(tmpdir(), 'matchbox-recipes-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC8NfwqqKvDrOeJGWuS0lNxF6cZ8eMhYHbH6xmhJKkdA an operator';
const mac = '52:54:00:a1:9c:ae';

async function makeSite(recipe: string): Promise<Snapshot> {
  const folder = join(work, recipe);
  const [program, ...words] = matchbox;
  const flags = ['-url', 'http://192.0.2.1:8080', '-ssh-key', key, '-mac', mac, '-recipe', recipe];
  execFileSync(program!, [...words, 'init', ...flags, folder], { stdio: 'ignore' });
  return (await openCatalog(openFileStore(folder), { watch: false })).snapshot;
}

const sites = new Map<string, Promise<Snapshot>>();

/** Made once. */
function siteOf(recipe: string): Promise<Snapshot> {
  const site = sites.get(recipe) ?? makeSite(recipe);
  sites.set(recipe, site);
  return site;
}

type Endpoint = Parameters<typeof answer>[1];

function textOf(snapshot: Snapshot, endpoint: Endpoint, query = `mac=${mac}`): string {
  const { status, body, story } = answer(snapshot, endpoint, query);
  expect([status, story.message]).toEqual([200, undefined]);
  return Buffer.from(body).toString();
}

/** A program that reads a format from its standard input and fails at what is none. */
type Reader = readonly [program: string, ...words: string[]];

/** @returns undefined, and says so, where it is not installed */
function installed(reader: Reader, good: string): Reader | undefined {
  const [program, ...words] = reader;
  if (spawnSync(program, words, { input: good }).status === 0) return reader;
  process.stderr.write(`NOT RUN: ${program} cannot be had here\n`);
  return undefined;
}

const python = (...lines: readonly string[]): Reader => ['python3', '-c', ['import sys', ...lines].join('\n')];
const preseedReader = installed(['debconf-set-selections', '--checkonly'], 'd-i a/b string c\n');
const tomlReader = installed(
  python('import tomllib, json', 'print(json.dumps(tomllib.load(sys.stdin.buffer)))'),
  'a = 1\n',
);
const xmlReader = installed(
  python(
    'from xml.dom.minidom import parse',
    'document = parse(sys.stdin.buffer)',
    'texts = lambda name: [node.firstChild.nodeValue for node in document.getElementsByTagName(name)]',
    'import json',
    'print(json.dumps([texts(name) for name in ("hostname", "authorized_key", "source")]))',
  ),
  '<a/>',
);

function read([program, ...words]: Reader, input: string): string {
  const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8' });
  expect(status, `${program}: ${stderr}\n${input}`).toBe(0);
  return stdout;
}

const report = 'http://matchbox.example/machine/report/TOKEN';

test.skipIf(preseedReader === undefined)('debconf takes the preseed file of debian', async () => {
  const text = textOf(await siteOf('debian'), 'generic');
  read(preseedReader!, text);
  expect(spawnSync(preseedReader![0], preseedReader!.slice(1), { input: 'd-i a/b no-type c\nd-i\n' }).status).not.toBe(
    0,
  );
  const late = /preseed\/late_command string \\\n((?:.*\\\n)*.*)\n/.exec(text)?.[1] ?? '';
  expect(late).toContain(`'${report}?state=installed'`);
  read(['sh', '-n'], late);
});

test.skipIf(tomlReader === undefined)('a reader of TOML takes the answer of proxmox', async () => {
  const found = JSON.parse(read(tomlReader!, textOf(await siteOf('proxmox'), 'generic')));
  expect(found).toMatchObject({
    global: { fqdn: 'node1.example.com', 'root-ssh-keys': [key] },
    network: { source: 'from-dhcp' },
    'post-installation-webhook': { url: `${report}?state=installed` },
  });
});

test.skipIf(xmlReader === undefined)('a reader of XML takes the file of autoyast', async () => {
  const found = JSON.parse(read(xmlReader!, textOf(await siteOf('autoyast'), 'generic')));
  expect(found).toEqual([['node1'], [key], [expect.stringContaining(`${report}?state=installed`)]]);
  read(['sh', '-n'], found[2][0]);
});

test('JSON.parse takes the file of agama', async () => {
  const found = JSON.parse(textOf(await siteOf('agama'), 'generic'));
  expect(found).toMatchObject({ hostname: { static: 'node1' }, root: { sshPublicKey: key } });
  read(['sh', '-n'], found.scripts.post[0].content);
});

describe.each(['kickstart', 'rocky', 'fedora'])('%s', (recipe) => {
  let text = '';
  beforeAll(async () => {
    text = textOf(await siteOf(recipe), 'generic');
  });

  test('has sections that end, and scripts that a shell takes', () => {
    const sections = Array.from(
      text.matchAll(/^%(\w+).*\n([\s\S]*?)^%end$/gm),
      ([, name, body]) => [name, body] as const,
    );
    expect(sections.map(([name]) => name)).toEqual(['packages', 'post', 'onerror']);
    expect(text.match(/^%/gm)).toHaveLength(sections.length * 2);
    for (const [name, body] of sections) if (name !== 'packages') read(['sh', '-n'], body!);
  });

  test('has the key in quotes, and whatever would be asked', () => {
    expect(text).toContain(`sshkey --username=root "${key}"\n`);
    const said = text.split('\n').map((line) => line.split(' ')[0]);
    const needed = ['lang', 'keyboard', 'timezone', 'network', 'rootpw', 'zerombr', 'clearpart', 'autopart', 'reboot'];
    expect(needed.filter((word) => !said.includes(word))).toEqual([]);
  });
});

test('the live system that installs reports before the machine restarts, and the installed one has the machine’s config', async () => {
  const snapshot = await siteOf('fedora-coreos-install');
  const live = JSON.parse(textOf(snapshot, 'ignition'));
  expect(live.systemd.units).toHaveLength(1);
  expect(live.systemd.units[0].contents).toContain('Before=coreos-installer.target coreos-installer-reboot.service\n');
  expect(live.systemd.units[0].contents).toContain(`"${report}?state=installed"`);
  const installedConfig = JSON.parse(textOf(snapshot, 'ignition', `mac=${mac}&os=installed`));
  expect(installedConfig.storage.files[0].contents.source).toBe('data:,node1%0A');
  expect(installedConfig.systemd).toEqual({});
});

test('Flatcar’s installer is a script that bash takes, which asks with the labels of its machine', async () => {
  const { storage } = JSON.parse(textOf(await siteOf('flatcar-install'), 'ignition'));
  const { source } = storage.files.find(({ path }: { path: string }) => path === '/opt/installer').contents;
  const script = await (await fetch(source)).text();
  expect(script.startsWith('#!/bin/bash\n')).toBe(true);
  read(['bash', '-n'], script);
  expect(script).toContain(`"http://192.0.2.1:8080/ignition?mac=${mac}&os=installed"`);
});

test('OpenShift’s files keep their spec version, which older images need', async () => {
  const snapshot = await siteOf('openshift');
  for (const query of [`mac=${mac}`, `mac=${mac}&os=installed`]) {
    expect(JSON.parse(textOf(snapshot, 'ignition', query)).ignition.version, query).toBe('3.2.0');
  }
});

test('every recipe has a script for iPXE, whose first line says so', async () => {
  for (const recipe of Object.keys(recipes)) {
    const snapshot = await siteOf(recipe);
    expect(textOf(snapshot, 'ipxe'), recipe).toMatch(/^#!ipxe\n/);
  }
});
