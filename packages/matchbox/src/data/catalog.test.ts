import { expect, test } from 'vitest';
import { createLogger } from '../log/log.ts';
import { createMemoryBackend, openMemoryStore, restoreEmpty } from '../store/memory.ts';
import { openCatalog } from './catalog.ts';
import { revisionOf } from './revision.ts';
import { withChanges } from './snapshot.ts';
import { type Store, StoreError } from './store.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const group = (id: string, selector: Record<string, string> = {}) => JSON.stringify({ id, profile: 'p', selector });

async function openWith(files: Record<string, string>, onBrokenGroup: 'hold' | 'skip' = 'hold') {
  const store = openMemoryStore(files);
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  const catalog = await openCatalog(store, { watch: false, logger, onBrokenGroup });
  const write = async (name: string, text: string) => {
    await store.commit([{ kind: 'groups', name, bytes: encode(text) }], 'id');
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
  expect(lines.slice(1).map((line) => /msg="([^"]*)"/.exec(line)?.[1])).toEqual([
    'read what changed: +0 ~1 -0 groups',
    'groups/a.json is mended or gone',
  ]);
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
  expect(revision).toBe(catalog.snapshot.file('groups', 'a.json')?.revision);
  const { files } = await store.load();
  expect(files.map(({ name, content }) => [name, revisionOf(content as Uint8Array)])).toEqual([['a.json', revision]]);
  const stale = catalog.put('groups', 'a.json', encode(group('b')), { expectedRevision: '' });
  await expect(stale).rejects.toMatchObject({ code: 'conflict' });
  await expect(catalog.put('groups', 'a.json', encode('{'))).rejects.toMatchObject({
    code: 'invalid_content',
    message: 'groups/a.json:1:2: unexpected end of JSON input',
  });
  await expect(catalog.remove('groups', 'a.json', { expectedRevision: 'x' })).rejects.toMatchObject({
    code: 'conflict',
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

test('openCatalog keeps what it knows of a folder that cannot be read, and believes at a reload that one is gone', async () => {
  const inner = openMemoryStore({ 'groups/a.json': group('a'), 'profiles/p.json': '{"id":"p"}' });
  let fault: StoreError | undefined;
  const store: Store = {
    ...inner,
    load: async () => {
      const loaded = await inner.load();
      if (fault === undefined) return loaded;
      const readable = loaded.files.filter(({ kind }) => kind !== 'groups');
      return { ...loaded, files: readable, faults: new Map([['groups', fault]]) };
    },
  };
  const catalog = await openCatalog(store, { watch: false });
  fault = new StoreError('unreadable', 'open groups: permission denied');
  await catalog.reload();
  expect(catalog.snapshot.groups).toHaveLength(1);
  expect(catalog.snapshot.folderFaults.get('groups')).toBe(fault);
  fault = new StoreError('not_found', 'open groups: no such file or directory');
  await catalog.reload();
  expect([catalog.snapshot.groups.length, catalog.snapshot.profiles.length]).toEqual([0, 1]);
});

test('commit makes several changes at once: no snapshot has one without the others', async () => {
  const { catalog } = await openWith({ 'groups/a.json': group('a') });
  const seen: string[][] = [];
  catalog.onChange(({ groups }) => seen.push(groups.map(({ value }) => value!.id)));
  const { before, revisions } = await catalog.commit([
    { kind: 'groups', name: 'b.json', bytes: encode(group('b')) },
    { kind: 'groups', name: 'a.json', bytes: undefined },
    { kind: 'profiles', name: 'p.json', bytes: encode('{"id":"p"}') },
  ]);
  expect(seen).toEqual([['b']]);
  expect(before.map((bytes) => bytes?.length)).toEqual([undefined, group('a').length, undefined]);
  expect(revisions).toEqual([revisionOf(encode(group('b'))), '', revisionOf(encode('{"id":"p"}'))]);
});

test('a catalog replaces its snapshot once for thousands of changes, and nobody waits for them meanwhile', async () => {
  const { catalog, store } = await openWith({});
  let replaced = 0;
  catalog.onChange(() => replaced++);
  const changes = Array.from({ length: 5000 }, (_, i) => {
    return { kind: 'groups', name: `${i}.json`, bytes: encode(group(`${i}`, { n: `${i}` })) } as const;
  });
  await store.commit(changes, 'id');
  const before = catalog.snapshot.groups.length;
  await catalog.refresh();
  expect([before, catalog.snapshot.groups.length, replaced]).toEqual([0, 5000, 1]);
});

test('a catalog reads everything anew when its store tells it to', async () => {
  const backend = createMemoryBackend({ 'groups/a.json': group('a') });
  const catalog = await openCatalog(openMemoryStore(backend), { watch: false });
  restoreEmpty(backend);
  await catalog.reload();
  expect(catalog.snapshot.groups).toHaveLength(0);
  await openMemoryStore(backend).commit([{ kind: 'groups', name: 'b.json', bytes: encode(group('b')) }], 'id');
  await catalog.refresh();
  expect(catalog.snapshot.groups.map(({ name }) => name)).toEqual(['b.json']);
});

test('openCatalog keeps the last good version of a template that breaks, and logs the place when it is saved', async () => {
  const { catalog, store, lines } = await openWith({ 'generic/t': 'good {{.a}}' });
  const inForce = () => new TextDecoder().decode(catalog.snapshot.template('generic', 't')?.value?.bytes);
  await store.commit([{ kind: 'generic', name: 't', bytes: encode('x\nä {{.a}') }], 'id');
  await catalog.reload();
  expect(inForce()).toBe('good {{.a}}');
  expect(catalog.snapshot.broken).toMatchObject([
    { kind: 'generic', name: 't', lastGood: true, fault: { line: 2, column: 5, code: 'content' } },
  ]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('level=warning');
  expect(lines[0]).toContain('file="generic/t:2:5"');
  expect(lines[0]).toContain('effect="its last good version stays in force"');
  await store.commit([{ kind: 'generic', name: 't', bytes: encode('new {{.b}}') }], 'id');
  await catalog.reload();
  expect(inForce()).toBe('new {{.b}}');
  expect(lines[1]).toContain('read what changed: +0 ~1 -0 generic');
  expect(lines[2]).toContain('generic/t is mended or gone');
});

test('openCatalog has nothing to serve of a template that never was good, and takes Ignition as it is', async () => {
  const { catalog } = await openWith({
    'ignition/t.yaml': '{{if}}',
    'ignition/raw.ign': '{{',
    'generic/raw.ign': '{{',
  });
  expect(catalog.snapshot.broken.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
    'ignition/t.yaml',
    'generic/raw.ign',
  ]);
  expect(catalog.snapshot.template('ignition', 't.yaml')?.value).toBeUndefined();
  expect(catalog.snapshot.template('ignition', 'raw.ign')?.value?.bytes).toHaveLength(2);
});

test('put refuses a text that is no template', async () => {
  const { catalog } = await openWith({});
  await expect(catalog.put('cloud', 'c', encode('a\n{{nosuch 1}}'))).rejects.toMatchObject({
    code: 'invalid_content',
    message: 'cloud/c:2:3: template: :2: function "nosuch" not defined',
  });
});

test('the order of upstream is kept while files come and go that bring others forward', async () => {
  const { catalog } = await openWith({
    'groups/b.json': group('b', { k: '1' }),
    'groups/c.json': group('c', { k: '1' }),
  });
  const change = (name: string, text: string | undefined) =>
    catalog.commit([{ kind: 'groups', name, bytes: text === undefined ? undefined : encode(text) }]);
  const winner = () => {
    const selection = catalog.snapshot.select(new Map([['k', '1']]));
    return selection.outcome === 'group' ? selection.entry.name : selection.outcome;
  };
  const order = () => catalog.snapshot.groups.map(({ name }) => name);
  expect([winner(), ...order()]).toEqual(['b.json', 'b.json', 'c.json']);
  await change('c.aaa', '{}');
  expect([winner(), ...order()]).toEqual(['b.json', 'b.json', 'c.json']);
  await change('b.zzz', '{}');
  await change('b.json', undefined);
  expect([winner(), ...order()]).toEqual(['c.json', 'c.json']);
  await change('b.json', group('b', { k: '1' }));
  expect([winner(), ...order()]).toEqual(['b.json', 'b.json', 'c.json']);
  await change('a.json', group('a', { k: '2' }));
  await change('c', '{}');
  expect([winner(), ...order()]).toEqual(['b.json', 'a.json', 'b.json', 'c.json']);
});

test('withChanges answers as said, and else as the snapshot does', async () => {
  const { catalog } = await openWith({ 'groups/a.json': group('a'), 'groups/b.json': '{' });
  const { snapshot } = catalog;
  const changed = withChanges(snapshot, { profile: () => undefined, broken: [] });
  expect(changed.groups).toBe(snapshot.groups);
  expect(changed.select(new Map()).outcome).toBe('hold');
  expect([changed.broken.length, snapshot.broken.length]).toEqual([0, 1]);
});

test('openCatalog loads until it works after a reset, says meanwhile that the store is lost, and follows again', async () => {
  const backend = createMemoryBackend({ 'groups/a.json': group('a', { k: '1' }) });
  const store = openMemoryStore(backend);
  let failures = 0;
  const load = async () => {
    if (failures-- > 0) throw new StoreError('unavailable', 'load: connection refused');
    return store.load();
  };
  const catalog = await openCatalog({ ...store, load });
  failures = 1;
  restoreEmpty(backend);
  await expect.poll(() => catalog.state).toEqual({ is: 'lost', reason: 'load: connection refused' });
  expect(catalog.snapshot.counts.groups).toBe(1);
  await expect.poll(() => catalog.snapshot.counts.groups).toBe(0);
  expect(catalog.state).toEqual({ is: 'live' });
  await store.commit([{ kind: 'groups', name: 'b.json', bytes: encode(group('b')) }], 'id');
  expect(catalog.snapshot.counts.groups).toBe(1);
  await catalog.close();
});
