import {
  type Client,
  createClient,
  createContextValues,
  createRouterTransport,
  type Transport,
} from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { answer } from '../answer/answer.ts';
import { openCatalog } from '../data/catalog.ts';
import { noMetrics } from '../log/metrics.ts';
import { openMemoryStore } from '../store/memory.ts';
import { createApi } from './api.ts';
import type { AuditTrail } from './audit-trail.ts';
import { Groups, Select } from './gen/matchbox/rpc_pb.ts';
import { identityKey } from './identity.ts';
import { errorInterceptor } from './rpc-error.ts';
import { registerServices } from './services.ts';

const noAudit: AuditTrail = {
  begin: async () => {},
  record: async () => {},
  note: async () => {},
  reopen: async () => {},
  close: async () => {},
};
const writer = { subject: 'CN=ops', name: 'ops', email: '', serial: '01', role: 'writer' } as const;

/** Keys that plain objects have already, or take for something else than a key. */
const awkward = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', '', '0'];

async function connect(useBinaryFormat: boolean) {
  const store = openMemoryStore({
    'profiles/p.json': '{"id":"p","generic_id":"t"}',
    'generic/t': '{{index . "__proto__"}} {{index .request.query "__proto__"}}',
  });
  const catalog = await openCatalog(store, { watch: false });
  const api = createApi({ catalog, audit: noAudit, metrics: noMetrics });
  const transport: Transport = createRouterTransport(
    (router) => registerServices(router, api, { version: '', runtime: '' }),
    {
      transport: { useBinaryFormat },
      router: {
        interceptors: [
          errorInterceptor,
          (next) => (request) => {
            request.contextValues.set(identityKey, writer);
            return next(request);
          },
        ],
      },
    },
  );
  return { catalog, groups: createClient(Groups, transport), select: createClient(Select, transport) };
}

async function put(groups: Client<typeof Groups>, key: string) {
  const selector = Object.fromEntries([[key, 'x']]);
  const metadata = new TextEncoder().encode(`{${JSON.stringify(key)}:{"__proto__":[{"__proto__":"m"}]}}`);
  await groups.groupPut(
    { group: { id: 'own', profile: 'p', selector, metadata } },
    { contextValues: createContextValues() },
  );
}

for (const useBinaryFormat of [true, false]) {
  const format = useBinaryFormat ? 'binary' : 'JSON';

  test.each(awkward)(`a group put as ${format} keeps the selector %j and is no default group`, async (key) => {
    const { catalog, groups, select } = await connect(useBinaryFormat);
    await put(groups, key);
    expect(catalog.snapshot.select(new Map([['mac', '52:54:00:00:00:01']]))).toEqual({ outcome: 'none' });
    expect(catalog.snapshot.select(new Map([[key, 'x']]))).toMatchObject({
      outcome: 'group',
      entry: { name: 'own.json' },
    });
    const { group } = await groups.groupGet({ id: 'own' });
    expect(Object.entries(group?.selector ?? {})).toEqual([[key, 'x']]);
    expect(new TextDecoder().decode(group?.metadata)).toBe(
      `{${JSON.stringify(key)}:{"__proto__":[{"__proto__":"m"}]}}`,
    );
    const labels = Object.fromEntries([[key, 'x']]);
    expect((await select.selectGroup({ labels })).group?.id).toBe('own');
  });
}

test('templates and /metadata see the keys of groups and queries whatever they are called', async () => {
  const { catalog, groups } = await connect(true);
  await put(groups, '__proto__');
  const text = (endpoint: 'generic' | 'metadata') =>
    new TextDecoder().decode(answer(catalog.snapshot, endpoint, '__proto__=x&constructor=c').body);
  expect(text('generic')).toBe('x x');
  expect(text('metadata')).toBe(
    'REQUEST_QUERY_CONSTRUCTOR=c\nREQUEST_QUERY___PROTO__=x\nREQUEST_RAW_QUERY=__proto__=x&constructor=c\n__PROTO__=x\n',
  );
});
