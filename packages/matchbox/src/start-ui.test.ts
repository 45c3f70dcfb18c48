import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Files, Foresight, Site } from './grpc/gen/matchbox/ui_pb.ts';
import { services } from './grpc/services.ts';
import { createLogger } from './log/log.ts';
import { type RunningServer, StartError, start } from './start.ts';
import { holdSocket } from './supervisor/held-sockets.ts';
import { methodRoles } from './ui/access.ts';
import { hashPassword } from './ui/password.ts';
import { followOrder, leaveOrder } from './ui/user-orders.ts';

const ui = { certFile: '', keyFile: '', hosts: '', trustedProxy: '', proxyHeader: 'X-Forwarded-User' };
const folder = mkdtempSync(join(tmpdir(), 'matchbox-ui-'));
const statePath = join(folder, 'state');
const machines = { statePath, publicUrl: '', trustReports: 'token', distrustFile: '', webhooksFile: '' } as const;
const log: string[] = [];
let server: RunningServer;
let port = 0;

beforeAll(async () => {
  for (const kind of ['groups', 'profiles', 'generic']) mkdirSync(join(folder, 'data', kind), { recursive: true });
  writeFileSync(join(folder, 'data/profiles/p.json'), '{"id":"p","generic_id":"t"}');
  writeFileSync(
    join(folder, 'data/groups/g.json'),
    '{"id":"g","profile":"p","metadata":{"admin_password":"hunter2hunter2"}}',
  );
  writeFileSync(join(folder, 'data/generic/t'), 'password: {{.admin_password}}\n');
  server = await start({
    address: '127.0.0.1:0',
    dataPath: join(folder, 'data'),
    assetsPath: '',
    machines,
    ui: { ...ui, address: '127.0.0.1:0', statePath, auditLog: join(folder, 'audit.log') },
    logger: createLogger({ level: 'info', format: 'text', sink: (line) => void log.push(line) }),
  });
  port = server.addresses.ui!.port;
  const password = await hashPassword('correct horse battery');
  await followOrder(server.machines.store, { order: 'put', name: 'vera', role: 'viewer', password });
  await followOrder(server.machines.store, { order: 'put', name: 'otto', role: 'operator', password });
});

afterAll(async () => {
  await server.close(0);
  rmSync(folder, { recursive: true, force: true });
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function send(
  path: string,
  headers: Record<string, string>,
  body?: string,
  method = body === undefined ? 'GET' : 'POST',
) {
  return new Promise<Got>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const own = () => ({ 'Content-Type': 'application/json', Origin: `http://127.0.0.1:${port}` });
const post = (path: string, body: unknown, cookie?: string) =>
  send(path, { ...own(), ...(cookie && { Cookie: cookie }) }, JSON.stringify(body));

/** @returns the cookie, as a browser would send it back */
function cookieOf({ headers }: Got): string {
  return headers['set-cookie']![0]!.split(';', 1)[0]!;
}

const signIn = async (user: string) =>
  cookieOf(await post('/session/password', { user, password: 'correct horse battery' }));

test('the page is served to everybody, with a policy that lets nothing else in', async () => {
  const { status, headers } = await send('/machines', {});
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'text/html; charset=utf-8',
    'no-cache',
  ]);
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  );
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  expect(headers['set-cookie']).toBe(undefined);
});

test('a stranger’s name for this address is refused, for files and calls', async () => {
  expect((await send('/', { Host: 'evil.example' })).status).toBe(421);
  expect((await send('/rpcpb.Machines/MachineList', { ...own(), Host: 'evil.example' }, '{}')).status).toBe(421);
});

test('what is no file and no view is not found, whatever the path says', async () => {
  const paths = [
    '/nothing',
    '/../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/index.html',
    '//evil.example/',
  ];
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await send(path, {})).status);
  expect(statuses).toEqual([404, 404, 404, 404, 404]);
});

test('every method of the table is closed to who has not signed in, and to other pages', async () => {
  const cookie = await signIn('otto');
  const foreign = { ...own(), Origin: 'http://evil.example', Cookie: cookie };
  const open: string[] = [];
  for (const method of Object.keys(methodRoles)) {
    if ((await post(`/${method}`, {})).status !== 401) open.push(method);
    if ((await send(`/${method}`, foreign, '{}')).status !== 403) open.push(`${method} from elsewhere`);
    const without = { 'Content-Type': 'application/json', Cookie: cookie };
    if ((await send(`/${method}`, without, '{}')).status !== 403) open.push(`${method} from nowhere`);
    if ((await send(`/${method}?connect=v1&encoding=json&message=%7B%7D`, { Cookie: cookie })).status !== 404)
      open.push(`${method} by GET`);
  }
  expect(open).toEqual([]);
});

test('every method for operators is closed to viewers, and every other is open to them', async () => {
  const cookie = await signIn('vera');
  const refused: string[] = [];
  for (const [method, role] of Object.entries(methodRoles)) {
    if (role === 'operator' && (await post(`/${method}`, {}, cookie)).status === 403) refused.push(method);
  }
  expect(refused).toEqual(Object.keys(methodRoles).filter((method) => methodRoles[method] === 'operator'));
  expect((await post('/rpcpb.Machines/MachineList', {}, cookie)).status).toBe(200);
});

test('every method that is served has a role, and no other has: the server starts with nothing else', async () => {
  const served = [...services, Files, Foresight, Site].flatMap(({ typeName, methods }) =>
    methods.map(({ name }) => `${typeName}/${name}`),
  );
  expect(Object.keys(methodRoles).sort()).toEqual(served.sort());
  const cookie = await signIn('otto');
  const codes: string[] = [];
  for (const method of served) {
    const { body } = await send(`/${method}`, { ...own(), Cookie: cookie }, '{"name":"a/../b","kind":"x"}');
    if (/"code":"(unimplemented|unauthenticated|permission_denied)"/.test(body)) codes.push(method);
  }
  expect(codes).toEqual([]);
  expect((await post('/rpcpb.Nothing/Nothing', {}, cookie)).status).toBe(403);
});

test('the one-time link signs in once', async () => {
  const secret = /#secret=([\w-]+)/.exec(server.pageLink!)![1]!;
  expect((await post('/session/link', { secret: `${secret}x` })).status).toBe(403);
  const first = await post('/session/link', { secret });
  expect(first.status).toBe(200);
  expect(first.headers['set-cookie']![0]).toMatch(
    /^matchbox-\d+=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  expect((await post('/session/link', { secret })).status).toBe(403);
  expect(JSON.parse((await post('/session/who', {}, cookieOf(first))).body)).toMatchObject({
    name: 'local',
    role: 'operator',
  });
});

test('signing in makes a new id: one that somebody fixed before is worth nothing', async () => {
  const name = cookieOf(await post('/session/password', { user: 'otto', password: 'correct horse battery' })).split(
    '=',
  )[0]!;
  const fixed = `${name}=${'A'.repeat(43)}`;
  const answer = await post('/session/password', { user: 'otto', password: 'correct horse battery' }, fixed);
  expect(cookieOf(answer)).not.toBe(fixed);
  expect((await post('/rpcpb.Machines/MachineList', {}, fixed)).status).toBe(401);
  expect((await post('/rpcpb.Machines/MachineList', {}, cookieOf(answer))).status).toBe(200);
  const both = `${fixed}; ${cookieOf(answer)}`;
  expect((await post('/rpcpb.Machines/MachineList', {}, both)).status).toBe(401);
});

test('signing out ends the session on the server, and everywhere ends all, with their streams', async () => {
  const [first, second] = [await signIn('otto'), await signIn('otto')];
  expect((await post('/session/end', {}, first)).status).toBe(200);
  expect((await post('/rpcpb.Machines/MachineList', {}, first)).status).toBe(401);
  expect((await post('/rpcpb.Machines/MachineList', {}, second)).status).toBe(200);
  const ended = new Promise<string>((resolve, reject) => {
    const headers = { ...own(), 'Content-Type': 'application/connect+json', Cookie: second };
    const sent = request(
      { host: '127.0.0.1', port, path: '/rpcpb.Machines/MachineWatch', method: 'POST', headers },
      (response) => {
        response.once('data', () => {
          post('/session/end-all', {}, second).catch(reject);
        });
        response.on('error', () => {});
        response.on('close', () => resolve('closed'));
      },
    );
    sent.on('error', reject);
    sent.end(Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from('{}')]));
  });
  expect(await ended).toBe('closed');
  expect((await post('/rpcpb.Machines/MachineList', {}, second)).status).toBe(401);
});

test('a user whom an order changes is signed out, and the order goes', async () => {
  const cookie = await signIn('vera');
  const password = await hashPassword('correct horse battery');
  const file = await leaveOrder(statePath, { order: 'put', name: 'vera', role: 'viewer', password });
  await expect.poll(() => readdirSync(join(statePath, 'user-orders'))).toEqual([]);
  expect(file).toContain('user-orders');
  expect((await post('/rpcpb.Machines/MachineList', {}, cookie)).status).toBe(401);
});

test('viewers may send no drafts, whose templates could print secrets in any disguise', async () => {
  const vera = await signIn('vera');
  const content = Buffer.from('{{range .admin_password}}{{.}} {{end}}').toString('base64');
  const draft = [{ kind: 'generic', name: 't', content }];
  expect((await post('/rpcpb.Foresight/Answers', { query: 'a=b' }, vera)).status).toBe(200);
  expect((await post('/rpcpb.Foresight/Answers', { query: 'a=b', draft }, vera)).status).toBe(403);
});

test('the impact of a network’s file is told with its fields, and with the machines that have addresses in it', async () => {
  const otto = await signIn('otto');
  const contentOf = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64');
  const network = { id: 'rack1', subnet: '10.78.0.0/24', mode: 'proxy', answer: 'all' };
  const metadata = { netboot_address: '10.78.0.7' };
  const group = { id: 'node7', profile: '', selector: { mac: '52:54:00:a1:9c:07' }, metadata };
  const draft = [
    { kind: 'networks', name: 'rack1', content: contentOf(network) },
    { kind: 'groups', name: 'node7', content: contentOf(group) },
  ];
  const { status, body } = await post('/rpcpb.Foresight/Impact', { draft }, otto);
  expect([status, JSON.parse(body).networks]).toEqual([
    200,
    [
      {
        network: 'rack1',
        is: 'added',
        fields: expect.arrayContaining([
          { field: 'subnet', after: '"10.78.0.0/24"' },
          { field: 'mode', after: '"proxy"' },
        ]),
        machines: ['mac=52:54:00:a1:9c:07'],
        machineCount: 1,
      },
    ],
  ]);
});

test('a change is written down under the user’s name', async () => {
  const cookie = await signIn('otto');
  const content = Buffer.from('hello\n').toString('base64');
  const put = await post(
    '/rpcpb.Files/FilePut',
    { kind: 'generic', name: 'new', content, expectedRevision: '' },
    cookie,
  );
  expect(put.status).toBe(200);
  const again = await post(
    '/rpcpb.Files/FilePut',
    { kind: 'generic', name: 'new', content, expectedRevision: '' },
    cookie,
  );
  expect([again.status, JSON.parse(again.body).code]).toEqual([409, 'aborted']);
  const { entries } = JSON.parse((await post('/rpcpb.Site/AuditList', { limit: 10 }, cookie)).body);
  expect(entries.find(({ outcome }: { outcome: string }) => outcome === 'done')).toMatchObject({
    subject: 'user=otto',
    method: 'rpcpb.Files/FilePut',
    object: 'generic/new',
    diff: expect.stringContaining('+hello'),
  });
});

test('passwords cannot be tried for long, and a user that there is not is answered as one that there is', async () => {
  const attempt = (user: string) => post('/session/password', { user, password: 'wrong' });
  const known = await attempt('otto');
  const unknown = await attempt('nobody');
  expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
  // Each failure makes the next wait twice as long: sooner or later one comes too soon, however slow this computer is.
  let last = unknown;
  for (let count = 0; count < 20 && last.status === 403; count++) last = await attempt('otto');
  expect([last.status, last.headers['set-cookie']]).toEqual([429, undefined]);
  expect(last.headers['retry-after']).toMatch(/^\d+$/);
});

test('no secret of a session or link is in the log but the link itself', () => {
  const lines = log.filter((line) => !line.includes('sign in once with'));
  expect(lines.filter((line) => /[\w-]{43}/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.includes('correct horse'))).toEqual([]);
});

test('a socket that a supervisor opened is served on, if it is on loopback', async () => {
  const opened = async (host: string) => {
    const { fd } = await holdSocket(host, 0);
    const sockets = {
      all: (name: string) => (name === 'ui' ? [fd] : []),
      one: (name: string) => (name === 'ui' ? fd : undefined),
    };
    const options = { address: '127.0.0.1:0', dataPath: join(folder, 'data'), assetsPath: '' };
    return start({ ...options, ui: { ...ui, address: '127.0.0.1:1', statePath: '' }, sockets });
  };
  const handedOver = await opened('127.0.0.1');
  const { port: given } = handedOver.addresses.ui!;
  expect((await fetch(`http://127.0.0.1:${given}/`)).status).toBe(200);
  await handedOver.close(0);
  await expect(opened('0.0.0.0')).rejects.toThrow(/the socket "ui" is on 0\.0\.0\.0: away from loopback/);
});

test.each([
  ['0.0.0.0:0', {}, /HTTPS alone/],
  ['192.0.2.1:0', {}, /HTTPS alone/],
  ['localhost.example:0', {}, /HTTPS alone/],
  ['127.0.0.1:0', { trustedProxy: 'everybody' }, /-ui-trusted-proxy/],
  ['0.0.0.0:0', { certFile: '/nowhere', keyFile: '/nowhere' }, /ENOENT|no such file/],
])('-ui-address=%s with %j is refused before anything starts', async (address, more, message) => {
  const refused = start({
    address: '127.0.0.1:0',
    dataPath: join(folder, 'data'),
    assetsPath: '',
    ui: { ...ui, address, statePath: '', ...more },
  });
  await expect(refused).rejects.toThrow(StartError);
  await expect(refused).rejects.toThrow(message);
});
