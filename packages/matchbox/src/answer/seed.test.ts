import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { openMemoryStore } from '../store/memory.ts';
import { answer } from './answer.ts';
import { type SeedFile, seedFiles } from './endpoint.ts';
import { readSeedPath } from './seed.ts';

const base: Readonly<Record<string, string>> = {
  'groups/g.json':
    '{"id":"g","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"},"metadata":{"hostname":"node1","user":"core"}}',
  'profiles/p.json': '{"id":"p","cloud_id":"ubuntu/user-data"}',
  'cloud/ubuntu/user-data': '#cloud-config\nuser: {{.user}}\n',
};
const mac = 'mac=52-54-00-a1-9c-ae';

async function ask(file: SeedFile, query = mac, files: Readonly<Record<string, string>> = {}) {
  const { snapshot } = await openCatalog(openMemoryStore({ ...base, ...files }), { watch: false });
  const { status, body, story } = answer(snapshot, `nocloud/${file}`, query);
  return { status, text: new TextDecoder().decode(body), reason: story.reason };
}

test('a seed has user-data from the template that cloud_id names, and what cloud-init can do without is empty', async () => {
  expect(await ask('user-data')).toEqual({ status: 200, text: '#cloud-config\nuser: core\n', reason: 'ok' });
  expect(await ask('vendor-data')).toEqual({ status: 200, text: '', reason: 'ok' });
  expect(await ask('network-config')).toEqual({ status: 200, text: '', reason: 'ok' });
});

test('a seed has the other files from templates beside the user-data', async () => {
  const files = {
    'cloud/ubuntu/meta-data': 'instance-id: {{.hostname}}\n',
    'cloud/ubuntu/vendor-data': '#!/bin/sh\necho {{.user}}\n',
    'cloud/ubuntu/network-config': 'version: 2\n',
    'cloud/meta-data': 'of nobody\n',
  };
  expect((await ask('meta-data', mac, files)).text).toBe('instance-id: node1\n');
  expect((await ask('vendor-data', mac, files)).text).toBe('#!/bin/sh\necho core\n');
  expect((await ask('network-config', mac, files)).text).toBe('version: 2\n');
});

test('a seed of a template that is not named user-data has nothing beside it', async () => {
  const files = {
    'profiles/p.json': '{"id":"p","cloud_id":"node.yaml"}',
    'cloud/node.yaml': '#cloud-config\n',
    'cloud/vendor-data': 'of nobody\n',
  };
  expect((await ask('user-data', mac, files)).text).toBe('#cloud-config\n');
  expect((await ask('vendor-data', mac, files)).text).toBe('');
});

test.each([
  ['uuid=4C4C4544-0001&mac=52-54-00-a1-9c-ae', '4c4c4544-0001'],
  ['uuid=00000000-0000-0000-0000-000000000000&mac=52-54-00-a1-9c-ae', '52:54:00:a1:9c:ae'],
  ['mac=52-54-00-a1-9c-ae&serial=x', '52:54:00:a1:9c:ae'],
])('meta-data tells instances apart by what the machine is: %s', async (query, id) => {
  expect((await ask('meta-data', query)).text).toBe(`instance-id: "${id}"\nlocal-hostname: "node1"\n`);
});

test('meta-data of a machine that says nothing of itself names its group, and a generation makes another instance', async () => {
  const group = (metadata: string) => ({ 'groups/all.json': `{"id":"all","profile":"p","metadata":${metadata}}` });
  expect((await ask('meta-data', '', group('{}'))).text).toBe('instance-id: "all"\n');
  expect((await ask('meta-data', 'uuid=a-1', group('{"matchbox_generation":2}'))).text).toBe('instance-id: "a-1-2"\n');
  expect((await ask('meta-data', 'uuid=a-1', group('{"matchbox_generation":"b"}'))).text).toBe(
    'instance-id: "a-1-b"\n',
  );
});

test('a label cannot write lines of its own into meta-data', async () => {
  const group = { 'groups/all.json': '{"id":"all","profile":"p"}' };
  expect((await ask('meta-data', 'serial=x%0Alocal-hostname:%20evil', group)).text).toBe(
    'instance-id: "x\\nlocal-hostname: evil"\n',
  );
});

test('a machine without a group, and one without user-data, is answered as by the other endpoints', async () => {
  for (const file of seedFiles) {
    expect(await ask(file, 'mac=52-54-00-00-00-01')).toEqual({
      status: 404,
      text: 'No matching group: no group matches mac=52:54:00:00:00:01\n',
      reason: 'no_group',
    });
    const none = await ask(file, mac, { 'profiles/p.json': '{"id":"p"}' });
    expect(none).toEqual({
      status: 404,
      text: 'No cloud-config template: profile "p" of group "g" has no cloud_id\n',
      reason: 'no_template',
    });
  }
});

test('user-data of other forms passes through unchanged, and a broken cloud-config is not sent', async () => {
  const mime =
    'Content-Type: multipart/mixed; boundary="=="\nMIME-Version: 1.0\n\n--==\nContent-Type: text/jinja2\n\n## template: jinja\n{{"{{ v1.local_hostname }}"}}\n--==--\n';
  expect((await ask('user-data', mac, { 'cloud/ubuntu/user-data': mime })).text).toBe(
    'Content-Type: multipart/mixed; boundary="=="\nMIME-Version: 1.0\n\n--==\nContent-Type: text/jinja2\n\n## template: jinja\n{{ v1.local_hostname }}\n--==--\n',
  );
  const broken = await ask('user-data', mac, { 'cloud/ubuntu/user-data': '#cloud-config\na: [\n' });
  expect([broken.status, broken.reason]).toEqual([500, 'cloud_invalid']);
});

test.each([
  ['/nocloud/mac=52-54-00-a1-9c-ae/user-data', '', '/nocloud/user-data', 'mac=52-54-00-a1-9c-ae'],
  ['/nocloud/mac=a/uuid=/serial=x%2Fy/meta-data', 'os=i', '/nocloud/meta-data', 'mac=a&uuid=&serial=x%2Fy&os=i'],
  ['/nocloud/vendor-data', 'mac=a', '/nocloud/vendor-data', 'mac=a'],
  ['/nocloud', 'mac=a&file=network-config', '/nocloud/network-config', 'mac=a'],
  ['/nocloud/', 'file=user-data&mac=a', '/nocloud/user-data', 'mac=a'],
  ['/nocloud/k=a+b&c;d/user-data', '', '/nocloud/user-data', 'k=a%2Bb%26c%3Bd'],
  ['/nocloud/mac=a/user-data.sig', '', '/nocloud/user-data.sig', 'mac=a'],
])('readSeedPath takes %s ? %s apart', (path, query, wanted, rawQuery) => {
  expect(readSeedPath(path, query)).toEqual({ path: wanted, rawQuery });
});

test.each([
  ['/nocloud', ''],
  ['/nocloud/', 'mac=a'],
  ['/nocloud/mac=a/', ''],
  ['/nocloud/mac=a', ''],
  ['/nocloud/mac=a/other', ''],
  ['/nocloud/nolabel/user-data', ''],
  ['/nocloud/%2e%2e/user-data', ''],
  ['/nocloud/=a/user-data', ''],
  ['/nocloud/mac=a//user-data', ''],
  ['/nocloud', 'file=../../etc/passwd'],
  ['/nocloudx/user-data', ''],
  ['/generic', 'file=user-data'],
])('readSeedPath knows no file of a seed in %s ? %s', (path, query) => {
  expect(readSeedPath(path, query)).toBeUndefined();
});
