import { expect, test } from 'vitest';
import { openMemoryStore } from '../store/memory.ts';
import { openCatalog } from './catalog.ts';
import { revisionOf } from './file-entry.ts';
import { createLogger } from './log.ts';
import { type Store, StoreError } from './store.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const group = (id: string, selector: Record<string, string> = {}) => JSON.stringify({ id, profile: 'p', selector });

async function openWith(files: Record<string, string>, onBrokenGroup: 'hold' | 'skip' = 'hold') {
  const store = openMemoryStore(files);
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  const catalog = await openCatalog(store, { watch: false, logger, onBrokenGroup });
  const write = async (name: string, text: string) => {
    await store.write('groups', name, encode(text));
    await catalog.reload();
  };
  const outcome = (labels: Record<string, string>) => {
    const selection = catalog.snapshot.select(new Map(Object.entries(labels)));
    return selection.outcome === 'group' ? selection.entry.value?.id : selection.outcome;
  };
  return { store, catalog, lines, write, outcome };
}

test('openCatalog keeps the last good version of a file that breaks, and names the place in the log', async () => {
  const { write, outcome, catalog, lines } = await openWith({ 'groups/a.json': group('a', { k: '1' }) });
  await write('a.json', '{"id":"a",\n  }');
  expect(outcome({ k: '1' })).toBe('a');
  expect(catalog.snapshot.broken).toMatchObject([{ name: 'a.json', lastGood: true, fault: { line: 2, column: 3 } }]);
  expect(lines[0]).toContain('msg="Group \\"a\\": invalid character \'}\' looking for beginning of object key string"');
  expect(lines[0]).toContain('file="groups/a.json:2:3"');
  await write('a.json', group('a', { k: '2' }));
  expect([outcome({ k: '1' }), outcome({ k: '2' })]).toEqual(['none', 'a']);
  expect(lines[1]).toContain('msg="groups/a.json is mended or gone"');
});

test('openCatalog puts on hold who would fall to a default group, while a group file is broken that never was good', async () => {
  const { write, outcome } = await openWith({
    'groups/default.json': group('default'),
    'groups/own.json': group('own', { k: '1' }),
    'groups/new.json': '{',
  });
  expect([outcome({ k: '1' }), outcome({ k: '2' })]).toEqual(['own', 'hold']);
  await write('new.json', group('new', { k: '2' }));
  expect([outcome({ k: '2' }), outcome({ k: '3' })]).toEqual(['new', 'default']);
});

test('openCatalog holds nobody for a broken file that upstream would not read as a group', async () => {
  const { outcome } = await openWith({
    'groups/default.json': group('default'),
    'groups/sub/nested.json': '{',
    'groups/notes.txt': '{',
  });
  expect(outcome({})).toBe('default');
});

test('openCatalog answers nothing, rather than to wait, where there is no default group', async () => {
  const { outcome } = await openWith({ 'groups/new.json': '{' });
  expect(outcome({})).toBe('none');
});

test('openCatalog skips broken groups as upstream does when told so, even those that were good', async () => {
  const { write, outcome } = await openWith(
    { 'groups/default.json': group('default'), 'groups/a.json': group('a', { k: '1' }) },
    'skip',
  );
  await write('a.json', '{');
  expect(outcome({ k: '1' })).toBe('default');
});

test('snapshot.groups come in the order in which upstream comes across them', async () => {
  const { catalog } = await openWith({
    'groups/b.json': group('b'),
    'groups/a.json': group('a'),
    'groups/a.c.json': group('a.c'),
    'groups/a.bak': 'x',
    'groups/up.JSON': group('up'),
    'groups/.json': group('dot'),
  });
  expect(catalog.snapshot.groups.map(({ value }) => value?.id)).toEqual(['dot', 'a', 'a.c', 'b']);
});

test('snapshot.profile finds subfolders by id and never leaves the folder', async () => {
  const { catalog } = await openWith({ 'profiles/sub/x.json': '{"id":"x"}', 'groups/g.json': '{"id":"g"}' });
  expect(catalog.snapshot.profile('sub/x')?.value?.id).toBe('x');
  expect(catalog.snapshot.profile('./sub//x')?.value?.id).toBe('x');
  expect(catalog.snapshot.profile('../groups/g')).toBeUndefined();
});

test('put is in force when it resolves, and refuses a stale revision and a broken file', async () => {
  const { catalog, store, outcome } = await openWith({});
  const { revision } = await catalog.put('groups', 'a.json', encode(group('a', { k: '1' })), { expectedRevision: '' });
  expect(outcome({ k: '1' })).toBe('a');
  expect(revision).toBe(revisionOf(await store.read('groups', 'a.json')));
  const stale = catalog.put('groups', 'a.json', encode(group('b')), { expectedRevision: '' });
  await expect(stale).rejects.toMatchObject({ code: 'stale_revision' });
  await expect(catalog.put('groups', 'a.json', encode('{'))).rejects.toMatchObject({
    code: 'invalid_content',
    message: 'groups/a.json:1:2: unexpected end of JSON input',
  });
  await expect(catalog.remove('groups', 'a.json', { expectedRevision: 'x' })).rejects.toMatchObject({
    code: 'stale_revision',
  });
  await catalog.remove('groups', 'a.json', { expectedRevision: revision });
  expect(outcome({ k: '1' })).toBe('none');
  await expect(catalog.remove('groups', 'a.json')).rejects.toMatchObject({ code: 'not_found' });
});

test('of puts with the same expected revision at the same time only one succeeds', async () => {
  const { catalog } = await openWith({});
  const puts = Array.from({ length: 5 }, (_, i) =>
    catalog.put('generic', 't', encode(`${i}`), { expectedRevision: '' }).then(
      () => true,
      () => false,
    ),
  );
  expect((await Promise.all(puts)).filter(Boolean)).toHaveLength(1);
});

test('a snapshot stays as it is while the catalog goes on', async () => {
  const { catalog, write } = await openWith({ 'groups/a.json': group('a') });
  const before = catalog.snapshot;
  let heard = 0;
  catalog.onChange(() => heard++);
  await write('b.json', group('b', { k: '1' }));
  expect([before.groups.length, catalog.snapshot.groups.length, heard]).toEqual([1, 2, 1]);
  await catalog.reload();
  expect(heard).toBe(1);
});

test('openCatalog keeps what it knows of a folder that cannot be read, and forgets a folder that is gone', async () => {
  const inner = openMemoryStore({ 'groups/a.json': group('a') });
  let fault: StoreError | undefined;
  const store: Store = {
    ...inner,
    list: async (kind) => {
      if (fault && kind === 'groups') throw fault;
      return inner.list(kind);
    },
  };
  const catalog = await openCatalog(store, { watch: false });
  fault = new StoreError('unreadable', 'open groups: permission denied');
  await catalog.reload();
  expect(catalog.snapshot.groups).toHaveLength(1);
  expect(catalog.snapshot.folderFaults.get('groups')).toBe(fault);
  fault = new StoreError('not_found', 'open groups: no such file or directory');
  await catalog.reload();
  expect(catalog.snapshot.groups).toHaveLength(0);
});
