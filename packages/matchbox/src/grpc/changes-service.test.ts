import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import type { Store, StoreLimits } from '../data/store.ts';
import { noMetrics } from '../log/metrics.ts';
import { openFileStore } from '../store/file.ts';
import { openMemoryStore } from '../store/memory.ts';
import { createApi } from './api.ts';
import type { AuditTrail } from './audit-trail.ts';
import { registerChanges } from './changes-service.ts';
import { Changes } from './gen/matchbox/additions_pb.ts';
import { type Identity, identityKey } from './identity.ts';
import { errorInterceptor } from './rpc-error.ts';

const writer: Identity = { subject: 'CN=ops', name: 'ops', email: '', serial: '01', role: 'writer' };

interface Setting {
  readonly limits?: Partial<StoreLimits>;
  readonly identity?: Identity;
  /** Called before each commit of the server, which then comes too late. */
  readonly onCommit?: () => void;
  readonly store?: Store;
}

const someStore = () => openMemoryStore({ 'groups/old.json': '{"id":"old","profile":"p"}' });

async function connect({ limits = {}, identity = writer, onCommit, store: inner = someStore() }: Setting = {}) {
  const store: Store = {
    ...inner,
    load: () => inner.load(),
    follow: (...args) => inner.follow(...args),
    barrier: () => inner.barrier(),
    close: () => inner.close(),
    limits: { ...inner.limits, ...limits },
    commit: async (changes, by) => {
      onCommit?.();
      return inner.commit(changes, by);
    },
  };
  const catalog = await openCatalog(store, { watch: false });
  const lines: string[] = [];
  const audit: AuditTrail = {
    begin: async ({ kind, name }) => void lines.push(`begun ${kind}/${name}`),
    note: async () => {},
    record: async ({ kind, name, error }, refused) =>
      void lines.push(`${error === undefined ? 'done' : refused ? 'refused' : 'failed'} ${kind}/${name}`),
    reopen: async () => {},
    close: async () => {},
  };
  const api = createApi({ catalog, audit, metrics: noMetrics });
  const transport = createRouterTransport((router) => registerChanges(router, api), {
    router: {
      interceptors: [
        errorInterceptor,
        (next) => (request) => {
          request.contextValues.set(identityKey, identity);
          return next(request);
        },
      ],
    },
  });
  /** What each snapshot that was in force had, by `kind/name`. */
  const seen: string[][] = [];
  const names = () =>
    (['groups', 'profiles', 'generic'] as const).flatMap((kind) =>
      catalog.snapshot.files(kind).map(({ name }) => `${kind}/${name}`),
    );
  catalog.onChange(() => seen.push(names()));
  return { client: createClient(Changes, transport), catalog, lines, seen, names };
}

const group = { what: { case: 'group', value: { id: 'g', profile: 'p' } } } as const;
const profile = { what: { case: 'profile', value: { id: 'p', genericId: 't' } } } as const;
const template = {
  what: { case: 'template', value: { kind: 'generic', name: 't', config: new TextEncoder().encode('x') } },
} as const;
const removal = { what: { case: 'removal', value: { kind: 'groups', name: 'old' } } } as const;

test('ChangesApply makes everything as one, and says the revision of each', async () => {
  const { client, catalog, lines, seen } = await connect();
  const { revisions } = await client.changesApply({ changes: [group, removal, profile, template], atomic: true });
  expect(seen).toEqual([['groups/g.json', 'profiles/p.json', 'generic/t']]);
  const { snapshot } = catalog;
  expect(revisions).toEqual([
    snapshot.file('groups', 'g.json')?.revision,
    '',
    snapshot.file('profiles', 'p.json')?.revision,
    '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
  ]);
  expect(lines).toEqual([
    'begun groups/g.json',
    'begun groups/old.json',
    'begun profiles/p.json',
    'begun generic/t',
    'done groups/g.json',
    'done groups/old.json',
    'done profiles/p.json',
    'done generic/t',
  ]);
});

test('ChangesApply changes nothing if one of the changes is refused', async () => {
  const { client, lines, seen } = await connect();
  const stale = client.changesApply({ changes: [template, { ...group, expectedRevision: 'x' }], atomic: true });
  await expect(stale).rejects.toThrow('[aborted] groups/g.json has changed: expected revision "x", found ""');
  const broken = {
    what: { case: 'template', value: { ...template.what.value, config: new TextEncoder().encode('{{') } },
  } as const;
  await expect(client.changesApply({ changes: [group, broken] })).rejects.toThrow('[invalid_argument] generic/t:1:');
  await expect(client.changesApply({ changes: [group, { what: { case: undefined } }] })).rejects.toThrow(
    '[invalid_argument] change 2 has neither a group, a profile, a network, a template nor a removal in it',
  );
  const odd = { what: { case: 'removal', value: { kind: '__proto__', name: 'x' } } } as const;
  await expect(client.changesApply({ changes: [odd] })).rejects.toThrow(
    '[invalid_argument] change 1: kind "__proto__": wanted one of groups, profiles, ignition, cloud, generic',
  );
  expect(seen).toEqual([]);
  expect(lines.filter((line) => line.startsWith('done'))).toEqual([]);
  expect(lines.slice(0, 4)).toEqual([
    'begun generic/t',
    'begun groups/g.json',
    'refused generic/t',
    'refused groups/g.json',
  ]);
});

test('ChangesApply refuses what the store cannot make whole, and makes it in parts when that is enough', async () => {
  const { client, seen } = await connect({ limits: { filesPerCommit: 1 } });
  const changes = [group, removal, profile, template];
  await expect(client.changesApply({ changes, atomic: true })).rejects.toThrow(
    '[failed_precondition] 4 changes: the store makes 1 files of 268435456 bytes in all whole or not at all, no more; nothing was changed',
  );
  expect(seen).toEqual([]);
  await client.changesApply({ changes });
  expect(seen).toEqual([
    ['groups/old.json', 'generic/t'],
    ['groups/old.json', 'profiles/p.json', 'generic/t'],
    ['groups/g.json', 'groups/old.json', 'profiles/p.json', 'generic/t'],
    ['groups/g.json', 'profiles/p.json', 'generic/t'],
  ]);
});

test('ChangesApply refuses several changes as one where the store has no such thing', async () => {
  const { client, names } = await connect({ limits: { atomic: false } });
  await expect(client.changesApply({ changes: [profile, template], atomic: true })).rejects.toThrow(
    '[failed_precondition] 2 changes: the store makes one file whole or not at all, no more; nothing was changed',
  );
  await client.changesApply({ changes: [profile], atomic: true });
  expect(names()).toEqual(['groups/old.json', 'profiles/p.json']);
});

test('ChangesApply says how far it came', async () => {
  const { client, names } = await connect({ limits: { filesPerCommit: 1 } });
  const changes = [template, { ...profile, expectedRevision: 'x' }, group];
  await expect(client.changesApply({ changes })).rejects.toThrow(
    '[aborted] 1 of 3 changes are in force, the others are not: profiles/p.json has changed: expected revision "x", found ""',
  );
  expect(names()).toEqual(['groups/old.json', 'generic/t']);
});

test('ChangesApply is nothing for readers', async () => {
  const { client, lines } = await connect({ identity: { ...writer, role: 'reader' } });
  await expect(client.changesApply({ changes: [group] })).rejects.toThrow('[permission_denied]');
  expect(lines).toEqual(['refused groups/g']);
});

/** The same on files, which others edit; a server that does not watch hears of it when it asks. */
async function onFiles(
  work: (setting: { edit: (text: string) => void; path: string }) => Promise<void>,
): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-changes-'));
  try {
    await work({ path, edit: (text) => writeFileSync(join(path, 'profiles/p.json'), text) });
  } finally {
    rmSync(path, { recursive: true });
  }
}

test('ChangesApply keeps what a profile’s message does not say from an edit that nobody had read yet', () =>
  onFiles(async ({ path, edit }) => {
    const { client, catalog } = await connect({ store: openFileStore(path) });
    await client.changesApply({ changes: [profile], atomic: true });
    edit('{"id":"p","ignition_version":"as-written"}');
    expect(catalog.snapshot.profile('p')?.value).not.toHaveProperty('ignitionVersion');
    await client.changesApply({ changes: [profile], atomic: true });
    expect(catalog.snapshot.profile('p')?.value).toMatchObject({ genericId: 't', ignitionVersion: 'as-written' });
  }));

test('ChangesApply makes a profile anew when somebody edits it in between, and gives up on who never stops', () =>
  onFiles(async ({ path, edit }) => {
    let edits = 0;
    let most = 0;
    const onCommit = () => {
      if (edits < most) edit(`{"id":"p","name":"${++edits}","ignition_version":"as-written"}`);
    };
    const { client, catalog } = await connect({ store: openFileStore(path), onCommit });
    await client.changesApply({ changes: [profile], atomic: true });
    most = 1;
    await client.changesApply({ changes: [profile], atomic: true });
    expect(catalog.snapshot.profile('p')?.value).toMatchObject({ genericId: 't', ignitionVersion: 'as-written' });
    most = Number.POSITIVE_INFINITY;
    const applied = client.changesApply({ changes: [profile], atomic: true });
    await expect(applied).rejects.toThrow('profiles/p.json has changed');
  }));
