/** Debian's cloud-init reads our seed: its own data source, from its package, which is unpacked and not installed. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { answer, openCatalog, openFileStore } from 'matchbox';
import { createHandler, type Handler, openMemoryStore } from 'matchbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchbox } from '../../tools/programs.ts';
import { unpackPackage } from '../../tools/vm/packages.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC8NfwqqKvDrOeJGWuS0lNxF6cZ8eMhYHbH6xmhJKkdA op';
const program = fileURLToPath(new URL('cloud-init/read_seed.py', import.meta.url));
/** The package, and what it imports on the way to the data source. */
const packages = [
  'cloud-init',
  ...['attr', 'certifi', 'chardet', 'charset-normalizer', 'configobj', 'idna', 'jinja2', 'json-pointer', 'jsonpatch'],
  ...[
    'jsonschema',
    'markupsafe',
    'netifaces',
    'oauthlib',
    'pyrsistent',
    'requests',
    'serial',
    'six',
    'urllib3',
    'yaml',
  ],
].map((name) => (name === 'cloud-init' ? name : `python3-${name}`));
/** Debian's, for which the modules in C were made. */
const python = '/usr/bin/python3';

function unpackAll(): { readonly path: string } | { readonly obstacle: string } {
  try {
    const path = packages.map((name) => join(unpackPackage(name), 'usr/lib/python3/dist-packages')).join(':');
    const tried = spawnSync(python, ['-c', 'import cloudinit.sources.DataSourceNoCloud'], {
      env: { PYTHONPATH: path },
    });
    return tried.status === 0 ? { path } : { obstacle: `${tried.error ?? tried.stderr}` };
  } catch (error) {
    return { obstacle: String(error) };
  }
}

const unpacked = unpackAll();
if ('obstacle' in unpacked) process.stderr.write(`NOT RUN: cloud-init cannot be had here: ${unpacked.obstacle}\n`);

/** In a namespace of its own a host's name is nobody else's; making one takes root. */
const ownName = spawnSync('unshare', ['--uts', 'true']).status === 0 ? ['unshare', '--uts'] : undefined;
if (ownName === undefined) process.stderr.write('NOT RUN: no namespace can be made here for a host name\n');

const mime = `Content-Type: multipart/mixed; boundary="==b=="
MIME-Version: 1.0

--==b==
Content-Type: text/jinja2

## template: jinja
#cloud-config
fqdn: {{ v1.local_hostname }}.example.com

--==b==
Content-Type: text/x-shellscript

#!/bin/sh
echo 100% & more

--==b==--
`;

const files = (folder: string): Record<string, string> => ({
  'groups/node.json': JSON.stringify({
    id: 'node',
    profile: 'node',
    selector: { mac: '52:54:00:a1:9c:ae' },
    metadata: { hostname: 'node1', folder },
  }),
  'groups/parts.json': '{"id":"parts","profile":"parts","selector":{"mac":"52:54:00:b2:2f:86"}}',
  'profiles/node.json': '{"id":"node","cloud_id":"node/user-data"}',
  'profiles/parts.json': '{"id":"parts","cloud_id":"parts/user-data"}',
  'cloud/node/user-data':
    '#cloud-config\nwrite_files:\n  - path: {{.folder}}/written\n    permissions: "0640"\n    content: serial {{.request.query.serial}}\n',
  'cloud/parts/user-data': mime.replace('{{ v1.local_hostname }}', '{{"{{ v1.local_hostname }}"}}'),
  'cloud/parts/vendor-data': '#cloud-config\n{}\n',
});

describe.skipIf('obstacle' in unpacked)('cloud-init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-cloud-init-'));
  const asked: string[] = [];
  let server: Server;
  let url: string;
  let served: Handler;
  beforeAll(async () => {
    const { snapshot } = await openCatalog(openMemoryStore(files(folder)), { watch: false });
    served = createHandler({ snapshot: () => snapshot });
    const serve = async (request: IncomingMessage, response: ServerResponse) => {
      const { method = 'GET', url: target = '/' } = request;
      asked.push(target);
      const { status, headers, body } = await served({ method, target, headers: {}, remoteAddress: '127.0.0.1:1' });
      response.writeHead(status, headers).end(body as Uint8Array);
    };
    server = createServer((request, response) => void serve(request, response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function read(kernelArgument: string) {
    const { path: PYTHONPATH } = unpacked as { path: string };
    const run = promisify(execFile);
    asked.length = 0;
    const words = [
      ...(ownName ?? []),
      python,
      program,
      `ro ${kernelArgument} quiet`,
      folder,
      ...(ownName ? ['name'] : []),
    ];
    const { stdout } = await run(words[0]!, words.slice(1), {
      env: { PYTHONPATH, PATH: process.env.PATH },
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  test.each([
    ['the path', 'ds=nocloud;s=URL/nocloud/mac=52-54-00-a1-9c-ae/uuid=4C4C4544-0001/serial=A%2F7/'],
    [
      'the older name of the source',
      'ds=nocloud-net;s=URL/nocloud/mac=52-54-00-a1-9c-ae/uuid=4C4C4544-0001/serial=A%2F7/',
    ],
    ['a query', 'ds=nocloud;s=URL/nocloud?mac=52-54-00-a1-9c-ae&uuid=4C4C4544-0001&serial=A/7&file='],
    [
      'a query with the name inside',
      'ds=nocloud;s=URL/nocloud?file=%s&mac=52-54-00-a1-9c-ae&uuid=4C4C4544-0001&serial=A/7',
    ],
  ])('takes instance, name, user-data and a file from %s', async (_, argument) => {
    const found = await read(argument.replace('URL', url));
    expect(found).toMatchObject({
      found: true,
      instance: '4c4c4544-0001',
      hostname: 'node1',
      vendor: '',
      parts: ['text/cloud-config'],
    });
    expect(readFileSync(join(folder, 'written'), 'utf8')).toBe('serial A/7');
    rmSync(join(folder, 'written'));
    if (ownName !== undefined) {
      expect(found.named).toBe('node1');
      expect(readFileSync(join(folder, 'hostname'), 'utf8')).toContain('node1\n');
      rmSync(join(folder, 'hostname'));
      rmSync(join(folder, 'data'), { recursive: true });
    }
    // Each once: nothing was missing, and so nothing was waited for.
    expect(asked).toHaveLength(3);
  });

  test('gets several parts and jinja unchanged, and the vendor-data', async () => {
    const found = await read(`ds=nocloud;s=${url}/nocloud/mac=52-54-00-b2-2f-86/`);
    expect(Buffer.from(String(found.raw), 'base64').toString()).toBe(mime);
    expect(found).toMatchObject({
      instance: '52:54:00:b2:2f:86',
      vendor: '#cloud-config\n{}\n',
      parts: ['text/jinja2', 'text/x-shellscript'],
    });
  });

  test('takes the seed of the recipe ubuntu from the URL in its kernel arguments', async () => {
    const site = join(folder, 'ubuntu');
    const [matchboxProgram, ...words] = matchbox;
    const mac = '52:54:00:a1:9c:ae';
    const flags = ['-url', url, '-ssh-key', key, '-mac', mac, '-recipe', 'ubuntu'];
    execFileSync(matchboxProgram!, [...words, 'init', ...flags, site], { stdio: 'ignore' });
    const { snapshot } = await openCatalog(openFileStore(site), { watch: false });
    served = createHandler({ snapshot: () => snapshot });
    const script = Buffer.from(answer(snapshot, 'ipxe', `mac=${mac}`).body).toString();
    const argument = /ds=nocloud;\S+/.exec(script)![0].replace('${mac:hexhyp}', mac.replaceAll(':', '-'));
    const found = await read(argument);
    expect(found).toMatchObject({ found: true, instance: mac, hostname: 'node1', parts: ['text/cloud-config'] });
    const userData = Buffer.from(String(found.raw), 'base64').toString();
    expect(userData).toContain('autoinstall:\n  version: 1\n');
    expect(userData).toContain(`          - ${key}\n`);
  });
});
