/** What consoles like this one got wrong, tried at ours over real sockets. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { methodRoles, userAccess } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPage } from '../../tools/page.ts';
import { type AskedSite, certificate, openAskedSite, password } from './asker.ts';

const files = {
  'profiles/p.json': '{"id":"p","generic_id":"t"}',
  'groups/g.json': '{"id":"g","profile":"p","metadata":{"admin_password":"hunter2hunter2"}}',
  'generic/t': 'password: {{.admin_password}}\n',
};
const list = '/rpcpb.Machines/MachineList';
let site: AskedSite;

beforeAll(async () => {
  await buildPage();
  site = await openAskedSite({ files, users: { vera: 'viewer', otto: 'operator' } });
});

afterAll(() => site?.close());

const auditLines = () =>
  readFileSync(join(site.folder, 'audit.log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, string>);

test('a stranger’s name is refused before anything else, for the page, its files, calls and streams', async () => {
  const cookie = await site.signIn('otto');
  const hosts = ['evil.example', `evil.example:${site.port}`, '127.0.0.1', `127.0.0.1:${site.port + 1}`, `[::1]:1`];
  const statuses: number[] = [];
  for (const host of hosts) {
    const headers = { Host: host, Origin: `http://${host}`, Cookie: cookie, 'Content-Type': 'application/json' };
    for (const path of ['/', '/assets/x.js', '/nothing']) statuses.push((await site.ask({ path, headers })).status);
    for (const path of [list, '/rpcpb.Machines/MachineWatch', '/session/end-all'])
      statuses.push((await site.ask({ path, headers, body: '{}' })).status);
  }
  expect(statuses).toEqual(statuses.map(() => 421));
  expect((await site.post(list, {}, cookie)).status).toBe(200);
});

test('no request that changes anything is taken without an origin of ours, those of sessions neither', async () => {
  const cookie = await site.signIn('otto');
  const changing = [
    ...Object.keys(methodRoles).map((method) => `/${method}`),
    '/session/end',
    '/session/end-all',
    '/session/new-link',
    '/session/password',
    '/session/link',
  ];
  const own = `http://127.0.0.1:${site.port}`;
  const foreign: Record<string, string>[] = [
    {},
    { Origin: 'null' },
    { Origin: `https://127.0.0.1:${site.port}` },
    { Origin: `http://localhost:${site.port}` },
    { Origin: 'http://127.0.0.1:1' },
    { Origin: `${own}.evil.example` },
    { Origin: own, 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'none' },
  ];
  const taken: string[] = [];
  for (const path of changing) {
    for (const headers of foreign) {
      const all = { ...headers, Cookie: cookie, 'Content-Type': 'application/json' };
      if ((await site.ask({ path, headers: all, body: '{}' })).status !== 403)
        taken.push(`${path} ${JSON.stringify(headers)}`);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const all = { Origin: own, Cookie: cookie, 'Content-Type': type };
      if ((await site.ask({ path, headers: all, body: '{}' })).status !== 415) taken.push(`${path} ${type}`);
    }
    const query = '?connect=v1&encoding=json&message=%7B%7D';
    if ((await site.ask({ path: `${path}${query}`, headers: { Cookie: cookie } })).status !== 404)
      taken.push(`${path} by GET`);
  }
  expect(taken).toEqual([]);
  expect((await site.post(list, {}, cookie)).status).toBe(200);
});

test('nobody else’s page is told anything: no answer has a header of CORS, a preflight is refused, data is kept nowhere', async () => {
  const cookie = await site.signIn('otto');
  const preflight = await site.ask({
    path: list,
    method: 'OPTIONS',
    headers: { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' },
  });
  const answers = [
    preflight,
    await site.ask({ path: '/' }),
    await site.ask({ path: '/nothing' }),
    await site.post(list, {}, cookie),
    await site.post(list, {}),
    await site.post('/session/who', {}, cookie),
    await site.post('/session/password', { user: 'otto', password: 'x' }),
  ];
  const odd = answers.flatMap(({ headers }) => Object.keys(headers).filter((name) => /^access-control/.test(name)));
  expect([preflight.status, odd]).toEqual([405, []]);
  expect(answers.slice(3).map(({ headers }) => headers['cache-control'])).toEqual(Array(4).fill('no-store'));
  const policies = answers.map(({ headers }) => String(headers['content-security-policy']));
  expect(
    policies.filter((policy) => !policy.startsWith("default-src 'none'") || /unsafe|\*|http/.test(policy)),
  ).toEqual([]);
  expect(answers.filter(({ headers }) => headers['x-content-type-options'] !== 'nosniff')).toEqual([]);
});

test('nothing of the data directory is served on the page’s address', async () => {
  const paths = ['/generic/t', '/generic?a=b', '/groups/g.json', '/metadata', '/ipxe', '/assets/../../data/generic/t'];
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await site.ask({ path })).status);
  expect(statuses).toEqual(paths.map(() => 404));
});

test('the machines’ address sets no cookie and serves nothing of the page', async () => {
  const { port } = site.server.addresses.http;
  const got = await fetch(`http://127.0.0.1:${port}/session/who`, { method: 'POST', body: '{}' });
  const call = await fetch(`http://127.0.0.1:${port}${list}`, { method: 'POST', body: '{}' });
  expect([got.status, got.headers.get('set-cookie'), call.status]).toEqual([404, null, 404]);
});

test('what is sent is bounded: bodies, heads, and messages', async () => {
  const cookie = await site.signIn('otto');
  const big = { 'Content-Type': 'application/json', Origin: `http://127.0.0.1:${site.port}`, Cookie: cookie };
  const session = await site.ask({ path: '/session/who', headers: big, body: `{"a":"${'x'.repeat(5000)}"}` });
  expect([session.status, session.body]).toEqual([400, 'the body is no JSON, or too long\n']);
  const content = Buffer.alloc(5 * 1024 * 1024, 'a').toString('base64');
  const put = await site
    .post('/rpcpb.Files/FilePut', { kind: 'generic', name: 'big', content }, cookie)
    .catch((error: NodeJS.ErrnoException) => error.code);
  expect(typeof put === 'object' ? JSON.parse(put.body).code : put).toMatch(/^(resource_exhausted|EPIPE|ECONNRESET)$/);
  const head = await site.ask({ path: '/', headers: { 'X-Long': 'x'.repeat(20_000) } });
  expect(head.status).toBe(431);
  expect((await site.post(list, {}, cookie)).status).toBe(200);
});

test('a request whose body does not come ends, and others are answered meanwhile', async () => {
  const cookie = await site.signIn('otto');
  const slow = connectTcp(site.port, '127.0.0.1');
  await new Promise((resolve) => slow.once('connect', resolve));
  slow.write(
    `POST /session/who HTTP/1.1\r\nHost: 127.0.0.1:${site.port}\r\nOrigin: http://127.0.0.1:${site.port}\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{`,
  );
  expect((await site.post(list, {}, cookie)).status).toBe(200);
  slow.destroy();
});

test('a viewer whose stream is open loses it with the session, and an operator made a viewer loses the right at once', async () => {
  const stateOrder = { order: 'put', name: 'demoted', password } as const;
  await userAccess.order(join(site.folder, 'state'), { ...stateOrder, role: 'operator' });
  const cookie = await site.signIn('demoted');
  const act = () => site.post('/rpcpb.Machines/MachineAct', { name: 'nobody', action: 'hold' }, cookie);
  expect((await act()).status).toBe(404);
  const ended = new Promise<string>((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/connect+json',
      Origin: `http://127.0.0.1:${site.port}`,
      Cookie: cookie,
    };
    const options = {
      host: '127.0.0.1',
      port: site.port,
      path: '/rpcpb.Machines/MachineWatch',
      method: 'POST',
      headers,
    };
    const sent = request(options, (response) => {
      response.on('data', () => {});
      response.on('error', () => {});
      response.on('close', () => resolve('closed'));
    });
    sent.on('error', reject);
    sent.end(Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from('{}')]));
  });
  await userAccess.order(join(site.folder, 'state'), { ...stateOrder, role: 'viewer' });
  expect(await ended).toBe('closed');
  expect((await act()).status).toBe(401);
  const again = await site.signIn('demoted');
  expect((await site.post('/rpcpb.Machines/MachineAct', { name: 'nobody', action: 'hold' }, again)).status).toBe(403);
  expect((await site.post(list, {}, again)).status).toBe(200);
});

test('secrets are masked for everybody; an operator who asks for them is written down first, once for a look', async () => {
  const [vera, otto] = [await site.signIn('vera'), await site.signIn('otto')];
  const reveal = { 'Matchbox-Reveal': '1' };
  const asked = [
    ['/rpcpb.Foresight/Answers', { query: 'a=b' }],
    ['/rpcpb.Foresight/Explain', { query: 'a=b' }],
    ['/rpcpb.Files/FileGet', { kind: 'groups', name: 'g' }],
    ['/rpcpb.Groups/GroupGet', { id: 'g' }],
  ] as const;
  const shows = async (cookie: string, headers?: Record<string, string>) => {
    const got: (string | number)[] = [];
    for (const [path, body] of asked) {
      const { status, body: text, headers: answered } = await site.post(path, body, cookie, headers);
      const plain = text.replace(/"([A-Za-z0-9+/]{12,}=*)"/g, (_, base64: string) =>
        Buffer.from(base64, 'base64').toString(),
      );
      const word = plain.includes('hunter2hunter2') ? 'shown' : answered['matchbox-masked'] === '1' ? 'masked' : 'none';
      got.push(status === 200 ? word : status);
    }
    return got;
  };
  expect(await shows(vera)).toEqual(Array(4).fill('masked'));
  expect(await shows(vera, reveal)).toEqual(Array(4).fill(403));
  expect(await shows(otto)).toEqual(Array(4).fill('masked'));
  const before = auditLines().length;
  expect(await shows(otto, reveal)).toEqual(Array(4).fill('shown'));
  expect(await shows(otto, reveal)).toEqual(Array(4).fill('shown'));
  expect(
    auditLines()
      .slice(before)
      .map(({ subject, method, object, outcome }) => ({ subject, method, object, outcome })),
  ).toEqual([
    { subject: 'user=otto', method: 'rpcpb.Foresight/Answers', object: 'a=b', outcome: 'shown' },
    { subject: 'user=otto', method: 'rpcpb.Foresight/Explain', object: 'a=b', outcome: 'shown' },
    { subject: 'user=otto', method: 'rpcpb.Files/FileGet', object: 'groups/g', outcome: 'shown' },
    { subject: 'user=otto', method: 'rpcpb.Groups/GroupGet', object: 'g', outcome: 'shown' },
  ]);
});

test('a masked text is not written over what it stands for', async () => {
  const cookie = await site.signIn('otto');
  const masked = JSON.parse((await site.post('/rpcpb.Files/FileGet', { kind: 'groups', name: 'g' }, cookie)).body);
  const put = { kind: 'groups', name: 'g', content: masked.content, expectedRevision: masked.revision };
  const { status, body } = await site.post('/rpcpb.Files/FilePut', put, cookie);
  expect([status, JSON.parse(body).code]).toEqual([400, 'invalid_argument']);
  expect(readFileSync(join(site.folder, 'data/groups/g.json'), 'utf8')).toBe(files['groups/g.json']);
});

test('an order for a machine is in the audit log under the user’s name, refused ones too; what is held is not wiped', async () => {
  await fetch(`http://127.0.0.1:${site.server.addresses.http.port}/ipxe?mac=52:54:00:00:00:07`);
  const [vera, otto] = [await site.signIn('vera'), await site.signIn('otto')];
  const name = '52:54:00:00:00:07';
  const rightsOf = async (cookie: string) => {
    const { rights } = JSON.parse((await site.post('/rpcpb.Machines/MachineGet', { name }, cookie)).body);
    return Object.fromEntries(
      rights.map(({ action, refusal = '' }: { action: string; refusal?: string }) => [action, refusal]),
    );
  };
  const readOnly = 'user "vera" may only read; an operator can do this';
  expect(await rightsOf(vera)).toMatchObject({ hold: readOnly, forget: readOnly, adopt: readOnly });
  expect(await rightsOf(otto)).toMatchObject({ hold: '', reinstall: '', forget: '' });
  const before = auditLines().length;
  const hold = await site.post('/rpcpb.Machines/MachineAct', { name, action: 'hold', reason: 'disk swap' }, otto);
  expect(hold.status).toBe(200);
  expect(await rightsOf(otto)).toMatchObject({ reinstall: 'it is held (disk swap): release it first', release: '' });
  const wipe = await site.post('/rpcpb.Machines/MachineAct', { name, action: 'reinstall', once: true }, otto);
  expect([wipe.status, JSON.parse(wipe.body).code]).toEqual([400, 'failed_precondition']);
  const lines = auditLines().slice(before);
  expect(lines.map(({ subject, outcome, detail }) => [subject, outcome, detail])).toEqual([
    ['user=otto', 'begun', 'hold disk swap'],
    ['user=otto', 'done', 'hold disk swap'],
    ['user=otto', 'begun', 'reinstall once'],
    ['user=otto', 'refused', 'reinstall once'],
  ]);
  const foreseen = JSON.parse(
    (await site.post('/rpcpb.Machines/MachineForesee', { query: 'mac:52:54*', action: 'forget' }, otto)).body,
  );
  expect(foreseen).toMatchObject({
    refusedCount: 1,
    refused: [{ name, refusal: 'it is held (disk swap): release it first' }],
  });
});

test('over HTTPS: plain HTTP gets nothing, TLS 1.1 neither, cookies are bound to this host, and no link signs in', async () => {
  const secure = await openAskedSite({
    ui: { ...certificate, address: '0.0.0.0:0', hosts: 'page.example.com' },
    users: { otto: 'operator' },
  });
  try {
    const plain = await new Promise<string>((resolve) => {
      const socket = connectTcp(secure.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
    expect(plain).not.toContain('200');
    const old = await new Promise<string>((resolve) => {
      const socket = connectTls({
        port: secure.port,
        rejectUnauthorized: false,
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1',
      });
      socket.on('secureConnect', () => resolve('taken'));
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'refused'));
    });
    expect(old).not.toBe('taken');
    const page = await secure.ask({ path: '/', headers: { Host: 'page.example.com' } });
    expect([page.status, page.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
    expect((await secure.ask({ path: '/', headers: { Host: '0.0.0.0' } })).status).toBe(421);
    const { status, headers } = await secure.post('/session/password', { user: 'otto', password });
    expect(status).toBe(200);
    expect(headers['set-cookie']![0]).toMatch(
      /^__Host-matchbox-\d+=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    const cookie = headers['set-cookie']![0]!.split(';', 1)[0]!;
    expect((await secure.post(list, {}, cookie)).status).toBe(200);
    // As if it were plain HTTP: the name without the prefix is nobody's.
    expect((await secure.post(list, {}, cookie.replace('__Host-', ''))).status).toBe(401);
    const insecure = { Origin: `http://127.0.0.1:${secure.port}`, Cookie: cookie, 'Content-Type': 'application/json' };
    expect((await secure.ask({ path: list, headers: insecure, body: '{}' })).status).toBe(403);
    expect(secure.server.pageLink).not.toContain('secret');
    expect((await secure.post('/session/link', { secret: 'x' })).status).toBe(404);
    expect((await secure.post('/session/new-link', {})).status).toBe(404);
    expect(secure.log.filter((line) => line.includes('secret='))).toEqual([]);
  } finally {
    await secure.close();
  }
});

test('a proxy’s word is taken from its own address alone, one header of it, for users that there are', async () => {
  const behind = await openAskedSite({
    ui: { trustedProxy: '127.0.0.2', address: '0.0.0.0:0' },
    users: { otto: 'operator', vera: 'viewer' },
  });
  try {
    const own = { Origin: `https://127.0.0.1:${behind.port}`, 'Content-Type': 'application/json' };
    const who = (from: string, headers: Record<string, string | string[]>) =>
      behind.ask({ path: '/session/who', headers: { ...own, ...headers }, body: '{}', from });
    const proxied = await who('127.0.0.2', { 'X-Forwarded-User': 'otto' });
    expect([proxied.status, JSON.parse(proxied.body)]).toMatchObject([200, { name: 'otto', role: 'operator' }]);
    // From elsewhere not even the page is there.
    expect((await who('127.0.0.1', { 'X-Forwarded-User': 'otto' })).status).toBe(403);
    expect((await behind.ask({ path: '/', from: '127.0.0.3' })).status).toBe(403);
    const unknown: Record<string, string | string[]>[] = [
      {},
      { 'X-Forwarded-User': '' },
      { 'X-Forwarded-User': 'mallory' },
      { 'X-Forwarded-User': ['otto', 'vera'] },
      { 'X-Forwarded-User': 'otto', X_Forwarded_User: 'otto' },
      { 'X-Forwarded-User': 'local' },
      { Cookie: `__Host-matchbox-${behind.port}=otto` },
    ];
    const statuses: number[] = [];
    for (const headers of unknown) statuses.push((await who('127.0.0.2', headers)).status);
    expect(statuses).toEqual(unknown.map(() => 401));
    const signIn = { path: '/session/password', headers: own, body: JSON.stringify({ user: 'otto', password }) };
    expect((await behind.ask({ ...signIn, from: '127.0.0.2' })).status).toBe(404);
    const held = { path: '/rpcpb.Machines/MachineAct', headers: { ...own, 'X-Forwarded-User': 'vera' }, body: '{}' };
    expect((await behind.ask({ ...held, from: '127.0.0.2' })).status).toBe(403);
  } finally {
    await behind.close();
  }
});
