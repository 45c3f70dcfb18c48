import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { kinds } from '../data/kind.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { createMemoryBackend, openMemoryStore } from '../store/memory.ts';
import { createFilesToTell, faultsMessage } from './files-to-tell.ts';
import type { ToWorker } from './message.ts';
import { openPrimary } from './primary.ts';

/** A worker that hears what a primary tells, without a process. */
function worker() {
  let hear: (message: object) => void = () => {};
  const sent: { is: string; number?: number }[] = [];
  const primary = openPrimary<object, object, object>({
    send: (message) => void sent.push(message as { is: string }),
    onMessage: (listener) => {
      hear = listener;
    },
  });
  return { primary, sent, tell: (message: ToWorker<object>) => hear(structuredClone(message)) };
}

const shown = (snapshot: Snapshot) =>
  kinds.flatMap((kind) =>
    snapshot.files(kind).map(({ name, bytes, value, fault }) => {
      const kernel = value !== undefined && 'boot' in value ? value.boot?.kernel : undefined;
      return [kind, name, Buffer.from(bytes).toString(), kernel, fault?.message];
    }),
  );

test('a worker comes to the snapshot of its primary from whatever moment on, last good versions and all', async () => {
  const backend = createMemoryBackend({
    'groups/a.json': '{"id":"a","profile":"p"}',
    'profiles/p.json': '{"id":"p","boot":{"kernel":"/k1"}}',
    'generic/t': 'x',
  });
  const catalog = await openCatalog(openMemoryStore(backend));
  const toTell = createFilesToTell(catalog.snapshot);
  const early = worker();
  const faults = () => faultsMessage(catalog.snapshot.folderFaults);
  early.tell({ is: 'part', files: toTell.all() });
  let number = 0;
  catalog.onChange((_, applied) =>
    early.tell({ is: 'files', number: ++number, files: toTell.changes(applied), faults: faults() }),
  );
  // Before all has come, a change.
  const other = openMemoryStore(backend);
  await other.commit([{ kind: 'generic', name: 't', bytes: undefined }], 'w1');
  early.tell({ is: 'loaded', number: 0, faults: faults() });
  await other.commit([{ kind: 'profiles', name: 'p.json', bytes: Buffer.from('{"id":"p"') }], 'w2');
  await other.commit([{ kind: 'groups', name: 'b.json', bytes: Buffer.from('{"id":"b","profile":"p"}') }], 'w3');
  const late = worker();
  late.tell({ is: 'part', files: toTell.all() });
  late.tell({ is: 'loaded', number, faults: faults() });
  for (const { primary } of [early, late]) {
    const copy = await openCatalog(primary.store);
    await copy.refresh();
    expect(shown(copy.snapshot)).toEqual(shown(catalog.snapshot));
    expect(copy.snapshot.profile('p')?.value?.boot?.kernel).toBe('/k1');
  }
});

test('a reload that finds an emptied store is told as removals', async () => {
  const backend = createMemoryBackend({ 'groups/a.json': '{"id":"a","profile":"p"}', 'generic/t': 'x' });
  const catalog = await openCatalog(openMemoryStore(backend), { watch: false });
  const toTell = createFilesToTell(catalog.snapshot);
  const told: unknown[] = [];
  catalog.onChange((_, applied) => told.push(...toTell.changes(applied)));
  backend.files.clear();
  await catalog.reload();
  expect(told).toEqual([
    { kind: 'groups', name: 'a.json', content: undefined },
    { kind: 'generic', name: 't', content: undefined },
  ]);
});

test('a worker says what it has reached in order, and not before it is in force', async () => {
  const { primary, sent, tell } = worker();
  tell({ is: 'loaded', number: 3, faults: [] });
  const inForce: (() => void)[] = [];
  primary.follow({
    inForce: () => new Promise((resolve) => void inForce.push(resolve)),
    order: () => {},
    rollouts: () => {},
    counts: async () => [],
    close: () => {},
  });
  tell({ is: 'orders', number: 4, orders: [] });
  await Promise.resolve();
  expect(sent).toEqual([]);
  inForce[0]!();
  await expect.poll(() => inForce.length).toBe(2);
  expect(sent).toEqual([{ is: 'reached', number: 3 }]);
  inForce[1]!();
  await expect.poll(() => sent.length).toBe(2);
  expect(sent[1]).toEqual({ is: 'reached', number: 4 });
});
