import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openMemoryStore } from '../store/memory.ts';
import { type Answer, answer } from './answer.ts';
import { openCatalog } from './catalog.ts';
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
