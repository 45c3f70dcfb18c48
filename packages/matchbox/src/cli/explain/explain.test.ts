import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzip } from '@matchbox/butane/node';
import { afterAll, expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import type { Explanation } from '../../foresight/explain/explanation.ts';
import { type RunningServer, start } from '../../start.ts';
import { openFileStore } from '../../store/file.ts';
import type { DataAccess } from '../command.ts';
import { explainCommand } from './explain.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const data: DataAccess = {
  openSnapshot: async (path) => (await openCatalog(openFileStore(path), { watch: false })).snapshot,
  gzip,
};
const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function run(args: readonly string[], env: Record<string, string> = {}, columns?: number) {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[name] += chunk;
    },
    isTerminal: columns !== undefined,
    ...(columns !== undefined && { columns }),
  });
  const code = await explainCommand.run(args, {
    stdin: (async function* () {})(),
    stdout: output('out'),
    stderr: output('err'),
    env,
    workingDirectory: root,
    signal: new AbortController().signal,
    data,
  });
  return { code, ...written };
}

let server: Promise<RunningServer> | undefined;

/** The admin address of a server of the examples. */
async function adminAddress(): Promise<string> {
  if (server === undefined) {
    server = start({
      address: '127.0.0.1:0',
      dataPath: `${root}examples`,
      assetsPath: '',
      admin: { address: ':0', version: 'v0' },
    });
    closing.push(async () => (await server)?.close(0));
  }
  return `127.0.0.1:${(await server).addresses.admin?.port}`;
}

test('explain exits with 0 when the machine gets a group, and tells which', async () => {
  const { code, out, err } = await run(['-data-path', 'examples', 'mac=52-54-00-a1-9c-ae&os=installed']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('Group  node1 (groups/node1.json)\n');
});

test('explain reads a URL, a log line, a MAC address, and labels as words of their own', async () => {
  for (const words of [
    ['http://matchbox:8080/ignition?mac=52-54-00-a1-9c-ae&os=installed'],
    ['level=info msg="HTTP GET /ignition?mac=52-54-00-a1-9c-ae&os=installed" bytes=1'],
    ['52:54:00:A1:9C:AE', 'os=installed'],
  ]) {
    const { out } = await run(['--data-path=examples', '-o', 'json', ...words]);
    expect((JSON.parse(out) as Explanation).group?.id, words.join(' ')).toBe('node1');
  }
});

test('explain exits with 1 when the machine gets no group', async () => {
  const { code, out } = await run(['rack=7'], { MATCHBOX_DATA_PATH: 'golden/matchbox/basic-endpoints/data' });
  expect(code).toBe(1);
  expect(out).toContain('No group\n');
});

test('explain of a running server says what it says offline, in text and as JSON', async () => {
  const address = await adminAddress();
  for (const query of ['mac=52-54-00-a1-9c-ae&os=installed', 'zone=é x&\u0001=%00', '', 'a=#?\'<>"{}|^`']) {
    for (const form of [[], ['-o=json']]) {
      const asked = await run(['-endpoint', `http://${address}`, ...form, '--', query]);
      const offline = await run(['-data-path', 'examples', ...form, '--', query]);
      expect(asked).toEqual({ code: 0, err: '', out: offline.out });
    }
  }
});

test.each(['http://ADDRESS/', 'http://ADDRESS/explain', 'ADDRESS', ':PORT', 'PORT'])(
  'explain takes %s for the address of a server',
  async (form) => {
    const address = await adminAddress();
    const endpoint = form.replace('ADDRESS', address).replace('PORT', address.split(':')[1]!);
    expect((await run(['-endpoint', endpoint, 'a=b'])).code).toBe(0);
  },
);

test('explain says that an address is that of machines, of another program, or of nobody', async () => {
  await adminAddress();
  const { port } = (await server)!.addresses.http;
  const machines = await run(['-endpoint', `127.0.0.1:${port}`, 'a=b']);
  expect(machines).toMatchObject({
    code: 2,
    err: expect.stringContaining('it answers 404; is that the address of -admin-address?'),
  });

  const other = createServer((request, response) => {
    if (request.url?.includes('other')) response.setHeader('content-type', 'application/json').end('{"version":2}');
    else response.end('hello\nworld');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const otherPort = `${(other.address() as AddressInfo).port}`;
  const strange = await run(['-endpoint', otherPort, 'a=b']);
  expect(strange).toMatchObject({
    code: 2,
    err: expect.stringContaining('its answer is no explanation but of no type: "hello"'),
  });
  const newer = await run(['-endpoint', otherPort, 'other=1']);
  expect(newer).toMatchObject({
    code: 2,
    err: expect.stringContaining('it answers in version 2 of the format, and this program reads 1'),
  });
  await new Promise((resolve) => other.close(resolve));

  const nobody = await run(['-endpoint', otherPort, 'a=b']);
  expect(nobody).toMatchObject({
    code: 2,
    err: expect.stringMatching(/ECONNREFUSED.*; does a server run with -admin-address there\?\n$/),
  });
});

test.each([
  [[], "which machine? A QUERY is wanted; an empty one is written ''"],
  [['-o', 'yaml', 'a=b'], 'there is no output "yaml"; wanted: text, json'],
  [['-endpoint', 'ftp://x', 'a=b'], '-endpoint "ftp://x": wanted the address of a server'],
  [['-endpoint', 'x', '-data-path', 'y', 'a=b'], '-data-path and -endpoint are given'],
  [['-data-path', 'nowhere', 'a=b'], 'there is no data directory nowhere'],
  [['-data-path', 'schemas', 'a=b'], 'schemas is no data directory: it has no folder groups,'],
  [['-nonsense', 'a=b'], "Unknown option '--nonsense'"],
])('explain %j is wrong usage', async (args, message) => {
  const { code, out, err } = await run(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(`matchbox explain: ${message}`);
});

test('explain helps, with examples', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  expect(out).toContain("matchbox explain 'mac=52:54:00:a1:9c:ae&os=installed'\n");
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('explain uses colours and the width of a terminal, and neither in a pipe or where nobody wants colours', async () => {
  const query = ['-data-path', 'examples', 'mac=52-54-00-a1-9c-ae'];
  const plain = (await run(query)).out;
  const colored = (await run(query, {}, 80)).out;
  expect(colored).toContain('\u001b[1mGroup\u001b[0m');
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  expect((await run(query, { NO_COLOR: '1' }, 80)).out).toBe(plain);
  expect((await run(query, { NO_COLOR: '1' }, 0)).out).toBe(plain);
  expect((await run(query, { NO_COLOR: '1' }, 50)).out.split('\n').length).toBeGreaterThan(plain.split('\n').length);
});
