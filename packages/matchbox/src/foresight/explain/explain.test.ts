import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzip } from '@matchbox/butane/node';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer } from '../../answer/answer.ts';
import { configEndpoints } from '../../answer/endpoint.ts';
import { openCatalog } from '../../data/catalog.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { openFileStore } from '../../store/file.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { explain } from './explain.ts';

const examples = fileURLToPath(new URL('../../../../../examples', import.meta.url));
const golden = fileURLToPath(new URL('../../../../../golden/matchbox', import.meta.url));

async function snapshotOf(files: Readonly<Record<string, string>>, onBrokenGroup: 'hold' | 'skip' = 'hold') {
  return (await openCatalog(openMemoryStore(files), { watch: false, onBrokenGroup })).snapshot;
}

async function exampleSnapshot(): Promise<Snapshot> {
  return (await openCatalog(openFileStore(examples), { watch: false })).snapshot;
}

const group = (id: string, selector: Record<string, string> = {}, metadata?: object) =>
  JSON.stringify({ id, profile: 'p', selector, metadata }, null, 2);
const profile = JSON.stringify({ id: 'p', boot: { kernel: 'k' }, generic_id: 't' });

test('explain tells the labels as understood, and what counts for nothing', async () => {
  const { labels, dropped } = explain(
    await snapshotOf({}),
    'mac=52-54-00-A1-9C-AE&a=1&a=2&b=%zz&c;d&MAC=525400-a19cae&&nic=1&e&Mac=525400A19CAE',
  );
  expect(labels).toEqual([
    { label: 'mac', value: '52:54:00:a1:9c:ae', sent: '52-54-00-A1-9C-AE' },
    { label: 'a', value: '1' },
    { label: 'nic', value: '1' },
    { label: 'e', value: '' },
    { label: 'Mac', value: '52:54:00:a1:9c:ae', sent: '525400A19CAE' },
  ]);
  expect(dropped.map(({ parameter, reason }) => [parameter, reason])).toEqual([
    ['a=2', 'repeated'],
    ['b=%zz', 'bad_escape'],
    ['c;d', 'semicolon'],
    ['MAC=525400-a19cae', 'bad_mac'],
  ]);
  expect(dropped[3]?.message).toBe(
    'address 525400-a19cae: invalid MAC address; with other separators it is one: 52:54:00:a1:9c:ae',
  );
});

test('explain of the examples names the group, the rule, the profile, and where variables come from', async () => {
  const found = explain(await exampleSnapshot(), 'mac=52-54-00-a1-9c-ae&os=installed', { gzip });
  expect(found).toMatchObject({
    version: 1,
    outcome: 'group',
    rule: 'most_selectors',
    group: { id: 'node1', file: 'groups/node1.json', selector: { mac: '52:54:00:a1:9c:ae', os: 'installed' } },
    groupCount: 6,
    matchingCount: 3,
    nearMissCount: 0,
    profile: { id: 'fedora-coreos', file: 'profiles/fedora-coreos.json' },
  });
  expect(found.matching.map(({ id }) => id)).toEqual(['node1', 'node1-install', 'default']);
  expect(found.answers.map(({ endpoint, status, offered }) => [endpoint, status, offered])).toEqual([
    ['ipxe', 404, false],
    ['grub', 404, false],
    ['ignition', 200, true],
    ['cloud', 404, false],
    ['generic', 404, false],
    ['metadata', 200, true],
  ]);
  expect(found.variables.find(({ name }) => name === 'hostname')).toMatchObject({
    value: 'node1.example.com',
    source: 'metadata',
    position: 'groups/node1.json:10:17',
  });
  expect(found.variables.find(({ name }) => name === 'os')).toMatchObject({ source: 'selector' });
  expect(found.variables.find(({ name }) => name === 'request.query.os')).toMatchObject({ source: 'request' });
});

test('explain shows the group that is missed for one label', async () => {
  const found = explain(await exampleSnapshot(), 'mac=52-54-00-a1-9c-ae');
  expect(found.group?.id).toBe('node1-install');
  expect(found.nearMisses).toMatchObject([
    { id: 'node1', matched: 1, missed: [{ label: 'os', wanted: 'installed', hint: 'absent' }] },
  ]);
});

test('explain names the broken file that a machine waits for, and that it is about this machine', async () => {
  const snapshot = await snapshotOf({
    'groups/default.json': group('default'),
    'groups/own.json': '{"selector":\n {"mac": "52-54-00-00-00-01"',
  });
  const found = explain(snapshot, 'mac=52:54:00:00:00:01');
  expect(found).toMatchObject({ outcome: 'hold', rule: 'on_hold', group: { id: 'default' }, brokenCount: 1 });
  expect(found.broken).toEqual([
    { position: 'groups/own.json:2:29', message: 'unexpected end of JSON input', effect: 'holds', mentions: ['mac'] },
  ]);
  expect(found.answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503, 503]);
  expect(found.answers[0]?.retryAfterSeconds).toBe(15);
  expect(explain(snapshot, 'mac=52:54:00:00:00:02').broken[0]?.mentions).toEqual([]);
});

test('explain tells that an older version of a broken file is in force', async () => {
  const store = openMemoryStore({ 'groups/a.json': group('a', { k: '1' }, { x: 'old' }), 'profiles/p.json': profile });
  const catalog = await openCatalog(store, { watch: false });
  await store.commit([{ kind: 'groups', name: 'a.json', bytes: Buffer.from('{') }], 'id');
  await catalog.reload();
  const found = explain(catalog.snapshot, 'k=1');
  expect(found).toMatchObject({ outcome: 'group', group: { id: 'a' } });
  expect(found.broken).toMatchObject([{ position: 'groups/a.json:1:2', effect: 'last_good' }]);
  // The file's lines are not those of what is in force.
  expect(found.variables[0]).toEqual({ name: 'x', value: 'old', source: 'metadata', usedBy: [] });
});

test('explain says that a broken file counts as absent where it holds nobody', async () => {
  const files = { 'groups/default.json': group('default'), 'groups/new.json': '{' };
  const skipped = explain(await snapshotOf(files, 'skip'), '');
  expect(skipped).toMatchObject({ outcome: 'group', broken: [{ effect: 'unused' }] });
});

test('explain tells what templates name that nobody sets, and who hides whom', async () => {
  const snapshot = await snapshotOf({
    'groups/a.json': group('a', { Zone: 'east' }, { zone: 'west', request: 'mine', n: { m: 1 } }),
    'profiles/p.json': profile,
    'generic/t': 'x {{.zone}}\n{{if .n}}{{$.nope}}{{.request.query.os}}{{.request.query.Zone}}{{end}}',
  });
  const { variables, missing, answers } = explain(snapshot, 'Zone=east');
  expect(variables).toMatchObject([
    { name: 'zone', value: 'east', source: 'selector', hides: 'groups/a.json:8:13', usedBy: ['generic/t:1:5'] },
    { name: 'n', value: { m: 1 }, source: 'metadata', usedBy: ['generic/t:2:6'] },
    { name: 'request.query.Zone', usedBy: [expect.stringContaining('generic/t:2:')] },
    { name: 'request.raw_query', value: 'Zone=east' },
  ]);
  expect(missing.map(({ name }) => name)).toEqual(['nope', 'request.query.os']);
  expect(answers.find(({ endpoint }) => endpoint === 'generic')).toMatchObject({
    status: 500,
    reason: 'template_error',
    offered: true,
    template: 'generic/t',
    position: expect.stringMatching(/^generic\/t:2:\d+$/),
  });
});

test('explain misses no variable that the server has for every machine', async () => {
  const { snapshot } = await openCatalog(
    openMemoryStore({
      'groups/g.json': '{"id":"g","profile":"p"}',
      'profiles/p.json': '{"id":"p","generic_id":"t"}',
      'generic/t': '{{.matchbox_report_url}} {{.nope}}',
    }),
    { watch: false },
  );
  expect(explain(snapshot, '').missing.map(({ name }) => name)).toEqual(['nope']);
});

test('explain does not say that an endpoint is not offered where its template or profile is missing', async () => {
  const snapshot = await snapshotOf({ 'groups/a.json': group('a'), 'profiles/p.json': profile });
  const reasons = explain(snapshot, '').answers.map(({ reason, offered }) => [reason, offered]);
  expect(reasons).toEqual([
    ['ok', true],
    ['ok', true],
    ['no_template', false],
    ['no_template', false],
    ['no_template', true],
    ['ok', true],
  ]);
  const without = explain(await snapshotOf({ 'groups/a.json': group('a') }), '');
  expect(without.profile).toBeUndefined();
  expect(without.answers[0]).toMatchObject({ reason: 'no_profile', offered: true });
});

test('explain looks at no query that is refused', async () => {
  const found = explain(await exampleSnapshot(), 'a&'.repeat(10_001));
  expect(found).toMatchObject({ outcome: 'refused', rule: 'too_many_parameters', labels: [], nearMisses: [] });
  expect(found.answers.every(({ status }) => status === 414)).toBe(true);
});

test('explain notes a folder that cannot be read, and a variable that nobody filled in', async () => {
  expect(explain(await exampleSnapshot(), 'mac=${mac:hexhyp}&serial=${serial}').notes).toEqual([
    'the value of serial is a variable that nobody filled in: ${serial}',
  ]);
});

test('explain says of every endpoint what answer says, for queries of any kind', async () => {
  const snapshot = await exampleSnapshot();
  const part = fc.constantFrom(
    'mac',
    'os',
    'installed',
    '=',
    '&',
    '52-54-00-a1-9c-ae',
    '52:54:00:b2:2f:86',
    '%',
    '%41',
    ';',
    '+',
    'é',
    '\0',
    '\udc80',
  );
  const query = fc.oneof(
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(query, (rawQuery) => {
      const { answers, group: winner, outcome } = explain(snapshot, rawQuery, { gzip });
      for (const { endpoint, status, bytes, reason } of answers) {
        const made = answer(snapshot, endpoint, rawQuery, { gzip });
        expect([status, bytes, reason]).toEqual([made.status, made.body.length, made.story.reason]);
        expect(made.story.group?.name).toBe(winner?.file.slice('groups/'.length));
      }
      expect(outcome).toBe('group');
    }),
    { numRuns: 100 },
  );
});

/** Recorded scenarios with data of every kind; they are matched by their requests' queries. */
const scenarios = [
  'basic-endpoints',
  'select-ties',
  'selector-case-clash',
  'group-files',
  'query-parsing',
  'template-errors',
  'ignition-butane-bad',
];

test.each(scenarios)('explain agrees with answer on every request that was recorded for %s', async (scenario) => {
  expect(readdirSync(golden)).toContain(scenario);
  const catalog = await openCatalog(openFileStore(`${golden}/${scenario}/data`), { watch: false });
  const { snapshot } = catalog;
  const lines = readFileSync(`${golden}/${scenario}/requests.jsonl`, 'utf8').trim().split('\n');
  const targets = lines.map((line) => (JSON.parse(line) as { target?: string }).target ?? '');
  const queries = targets.flatMap((target) => /\?(.*)$/s.exec(target)?.[1] ?? []);
  expect(queries.length).toBeGreaterThan(2);
  for (const query of new Set(queries)) {
    const { answers, outcome, group: winner } = explain(snapshot, query, { gzip });
    const made = configEndpoints.map((endpoint) => answer(snapshot, endpoint, query, { gzip }));
    expect(answers.map(({ status, bytes }) => [status, bytes])).toEqual(
      made.map(({ status, body }) => [status, body.length]),
    );
    expect(winner?.file).toBe(made[0]!.story.group && `groups/${made[0]!.story.group.name}`);
    expect(outcome).toBe(
      { no_group: 'none', on_hold: 'hold', too_many_parameters: 'refused' }[made[5]!.story.reason as string] ?? 'group',
    );
  }
  await catalog.close();
});
