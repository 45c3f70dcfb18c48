import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer } from '../../answer/answer.ts';
import { configEndpoints } from '../../answer/endpoint.ts';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { askedQueries } from './asked-queries.ts';
import { findImpact, type Impact, isImpact } from './impact.ts';
import { machinesOf } from './machines.ts';

type Files = Readonly<Record<string, string>>;

const files: Files = {
  'groups/default.json': '{"profile":"rescue"}',
  'groups/n1.json': group('n1', '52:54:00:00:00:01'),
  'groups/n2.json': group('n2', '52:54:00:00:00:02'),
  'groups/n3.json': group('n3', '52:54:00:00:00:03'),
  'profiles/rescue.json': '{"id":"rescue","boot":{"kernel":"k","initrd":["i"],"args":["quiet"]}}',
  'profiles/worker.json':
    '{"id":"worker","boot":{"kernel":"k","initrd":["i"],"args":["a","b"]},"ignition_id":"w.bu","generic_id":"g"}',
  'ignition/w.bu': butane('{{.hostname}}'),
  'generic/g': 'host {{.hostname}}\n',
};

function group(id: string, mac: string): string {
  return JSON.stringify({ id, profile: 'worker', selector: { mac }, metadata: { hostname: `${id}.example.com` } });
}

function butane(hostname: string): string {
  return `variant: fcos
version: 1.5.0
storage:
  files:
    - path: /etc/hostname
      contents:
        inline: |
          ${hostname}
`;
}

async function snapshotOf(content: Files) {
  return (await openCatalog(openMemoryStore(content), { watch: false })).snapshot;
}

async function impactOf(change: Readonly<Record<string, string | undefined>>, before: Files = files): Promise<Impact> {
  const merged = Object.entries({ ...before, ...change }).filter((entry): entry is [string, string] => !!entry[1]);
  const [old, now] = [await snapshotOf(before), await snapshotOf(Object.fromEntries(merged))];
  return findImpact(old, now, machinesOf(old, now));
}

/** The changes without what is long. */
function outline({ changes }: Impact) {
  return changes.map(({ verdict, topics, endpoints, machines }) => [
    verdict,
    topics.join(),
    endpoints.join(),
    machines.length,
  ]);
}

test('nothing changes when nothing does', async () => {
  const impact = await impactOf({});
  expect(impact).toMatchObject({ machines: 4, changed: 0, counts: [], moves: [], changes: [], broken: [] });
  expect(isImpact(impact)).toBe(false);
});

test('a change of a template is one change for all machines, whatever host names they have', async () => {
  const impact = await impactOf({ 'ignition/w.bu': butane('new {{.hostname}}') });
  expect(impact).toMatchObject({ machines: 4, changed: 3, counts: [{ topic: 'ignition', machines: 3 }] });
  expect(impact.changes).toHaveLength(1);
  expect(impact.changes[0]).toMatchObject({ similar: true, machines: { length: 3 } });
  expect(impact.changes[0]!.diff).toContain('-            | n1.example.com');
  expect(impact.changes[0]!.diff).toContain('+            | new n1.example.com');
});

test('a value that is another before and after is no own value: each machine is told', async () => {
  const change = { 'generic/g': 'host {{.hostname}}\nchannel {{.channel}}\n' };
  const channel = (id: string, mac: string, value: string) =>
    group(id, mac).replace('"metadata":{', `"metadata":{"channel":"${value}",`);
  const before = {
    ...files,
    ...change,
    'groups/n1.json': channel('n1', '52:54:00:00:00:01', 'stable'),
    'groups/n2.json': channel('n2', '52:54:00:00:00:02', 'beta'),
    'groups/n3.json': channel('n3', '52:54:00:00:00:03', 'alpha'),
  };
  const impact = await impactOf(
    {
      'groups/n1.json': channel('n1', '52:54:00:00:00:01', 'alpha'),
      'groups/n2.json': channel('n2', '52:54:00:00:00:02', 'alpha'),
    },
    before,
  );
  const generic = impact.changes.filter(({ topics }) => topics.includes('generic'));
  expect(generic.map(({ diff }) => (diff as string[]).filter((line) => /^[-+]/.test(line)))).toEqual([
    ['-channel stable', '+channel alpha'],
    ['-channel beta', '+channel alpha'],
  ]);
});

test('kernel, initrd and arguments are told apart, and a script is shown once for both boot loaders', async () => {
  const worker = (boot: object) => ({
    'profiles/worker.json': JSON.stringify({ id: 'worker', boot, ignition_id: 'w.bu', generic_id: 'g' }),
  });
  const newArgument = await impactOf(worker({ kernel: 'k', initrd: ['i'], args: ['a', 'c'] }));
  expect(outline(newArgument)).toEqual([['changed', 'arguments', 'ipxe,grub', 3]]);
  expect(newArgument.changes[0]!.diff).toEqual([
    '@@ -1,6 +1,6 @@',
    ' #!ipxe',
    ' kernel k',
    '     a',
    '-    b',
    '+    c',
    ' initrd i',
    ' boot',
  ]);
  const upgrade = await impactOf(worker({ kernel: 'k2', initrd: ['i2'], args: ['a', 'b'] }));
  expect(outline(upgrade)).toEqual([['changed', 'kernel,initrd', 'ipxe,grub', 3]]);
  expect(upgrade.counts).toEqual([
    { topic: 'kernel', machines: 3 },
    { topic: 'initrd', machines: 3 },
  ]);
});

test('what ends in an error stands first, with the reason and the place', async () => {
  const impact = await impactOf({
    'generic/g': 'host {{.hostname}} {{.missing}}\n',
    'ignition/w.bu': butane('new {{.hostname}}'),
  });
  expect(outline(impact)).toEqual([
    ['error', 'error', 'generic', 3],
    ['changed', 'ignition', 'ignition', 3],
  ]);
  expect(impact.counts[0]).toEqual({ topic: 'error', machines: 3 });
  expect(impact.changes[0]!.after).toMatchObject({ status: 500, reason: 'template_error', position: 'generic/g:1:22' });
});

test('a broken group file holds default machines, and its own machines too; no move is told of them', async () => {
  const impact = await impactOf({ 'groups/n3.json': '{"id":"n3",' });
  expect(outline(impact)).toEqual([['hold', 'hold', configEndpoints.join(), 2]]);
  expect(impact.changes[0]!.machines).toEqual(['', 'mac=52:54:00:00:00:03']);
  expect(impact).toMatchObject({ moves: [], broken: [{ kind: 'groups', name: 'n3.json' }], stillBroken: [] });
});

test('a file that is newly broken is an impact, also where no machine is known to need it', async () => {
  const { 'groups/default.json': _, ...withoutDefault } = files;
  const impact = await impactOf({ 'groups/n4.json': '[]' }, withoutDefault);
  expect(impact).toMatchObject({ changed: 0, broken: [{ name: 'n4.json' }] });
  expect(isImpact(impact)).toBe(true);
  const still = await impactOf({}, { ...withoutDefault, 'groups/n4.json': '[]' });
  expect(still).toMatchObject({ broken: [], stillBroken: [{ name: 'n4.json' }] });
  expect(isImpact(still)).toBe(false);
});

test('a group that goes leaves its machine to the default, a new one takes it from there', async () => {
  const gone = await impactOf({ 'groups/n1.json': undefined });
  expect(gone.moves).toEqual([
    {
      query: 'mac=52:54:00:00:00:01',
      before: { group: 'n1', profile: 'worker' },
      after: { group: 'default', profile: 'rescue' },
    },
  ]);
  expect(outline(gone)).toEqual([
    ['lost', 'ignition', 'ignition', 1],
    ['lost', 'generic', 'generic', 1],
    ['changed', 'arguments', 'ipxe,grub', 1],
    ['changed', 'metadata', 'metadata', 1],
  ]);
  const two = await impactOf({
    'groups/n4.json': group('n4', '52:54:00:00:00:04'),
    'groups/n5.json': group('n5', '52:54:00:00:00:05'),
  });
  expect(two.machines).toBe(6);
  expect(two.moves.map(({ after }) => after.group)).toEqual(['n4', 'n5']);
  // Each with its own host name, and yet the same change.
  expect(outline(two)).toEqual([
    ['changed', 'arguments', 'ipxe,grub', 2],
    ['changed', 'metadata', 'metadata', 2],
    ['gained', 'ignition', 'ignition', 2],
    ['gained', 'generic', 'generic', 2],
  ]);
});

test('a dangling reference that becomes another one is told, since the answer differs', async () => {
  const profile = (id: string) => `{"id":"worker","cloud_id":"${id}"}`;
  const impact = await impactOf(
    { 'profiles/worker.json': profile('b.yaml') },
    { ...files, 'profiles/worker.json': profile('a.yaml') },
  );
  expect(outline(impact)).toEqual([['reason', 'cloud', 'cloud', 3]]);
});

test('machinesOf names each set of labels once', async () => {
  const [old, now] = [await snapshotOf(files), await snapshotOf({ 'groups/x.json': '{"selector":{"a b":"ü&"}}' })];
  const listed = ['mac=52-54-00-00-00-02', 'os=x&mac=52-54-00-00-00-02', 'mac=52:54:00:00:00:02&os=x'];
  expect(machinesOf(old, now, listed).map(({ query }) => query)).toEqual([
    'mac=52-54-00-00-00-02',
    'os=x&mac=52-54-00-00-00-02',
    '',
    'mac=52:54:00:00:00:01',
    'mac=52:54:00:00:00:03',
    'a%20b=%C3%BC%26',
  ]);
});

test('a made-up machine sends what boot loaders send, so that a template may use it', async () => {
  const before = { ...files, 'ignition/w.bu': butane('{{.request.query.uuid}} {{.request.query.hostname}} old') };
  const impact = await impactOf(
    { 'ignition/w.bu': butane('{{.request.query.uuid}} {{.request.query.hostname}} new') },
    before,
  );
  expect(outline(impact)).toEqual([['changed', 'ignition', 'ignition', 3]]);
  expect(impact).toMatchObject({ changed: 3, incomparable: 0 });
});

test('a made-up machine of the default group has a host name', async () => {
  const generic = '{"id":"rescue","generic_id":"r"}';
  const before = { ...files, 'profiles/rescue.json': generic, 'generic/r': '{{.request.query.hostname}} old' };
  const impact = await impactOf({ 'generic/r': '{{.request.query.hostname}} new' }, before);
  expect(outline(impact)).toEqual([['changed', 'generic', 'generic', 1]]);
  expect(impact.changes[0]!.machines).toEqual(['']);
});

test('a made-up machine sends the labels that the URL among its profile’s arguments sends', async () => {
  const profile =
    '{"id":"rescue","generic_id":"r","boot":{"kernel":"k","args":["url=http://m:8080/generic?rack=7&site=${site}"]}}';
  const before = {
    ...files,
    'profiles/rescue.json': profile,
    'generic/r': '{{.request.query.rack}} {{.request.query.site}} old',
  };
  const impact = await impactOf({ 'generic/r': '{{.request.query.rack}} {{.request.query.site}} new' }, before);
  expect(outline(impact)).toEqual([['changed', 'generic', 'generic', 1]]);
});

test('the same error on both sides is not called unchanged', async () => {
  const before = { ...files, 'generic/g': 'rack {{.request.query.rack}} old' };
  const impact = await impactOf({ 'generic/g': '\nrack {{.request.query.rack}} new' }, before);
  expect(outline(impact)).toEqual([['incomparable', 'generic', 'generic', 3]]);
  expect(impact).toMatchObject({ changed: 0, incomparable: 3, counts: [] });
  expect(isImpact(impact)).toBe(true);
});

test('an error that comes for machines without a boot loader alone is none for those that boot', async () => {
  const impact = await impactOf({ 'generic/g': 'host {{.hostname}}{{with .request.query.uuid}}{{end}}\n' });
  expect(outline(impact)).toEqual([]);
});

/** Contents that change answers, break them, or do neither. */
const variants: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'groups/default.json': [undefined, '{"profile":"worker"}', '{"profile":"rescue","metadata":{"hostname":"h"}}', '{'],
  'groups/n1.json': [
    undefined,
    group('n9', '52:54:00:00:00:01'),
    group('n1', '52:54:00:00:00:02'),
    '{"selector":{"mac":"x"}}',
  ],
  'groups/n2.json': [
    '{"profile":"nowhere","selector":{"mac":"52:54:00:00:00:02"}}',
    '{"profile":"rescue","selector":{"mac":"52:54:00:00:00:02","os":"i"}}',
  ],
  'profiles/rescue.json': [
    undefined,
    '{}',
    '{"id":"rescue","ignition_id":"raw.ign"}',
    '{"id":"other","boot":{"kernel":"k"}}',
  ],
  'profiles/worker.json': [
    '{"id":"worker","boot":{"kernel":"k","args":["a b"]},"ignition_id":"w.bu"}',
    '{"id":"worker","ignition_id":"gone","cloud_id":"c"}',
  ],
  'ignition/w.bu': [undefined, butane('x'), '{{.request.raw_query}}', 'variant: fcos'],
  'ignition/raw.ign': ['{"ignition":{"version":"3.3.0"}}', '{"ignition":{"version":"9"}}'],
  'cloud/c': ['#cloud-config\nx: {{.hostname}}\n', '#!/bin/sh\n', 'neither'],
  'generic/g': [undefined, '{{.request.query.os}}', 'host {{.hostname}}', '{{'],
};

const version = fc.record(
  Object.fromEntries(
    Object.entries(variants).map(([file, texts]) => [
      file,
      fc.oneof({ arbitrary: fc.constant(files[file]), weight: 3 }, { arbitrary: fc.constantFrom(...texts), weight: 1 }),
    ]),
  ),
);

test('impact finds exactly what asking both versions for everything finds', async () => {
  await fc.assert(
    fc.asyncProperty(version, version, async (first, second) => {
      const [old, now] = await Promise.all(
        [first, second].map((changes) => {
          const merged = Object.entries({ ...files, ...changes }).filter(
            (entry): entry is [string, string] => !!entry[1],
          );
          return snapshotOf(Object.fromEntries(merged));
        }),
      );
      const machines = machinesOf(old!, now!, ['mac=52:54:00:00:00:03&os=i', 'os=%zz', 'a=1']);
      const differing = machines
        .filter((machine) =>
          configEndpoints.some((endpoint) =>
            askedQueries(
              old!,
              now!,
              machine,
            )(endpoint).some(({ query }) => {
              const [a, b] = [answer(old!, endpoint, query), answer(now!, endpoint, query)];
              // These may name paths; what they are about is the same.
              if (a.status === 503 && b.status === 503) return a.story.position !== b.story.position;
              const place = ({ story }: typeof a) => [story.group?.name, story.group?.value?.profile, story.reason];
              if (place(a).join() !== place(b).join()) return true;
              if (a.story.reason === 'profile_broken') return a.story.position !== b.story.position;
              return a.status !== b.status || Buffer.compare(a.body, b.body) !== 0;
            }),
          ),
        )
        .map(({ query }) => query);
      const { changes, moves } = await findImpact(old!, now!, machines);
      const told = new Set([...changes.flatMap(({ machines }) => machines), ...moves.map(({ query }) => query)]);
      // Told are also those of whom nothing can be said.
      expect(differing.filter((query) => !told.has(query))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('a comparison can be stopped between machines', async () => {
  const snapshot = await snapshotOf(files);
  const stop = () => {
    throw new Error('enough');
  };
  await expect(findImpact(snapshot, snapshot, machinesOf(snapshot, snapshot), { pause: stop })).rejects.toThrow(
    'enough',
  );
});

test('findImpact says what changes for networks, and which machines have addresses in them', async () => {
  const network = (more: object) => JSON.stringify({ id: 'rack1', mode: 'proxy', subnet: '10.78.0.0/24', ...more });
  const before = {
    'groups/n1.json':
      '{"profile":"p","selector":{"mac":"52:54:00:00:00:01"},"metadata":{"netboot_address":"10.78.0.7"}}',
    'profiles/p.json': '{"id":"p"}',
    'networks/rack1.json': network({}),
    'networks/same.json': '{"id":"same","mode":"off","subnet":"10.79.0.0/24"}',
    'networks/gone.json': '{"id":"gone","mode":"off","interface":"eth1"}',
  };
  const { 'networks/gone.json': _, ...rest } = before;
  const after = { ...rest, 'networks/rack1.json': network({ mode: 'dhcp', ranges: ['10.78.0.100-10.78.0.199'] }) };
  const snapshots = await Promise.all(
    [before, after].map(async (each) => (await openCatalog(openMemoryStore(each), { watch: false })).snapshot),
  );
  const impact = await findImpact(snapshots[0]!, snapshots[1]!, []);
  expect([impact.changed, isImpact(impact)]).toEqual([0, true]);
  expect(impact.networks).toEqual([
    {
      network: 'gone',
      is: 'removed',
      fields: [
        { field: 'id', before: '"gone"', after: undefined },
        { field: 'interface', before: '"eth1"', after: undefined },
        { field: 'mode', before: '"off"', after: undefined },
      ],
      machines: [],
    },
    {
      network: 'rack1',
      is: 'changed',
      fields: [
        { field: 'mode', before: '"proxy"', after: '"dhcp"' },
        { field: 'ranges', before: undefined, after: '["10.78.0.100-10.78.0.199"]' },
      ],
      machines: ['mac=52:54:00:00:00:01'],
    },
  ]);
});
