import { beforeAll, expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { openMemoryStore } from '../store/memory.ts';
import { createHandler, type HandlerOptions } from './handler.ts';
import type { Response } from './message.ts';
import { routes } from './routes.ts';

let snapshot: Snapshot;
beforeAll(async () => {
  const files = {
    'groups/g.json': '{"id":"g","profile":"p"}',
    'profiles/p.json': '{"id":"p","generic_id":"t","boot":{"kernel":"k"}}',
    'generic/t': '0123456789',
  };
  ({ snapshot } = await openCatalog(openMemoryStore(files), { watch: false }));
});

async function ask(
  target: string,
  headers: Record<string, string> = {},
  options: Partial<HandlerOptions> & { method?: string } = {},
): Promise<Response> {
  const { method = 'GET', ...rest } = options;
  const handler = createHandler({ snapshot: () => snapshot, ...rest });
  return handler({ method, target, headers, remoteAddress: '192.0.2.1:1' });
}

const text = ({ body }: Response) => Buffer.from(body as Uint8Array).toString();

test('createHandler answers every route with a Content-Length that is right', async () => {
  for (const { name } of routes) {
    const { headers, body } = await ask(`/${name}`);
    expect(headers['Content-Length'], name).toBe(`${(body as Uint8Array).length}`);
  }
});

test('createHandler serves a rendered text in part', async () => {
  const { status, headers, body } = await ask('/generic', { range: 'bytes=2-4' });
  expect([status, headers['Content-Range'], Buffer.from(body as Uint8Array).toString()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ]);
});

test('createHandler redirects paths that are not clean and keeps the query', async () => {
  const { status, headers } = await ask('//ipxe?a=1&b=%20');
  expect([status, headers.Location]).toEqual([307, '/ipxe?a=1&b=%20']);
});

test('createHandler never redirects what firmware asks for', async () => {
  for (const path of ['/boot.ipxe', '/boot.ipxe.0', '/ipxe', '/grub', '/ignition', '/generic', '/metadata', '/cloud']) {
    expect((await ask(`${path}?mac=x`)).headers.Location, path).toBeUndefined();
  }
});

test('createHandler refuses a target that is longer than any machine’s', async () => {
  expect((await ask(`/ipxe?${'a'.repeat(81_920)}`)).status).toBe(414);
});

test('createHandler has no assets unless there is a folder for them', async () => {
  expect((await ask('/assets/x')).status).toBe(404);
  expect((await ask('/assets')).status).toBe(404);
});

test('createHandler says that it is not ready any more when the server stops', async () => {
  expect((await ask('/readyz', {}, { stopping: () => true })).status).toBe(503);
  expect(text(await ask('/readyz'))).toBe('ok\n');
});

test('createHandler gives every signable answer to the signer, and nothing else', async () => {
  const signed: string[] = [];
  const sign: HandlerOptions['sign'] = (response, form) => {
    signed.push(`${form}:${text(response).slice(0, 6)}`);
    return response;
  };
  await ask('/ipxe.sig', {}, { sign });
  await ask('/boot.ipxe.0.asc', {}, { sign });
  expect(signed).toEqual(['sig:#!ipxe', 'asc:#!ipxe']);
  for (const path of ['/.sig', '/healthz.sig', '/nothing.asc', '/ipxe.sig.sig']) {
    expect((await ask(path, {}, { sign })).status, path).toBe(404);
  }
  expect((await ask('/ipxe.sig')).status).toBe(404);
});

test('createHandler serves a seed by path and by query, for the machine that either names', async () => {
  const files = {
    'groups/g.json': '{"id":"g","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"}}',
    'profiles/p.json': '{"id":"p","cloud_id":"c/user-data"}',
    'cloud/c/user-data': '#cloud-config\nserial: "{{.request.query.serial}}"\n',
    'cloud/secret': 'of nobody',
  };
  const catalog = await openCatalog(openMemoryStore(files), { watch: false });
  const seed = (target: string) => ask(target, {}, { snapshot: () => catalog.snapshot });
  const told = async (target: string) => {
    const response = await seed(target);
    return [response.status, text(response)];
  };
  const found = [200, '#cloud-config\nserial: "a/b"\n'];
  expect(await told('/nocloud/mac=52-54-00-a1-9c-ae/serial=a%2Fb/user-data')).toEqual(found);
  expect(await told('/nocloud/user-data?mac=52-54-00-a1-9c-ae&serial=a/b')).toEqual(found);
  expect(await told('/nocloud?mac=52-54-00-a1-9c-ae&serial=a/b&file=user-data')).toEqual(found);
  expect(await told('/nocloud/mac=52-54-00-a1-9c-ae/vendor-data')).toEqual([200, '']);
  expect((await seed('/nocloud/mac=52-54-00-a1-9c-ae/vendor-data')).headers['Content-Length']).toBe('0');
  expect(await told('/nocloud/mac=52-54-00-a1-9c-ae/')).toEqual([404, '404 page not found\n']);
  expect(await told('/nocloud/mac=52-54-00-a1-9c-ae/secret')).toEqual([404, '404 page not found\n']);
  expect(await told('/nocloud/mac=52-54-00-a1-9c-ae/x=..%2Fsecret/secret')).toEqual([404, '404 page not found\n']);
  expect((await seed('/nocloud/x=1/../secret')).headers.Location).toBe('/nocloud/secret');
  expect((await seed(`/nocloud/${'a=/'.repeat(10_001)}user-data`)).status).toBe(414);
  expect((await seed('/nocloud/mac=52-54-00-a1-9c-ae/user-data')).outcome?.endpoint).toBe('nocloud/user-data');
});
