import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { openMemoryStore } from '../store/memory.ts';
import { type Answer, answer } from './answer.ts';
import type { ConfigEndpoint } from './endpoint.ts';
import { createLruCache } from './lru-cache.ts';

const profile = (fields: object) => JSON.stringify({ id: 'p', ...fields });
const group = (fields: object = {}) => JSON.stringify({ id: 'g', profile: 'p', ...fields });
const text = ({ body }: Answer) => new TextDecoder().decode(body);

async function ask(
  files: Record<string, string>,
  endpoint: ConfigEndpoint,
  query = '',
  accept?: string,
): Promise<Answer> {
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  return answer(snapshot, endpoint, query, {
    accept,
    gzip: (bytes) => gzipSync(bytes, { level: 9 }),
    ignitionCache: createLruCache(1e6),
  });
}

test('a config is sent as what it is where the server is told so', async () => {
  const files = {
    'groups/raw.json': '{"id":"raw","profile":"raw","selector":{"a":"1"}}',
    'groups/bu.json': '{"id":"bu","profile":"bu","selector":{"a":"2"}}',
    'profiles/raw.json': '{"id":"raw","ignition_id":"x.ign"}',
    'profiles/bu.json': '{"id":"bu","ignition_id":"x.bu"}',
    'ignition/x.ign': '{"ignition":{"version":"3.1.0"}}',
    'ignition/x.bu': 'variant: fcos\nversion: 1.2.0\n',
  };
  const options = { watch: false, ignitionVersion: 'as-written' } as const;
  const { snapshot } = await openCatalog(openMemoryStore(files), options);
  const versionOf = (query: string, accept?: string) =>
    (JSON.parse(text(answer(snapshot, 'ignition', query, { accept }))) as { ignition: { version: string } }).ignition
      .version;
  expect(versionOf('a=1')).toBe('3.1.0');
  expect(versionOf('a=2')).toBe('3.2.0');
  expect(versionOf('a=1', accepting('3.6.0'))).toBe('3.1.0');
});

test('answer sends a profile’s configs as the profile says, whatever the server was told', async () => {
  const versionOf = async (word: string | undefined, ofServer: 'customary' | 'as-written') => {
    const files = {
      'groups/g.json': group(),
      'profiles/p.json': profile({ ignition_id: 'x.ign', ignition_version: word }),
      'ignition/x.ign': '{"ignition":{"version":"3.1.0"}}',
    };
    const options = { watch: false, ignitionVersion: ofServer };
    const { snapshot } = await openCatalog(openMemoryStore(files), options);
    return (JSON.parse(text(answer(snapshot, 'ignition', ''))) as { ignition: { version: string } }).ignition.version;
  };
  expect(await versionOf('as-written', 'customary')).toBe('3.1.0');
  expect(await versionOf('3.4.0', 'as-written')).toBe('3.4.0');
  expect(await versionOf(undefined, 'as-written')).toBe('3.1.0');
  expect(await versionOf('as-witten', 'customary')).toBe('3.4.0');
});

const accepting = (version: string) => `application/vnd.coreos.ignition+json;version=${version}, */*;q=0.1`;

async function ignitionVersion(source: string, accept?: string): Promise<string> {
  const files = {
    'groups/g.json': group(),
    'profiles/p.json': profile({ ignition_id: 'x.ign' }),
    'ignition/x.ign': JSON.stringify({ ignition: { version: source } }),
  };
  const answered = await ask(files, 'ignition', '', accept);
  return answered.status === 200
    ? (JSON.parse(text(answered)) as { ignition: { version: string } }).ignition.version
    : `${answered.status} ${text(answered)}`;
}

test('answer serves Ignition as 3.4.0 as upstream, and newer sources as what they are', async () => {
  expect(await ignitionVersion('3.0.0')).toBe('3.4.0');
  expect(await ignitionVersion('3.6.0')).toBe('3.6.0');
  expect(await ignitionVersion('3.3.0', '*/*')).toBe('3.4.0');
});

test('answer serves a client that states its Ignition version what that can read, or says why not', async () => {
  expect(await ignitionVersion('3.3.0', accepting('3.6.0'))).toBe('3.4.0');
  expect(await ignitionVersion('3.3.0', accepting('3.3.0'))).toBe('3.3.0');
  expect(await ignitionVersion('3.3.0', accepting('3.99.0'))).toBe('3.4.0');
  const refusal = await ignitionVersion('3.4.0', accepting('3.3.0'));
  expect(refusal).toMatch(/^500 ignition\/x\.ign:1:1: .*3\.4\.0.*3\.3\.0/);
});

test('answer never serves an Ignition config that cannot be read, and names the place', async () => {
  const answered = await ask(
    {
      'groups/g.json': group(),
      'profiles/p.json': profile({ ignition_id: 'x.ign' }),
      'ignition/x.ign': '{"ignition":\n  oops',
    },
    'ignition',
  );
  expect([answered.status, answered.story.reason, answered.story.position]).toEqual([
    500,
    'ignition_invalid',
    'ignition/x.ign:2:4',
  ]);
});

test('answer compresses long contents of a Butane config', async () => {
  const files = {
    'groups/g.json': group(),
    'profiles/p.json': profile({ ignition_id: 'x.yaml' }),
    'ignition/x.yaml': `variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /a\n      contents:\n        inline: ${'a'.repeat(3000)}\n`,
  };
  expect(text(await ask(files, 'ignition'))).toContain('"compression":"gzip"');
});

test('answer says of a 404 which of the three is missing', async () => {
  const told = async (files: Record<string, string>, endpoint: ConfigEndpoint) =>
    text(await ask(files, endpoint, 'mac=x'));
  expect(await told({}, 'ipxe')).toBe('No matching profile: no group matches a request without labels\n');
  expect(await told({ 'groups/g.json': group() }, 'generic')).toBe(
    'No profile named: p: profiles/p.json does not exist (profile of group "g")\n',
  );
  const both = { 'groups/g.json': group(), 'profiles/p.json': profile({ generic_id: 't' }) };
  expect(await told(both, 'generic')).toBe(
    'No generic template named: t: profile "p" of group "g" has generic_id "t", which does not exist\n',
  );
  expect(await told(both, 'cloud')).toBe('No cloud-config template: profile "p" of group "g" has no cloud_id\n');
  expect(await told(both, 'grub')).toBe('No matching profile: profile "p" of group "g" has no boot section\n');
});

test('answer follows no `..` in what a data file names', async () => {
  const told = async (files: Record<string, string>) => text(await ask(files, 'generic', 'mac=x'));
  const files = { 'generic/t': 'never', 'profiles/q.json': profile({ generic_id: 't' }) };
  const away = { ...files, 'groups/g.json': group({ profile: '../profiles/q' }) };
  expect(await told(away)).toBe(
    'No profile named: ../profiles/q: "../profiles/q" is no name of a file (profile of group "g")\n',
  );
  const template = { ...files, 'groups/g.json': group(), 'profiles/p.json': profile({ generic_id: '../generic/t' }) };
  expect(await told(template)).toBe(
    'No generic template named: ../generic/t: profile "p" of group "g" has generic_id "../generic/t", which is no name of a file\n',
  );
});

test('answer knows variables of the machine where nobody knows machines: made up, behind what the group says', async () => {
  const files = {
    'groups/g.json': group(),
    'profiles/p.json': profile({ generic_id: 't' }),
    'generic/t': '{{.matchbox_report_url}} {{.matchbox_machine_id}}',
  };
  expect(text(await ask(files, 'generic'))).toBe('http://matchbox.example/machine/report/TOKEN m-offline');
  const named = { ...files, 'groups/g.json': group({ metadata: { matchbox_machine_id: 'mine' } }) };
  expect(text(await ask(named, 'generic'))).toBe('http://matchbox.example/machine/report/TOKEN mine');
});

test('answer names the place in a template that fails, and sends nothing of it', async () => {
  const files = {
    'groups/g.json': group(),
    'profiles/p.json': profile({ generic_id: 't' }),
    'generic/t': 'first\n  {{.nosuch}}\n',
  };
  const answered = await ask(files, 'generic');
  expect(answered.status).toBe(500);
  expect(text(answered)).toBe(
    'generic/t:2:5: error rendering template: template: :2:4: executing "" at <.nosuch>: map has no entry for key "nosuch"\n',
  );
});

test('answer asks a machine on hold to come again', async () => {
  const files = { 'groups/g.json': group(), 'groups/new.json': '{', 'profiles/p.json': profile({ boot: {} }) };
  const answered = await ask(files, 'ipxe');
  expect([answered.status, answered.retryAfterSeconds, answered.story.position]).toEqual([
    503,
    15,
    'groups/new.json:1:2',
  ]);
});

test('answer names twenty of the broken files that put a machine on hold', async () => {
  const broken = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`groups/new-${i}.json`, '{']));
  const answered = await ask({ ...broken, 'groups/g.json': group(), 'profiles/p.json': profile({ boot: {} }) }, 'ipxe');
  expect(text(answered).match(/^groups\/new-\d+\.json:1:2: /gm)).toHaveLength(21);
  expect(text(answered)).toMatch(/\nand 10 more\n$/);
});

test('answer lists metadata sorted, with selectors over metadata, and no query pair that would write a line of its own', async () => {
  const files = {
    'groups/g.json': group({ selector: { Role: 'r' }, metadata: { role: 'm', n: 1e6, a: { 'b-c': true }, l: [1] } }),
  };
  const answered = await ask(files, 'metadata', 'Role=r&x=1%0aFAKE%3d1&y=2');
  expect(text(answered)).toBe(
    'A_B-C=true\nN=1e+06\nREQUEST_QUERY_ROLE=r\nREQUEST_QUERY_Y=2\nREQUEST_RAW_QUERY=Role=r&x=1%0aFAKE%3d1&y=2\nROLE=r\n',
  );
  expect(answered.story.notes).toEqual(['left a query pair with a line break out of /metadata: "x"']);
});

test('answer lets the selector key that sorts last give the variable, of keys that differ only in case', async () => {
  const files = { 'groups/g.json': group({ selector: { zone: 'lower', Zone: 'upper' } }) };
  expect(text(await ask(files, 'metadata', 'Zone=upper&zone=lower'))).toContain('\nZONE=lower\n');
});

test('answer refuses more parameters than it looks at', async () => {
  expect((await ask({}, 'ipxe', 'a&'.repeat(10_001))).status).toBe(414);
});

test('answer gives the same from the cache as without one', async () => {
  const files = {
    'groups/g.json': group(),
    'profiles/p.json': profile({ ignition_id: 'x.yaml' }),
    'ignition/x.yaml': 'variant: fcos\nversion: 1.5.0\npasswd:\n  users:\n    - name: {{.request.query.name}}\n',
  };
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  const ignitionCache = createLruCache<never>(1e6) as never;
  for (const query of ['name=a', 'name=b', 'name=a', 'name=', 'name=']) {
    const cached = answer(snapshot, 'ignition', query, { ignitionCache });
    const fresh = answer(snapshot, 'ignition', query, {});
    expect([cached.status, text(cached)]).toEqual([fresh.status, text(fresh)]);
  }
});

const debianOnHold = (profileFields: object, groupFields: object = {}) => ({
  'groups/all.json': group(groupFields),
  'groups/node.json': '{"id":"node","profile":"p","selector":{"mac":',
  'profiles/p.json': profile({ generic_id: 'preseed', boot: { kernel: 'k' }, ...profileFields }),
  'generic/preseed': 'd-i\n',
});

test('answer holds a machine at its boot script alone where its installer cannot wait', async () => {
  const files = debianOnHold({ provision: { hold_at: 'script' } });
  const held = await ask(files, 'ipxe', 'mac=52:54:00:00:00:01');
  expect([held.status, held.retryAfterSeconds, held.story.reason]).toEqual([503, 15, 'on_hold']);
  expect((await ask(files, 'grub')).status).toBe(503);
  const given = await ask(files, 'generic', 'mac=52:54:00:00:00:01');
  expect([given.status, text(given)]).toEqual([200, 'd-i\n']);
});

test('answer holds a machine wherever it asks unless that is said; a group’s metadata goes before its profile', async () => {
  const status = async (profileFields: object, groupFields?: object) =>
    (await ask(debianOnHold(profileFields, groupFields), 'generic')).status;
  expect(await status({})).toBe(503);
  expect(await status({ provision: { hold_at: 'every-answer' } })).toBe(503);
  expect(await status({ provision: { hold_at: 'skript' } })).toBe(503);
  expect(await status({}, { metadata: { matchbox_hold_at: 'script' } })).toBe(200);
  const metadata = { matchbox_hold_at: 'every-answer' };
  expect(await status({ provision: { hold_at: 'script' } }, { metadata })).toBe(503);
});
