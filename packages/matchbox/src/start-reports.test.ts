import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from './log/log.ts';
import { type RunningServer, start } from './start.ts';
import { defaultMachinesSetup } from './start-machines.ts';

/** Kept at once, or soon: a busy disk takes longer than the answer waits. */
const taken = [201, 202];
const folder = mkdtempSync(join(tmpdir(), 'matchbox-reports-'));
const mac = '52:54:00:a1:9c:ae';
let server: RunningServer;
let base = '';

beforeAll(async () => {
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('groups/g.json', `{"id":"g","profile":"p","selector":{"mac":"${mac}"}}`);
  write('groups/other.json', '{"id":"other","profile":"p","selector":{"mac":"52:54:00:a1:9c:af"}}');
  write('profiles/p.json', '{"id":"p","boot":{"kernel":"/assets/k"},"generic_id":"g.sh"}');
  write('generic/g.sh', '{{.matchbox_report_url}}');
  server = await start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: '',
    machines: { ...defaultMachinesSetup, publicUrl: 'http://machines.example', statePath: join(folder, 'state') },
    logger: silentLogger,
  });
  base = `http://127.0.0.1:${server.addresses.http.port}`;
});
afterAll(async () => {
  await server.close(0);
  rmSync(folder, { recursive: true, force: true });
});

/** @returns the path that this boot reports to */
async function boot(): Promise<string> {
  await fetch(`${base}/ipxe?mac=${mac}`);
  const url = await (await fetch(`${base}/generic?mac=${mac}`)).text();
  expect(url).toMatch(/^http:\/\/machines\.example\/machine\/report\/m-[a-z0-9]+_b-[a-z0-9]+_[\w-]{24}$/);
  return new URL(url).pathname;
}

test('a report goes to the address that the server listens on, where it listens on one alone', async () => {
  const other = await start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: '',
    machines: defaultMachinesSetup,
    logger: silentLogger,
  });
  const { port } = other.addresses.http;
  const url = await (await fetch(`http://127.0.0.1:${port}/generic?mac=${mac}`)).text();
  await other.close(0);
  expect(new URL(url).origin).toBe(`http://127.0.0.1:${port}`);
});

const answerOf = async (response: Response) => [response.status, await response.text()];

test('a report with the token of its config is kept, and the machine is installed', async () => {
  const path = await boot();
  const [status, text] = await answerOf(await fetch(`${base}${path}`, { method: 'POST', body: 'state=installed' }));
  expect([status, text]).toEqual(status === 202 ? [202, 'accepted\n'] : [201, 'kept\n']);
  const body = JSON.stringify({ state: 'running', text: 'x'.repeat(200_000) });
  expect(taken).toContain((await fetch(`${base}${path}`, { method: 'POST', body })).status);
});

test('a HEAD of what a machine boots has the length of the answer, and neither makes a machine nor begins a boot', async () => {
  const other = '52:54:00:a1:9c:af';
  const lengthOf = async (path: string, method: string) => {
    const response = await fetch(`${base}${path}`, { method });
    return Number(response.headers.get('content-length'));
  };
  const paths = [`/ipxe?mac=${other}`, `/generic?mac=${other}`];
  const looked = [await lengthOf(paths[0]!, 'HEAD'), await lengthOf(paths[1]!, 'HEAD')];
  expect(server.machines.registry.find(other)).toEqual([]);
  expect([await lengthOf(paths[0]!, 'GET'), await lengthOf(paths[1]!, 'GET')]).toEqual(looked);
  server.machines.catchUp();
  const [made] = server.machines.registry.find(other);
  expect(made?.state).toBe('installing');
  // The other tests have one machine at this address.
  server.machines.remove(made!.id);
});

test('a look at the URL of a report is none', async () => {
  const path = await boot();
  const response = await fetch(`${base}${path}?state=failed`, { method: 'HEAD' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  expect([...server.machines.registry.all()].map(({ state }) => state)).not.toContain('failed');
});

test('a report by GET, and one in chunks, are kept', async () => {
  const path = await boot();
  expect(taken).toContain((await fetch(`${base}${path}?state=failed&reason=no+disk`)).status);
  const stream = new ReadableStream({
    start: (controller) => {
      for (const part of ['{"state":', '"running"', '}']) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  expect(taken).toContain(
    (await fetch(`${base}${path}`, { method: 'POST', body: stream, duplex: 'half' } as RequestInit)).status,
  );
});

test('a progress event is answered at once, a wrong token refused, a report without one too', async () => {
  const path = await boot();
  const event = { name: 'subiquity/Network', event_type: 'start', origin: 'curtin', description: '' };
  expect((await fetch(`${base}${path}`, { method: 'POST', body: JSON.stringify(event) })).status).toBe(200);
  expect((await fetch(`${base}${path}x`, { method: 'POST', body: 'state=failed' })).status).toBe(403);
  expect((await fetch(`${base}/machine/report`, { method: 'POST', body: 'state=failed' })).status).toBe(403);
});

test('a report that is too large is refused and ends its connection', async () => {
  const path = await boot();
  const response = await fetch(`${base}${path}`, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
  expect([response.status, response.headers.get('connection')]).toEqual([413, 'close']);
});

/** Sends bytes, a part at a time, and gives back everything until the connection ends. */
function talk(parts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.addresses.http.port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', () => {});
    const send = (index: number) => {
      if (index < parts.length) socket.write(parts[index]!, () => setTimeout(send, 20, index + 1));
    };
    send(0);
  });
}

test('a body that comes in pieces is read whole', async () => {
  const path = await boot();
  const answer = await talk([`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n`, 'state=', 'installed']);
  expect(answer).toMatch(/^HTTP\/1\.1 20[12] /);
});

test('a body with empty lines in it is no head', async () => {
  const path = await boot();
  const log = 'one\r\n\r\nGET / HTTP/1.1\r\n\r\ntwo';
  const answer = await talk([
    `POST ${path}?state=failed HTTP/1.1\r\nHost: x\r\nContent-Length: ${log.length}\r\n\r\n${log}`,
  ]);
  expect(answer.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.replace('202', '201'))).toEqual(['HTTP/1.1 201']);
});

test('requests behind a report on the same connection are not answered', async () => {
  const path = await boot();
  const report = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\nstate=running`;
  const answer = await talk([report.repeat(50)]);
  expect((answer.match(/HTTP\/1\.1 \d+/g) ?? []).length).toBeLessThanOrEqual(1);
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
});

test('a client that leaves in the middle of its body costs nothing', async () => {
  const path = await boot();
  await Promise.all(
    Array.from({ length: 50 }, () => {
      const socket = connect(server.addresses.http.port, '127.0.0.1');
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc`);
      return new Promise((resolve) => {
        setTimeout(() => socket.destroy(), 50);
        socket.on('close', resolve);
      });
    }),
  );
  expect(taken).toContain((await fetch(`${base}${path}`, { method: 'POST', body: 'state=running' })).status);
});

/** As the programs send them. Sources: cloudinit/reporting/handlers.py, config/cc_phone_home.py; curtin/reporter/handlers.py; subiquity/server/event_listener. */
const python = { 'user-agent': 'Python-urllib/3.12', accept: '*/*' };
const event = (fields: object) => JSON.stringify({ description: 'x', timestamp: 1700000000.25, ...fields });
test.each<[who: string, headers: Record<string, string>, body: string, state: string]>([
  [
    'curtin begins',
    { ...python, 'content-type': 'application/json', authorization: 'OAuth oauth_nonce="1", oauth_signature="%26a"' },
    event({ name: 'cmd-install', event_type: 'start', origin: 'curtin', level: 'INFO' }),
    'installing',
  ],
  [
    'curtin ends',
    { ...python, 'content-type': 'application/json' },
    event({
      name: 'cmd-install',
      event_type: 'finish',
      origin: 'curtin',
      level: 'INFO',
      result: 'SUCCESS',
      duration: 9.5,
    }),
    'installed',
  ],
  [
    'Subiquity fails, with its log',
    { ...python, 'content-type': 'application/json' },
    event({
      name: 'cmd-install',
      event_type: 'finish',
      origin: 'curtin',
      result: 'FAIL',
      files: [
        { path: '/var/log/empty', content: null, encoding: 'base64' },
        {
          path: '/var/log/installer/curtin-install.log',
          content: Buffer.from('no disk\n').toString('base64'),
          encoding: 'base64',
        },
      ],
    }),
    'failed',
  ],
  [
    'cloud-init’s webhook, which names no type',
    { 'user-agent': 'Cloud-Init/25.1', accept: '*/*' },
    event({
      name: 'modules-final',
      event_type: 'finish',
      origin: 'cloudinit',
      result: 'SUCCESS',
      duration: 1.5,
      files: [],
    }),
    'running',
  ],
  [
    'cloud-init’s phone_home',
    { 'user-agent': 'Cloud-Init/22.4', 'content-type': 'application/x-www-form-urlencoded' },
    'pub_key_rsa=ssh-rsa+AAAA+root%40x%0A&pub_key_ecdsa=N%2FA&pub_key_ed25519=N%2FA&instance_id=i-1&hostname=node1&fqdn=node1.example',
    'running',
  ],
  ['wget of busybox', { 'user-agent': 'Wget', connection: 'close' }, 'state=failed&reason=no+disk', 'failed'],
])('%s', async (_who, headers, body, state) => {
  const path = await boot();
  expect(taken).toContain((await fetch(`${base}${path}`, { method: 'POST', headers, body })).status);
  await expect.poll(() => [...server.machines.registry.all()].map((machine) => machine.state)).toEqual([state]);
});

test('a report that is compressed is refused, and one in a query without end too', async () => {
  const path = await boot();
  const headers = { 'content-encoding': 'gzip' };
  const body = gzipSync('state=installed');
  expect(await answerOf(await fetch(`${base}${path}`, { method: 'POST', headers, body }))).toEqual([
    415,
    'a report is sent as it is: Content-Encoding "gzip" is not read\n',
  ]);
  const refused = await fetch(`${base}${path}?state=installed&text=${'x'.repeat(90_000)}`);
  expect([414, 431]).toContain(refused.status);
  expect([...server.machines.registry.all()].map(({ state }) => state)).not.toContain('installed');
  // The poorest client's log is in its query.
  expect(taken).toContain((await fetch(`${base}${path}?state=failed&text=${'x'.repeat(60_000)}`)).status);
});

test('a token counts for its own machine and boot alone', async () => {
  const path = await boot();
  const [machine, boots, signature] = path.split('/').at(-1)!.split('_');
  const forged = [
    `m-0000000000_${boots}_${signature}`,
    `${machine}_b-000000000000000_${signature}`,
    `${machine}_${boots}_${signature!.slice(0, -1)}`,
    `${machine}_${boots}_${'A'.repeat(24)}`,
    `${machine}_${boots}_${signature}_${signature}`,
    '__proto__',
    'x'.repeat(5000),
  ];
  for (const token of forged)
    expect((await fetch(`${base}/machine/report/${token}`, { method: 'POST', body: 'state=installed' })).status).toBe(
      403,
    );
  expect([...server.machines.registry.all()].map(({ state }) => state)).not.toContain('installed');
});

test('nothing is kept of what -redact names, wherever a machine says it', async () => {
  const statePath = join(folder, 'redacted');
  const machines = { ...defaultMachinesSetup, statePath, redact: 'psk, owner' };
  const own = await start({ address: '127.0.0.1:0', dataPath: folder, assetsPath: '', machines, logger: silentLogger });
  const at = `http://127.0.0.1:${own.addresses.http.port}`;
  const query = `mac=${mac}&wifi_psk=hunter2&asset-owner=ann-b&token=t0ps3cr3t&rack=a7-visible`;
  for (const path of ['ipxe', 'metadata', 'cloud', 'generic']) await fetch(`${at}/${path}?${query}`);
  await fetch(`${at}/ipxe?${query.replace(mac, '52:54:00:00:00:99')}`);
  const url = new URL(await (await fetch(`${at}/generic?mac=${mac}`)).text());
  const text = 'Owner: ann-b\nwifi_psk=hunter2 and a7-visible';
  const body = JSON.stringify({ state: 'failed', reason: 'psk=hunter2', text });
  expect(taken).toContain((await fetch(`${at}${url.pathname}`, { method: 'POST', body })).status);
  await own.close(0);
  const kept = readdirSync(statePath, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
  expect(['hunter2', 'ann-b', 't0ps3cr3t', 'a7-visible'].filter((word) => kept.includes(word))).toEqual(['a7-visible']);
});
