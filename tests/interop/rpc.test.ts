/** Every method, once as it should be and once as it should not, called by @grpc/grpc-js. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CallAnswer, type GrpcClient, methodsOf, openClient } from '../conformance/grpc/client.ts';
import { type OpenedServer, openServer } from './server.ts';

let server: OpenedServer;
let client: GrpcClient;
beforeAll(async () => {
  server = await openServer();
  client = openClient(server.port, server.certificates);
});
afterAll(async () => {
  client.close();
  await server.close();
});

const call = (rpc: string, request: object): Promise<CallAnswer> => client.call({ rpc, request });
const done = (response: CallAnswer['response'] = {}): CallAnswer => ({ code: 'OK', message: '', response });
const missing = (verb: string, path: string): CallAnswer => ({
  code: 'UNKNOWN',
  message: `${verb} ${join(server.data, path)}: no such file or directory`,
});

test('Groups: put, get, list and delete, and what cannot be done', async () => {
  const group = {
    id: 'g1',
    name: 'One',
    profile: 'p1',
    selector: { os: 'x' },
    metadata: '{"a":{"b":[1,null]},"e":{}}',
  };
  expect(await call('Groups/GroupPut', { group })).toEqual(done());
  expect(await call('Groups/GroupGet', { id: 'g1' })).toEqual(done({ group }));
  expect(await call('Groups/GroupList', {})).toEqual(done({ groups: [group] }));
  expect(await call('Groups/GroupPut', { group: { id: 'g2' } })).toEqual({
    code: 'UNKNOWN',
    message: 'Group requires a Profile',
  });
  expect(await call('Groups/GroupGet', { id: 'g2' })).toEqual(missing('open', 'groups/g2.json'));
  expect(await call('Groups/GroupDelete', { id: 'g1' })).toEqual(done());
  expect(await call('Groups/GroupDelete', { id: 'g1' })).toEqual(missing('remove', 'groups/g1.json'));
});

test('Profiles: put, get, list and delete, and what cannot be done', async () => {
  const profile = { id: 'p1', name: 'P', ignition_id: 'i', boot: { kernel: 'k', initrd: ['a', 'b'], args: ['c'] } };
  expect(await call('Profiles/ProfilePut', { profile })).toEqual(done());
  expect(await call('Profiles/ProfilePut', { profile: { id: 'bare' } })).toEqual(done());
  expect(await call('Profiles/ProfileGet', { id: 'p1' })).toEqual(done({ profile }));
  expect(await call('Profiles/ProfileGet', { id: 'bare' })).toEqual(done({ profile: { id: 'bare', boot: {} } }));
  expect(await call('Profiles/ProfileList', {})).toEqual(done({ profiles: [{ id: 'bare', boot: {} }, profile] }));
  expect(await call('Profiles/ProfilePut', { profile: {} })).toEqual({ code: 'UNKNOWN', message: 'Id is required' });
  expect(await call('Profiles/ProfileGet', { id: 'nope' })).toEqual(missing('open', 'profiles/nope.json'));
  expect(await call('Profiles/ProfileDelete', { id: 'p1' })).toEqual(done());
  expect(await call('Profiles/ProfileDelete', { id: 'p1' })).toEqual(missing('remove', 'profiles/p1.json'));
});

test.each(['Ignition', 'Generic', 'Cloud'])('%s: put, get and delete, and what cannot be done', async (service) => {
  const kind = service.toLowerCase();
  expect(await call(`${service}/${service}Put`, { name: 'sub/t', config: 'text {{.x}}\r\n' })).toEqual(done());
  expect(await call(`${service}/${service}Get`, { name: 'sub/t' })).toEqual(done({ config: 'text {{.x}}\r\n' }));
  expect(readFileSync(join(server.data, kind, 'sub/t'), 'utf8')).toBe('text {{.x}}\r\n');
  expect(await call('Templates/TemplateList', { kind })).toMatchObject({
    code: 'OK',
    response: { templates: [{ name: 'sub/t', size_bytes: 13 }] },
  });
  expect(await call(`${service}/${service}Put`, { name: '../x', config: 'y' })).toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  expect(await call(`${service}/${service}Get`, { name: 'u' })).toEqual(missing('open', `${kind}/u`));
  expect(await call(`${service}/${service}Delete`, { name: 'sub/t' })).toEqual(done());
  expect(await call(`${service}/${service}Delete`, { name: 'sub/t' })).toEqual(missing('remove', `${kind}/sub/t`));
});

test('Templates: a kind that there is not', async () => {
  expect(await call('Templates/TemplateList', { kind: 'groups' })).toEqual({
    code: 'INVALID_ARGUMENT',
    message: 'kind "groups": wanted one of ignition, cloud, generic',
  });
});

test('Select: what machines get, a mac in any spelling, and no match', async () => {
  await call('Profiles/ProfilePut', { profile: { id: 'sel' } });
  await call('Groups/GroupPut', { group: { id: 'm', profile: 'sel', selector: { mac: '52:54:00:aa:bb:cc' } } });
  await call('Groups/GroupPut', { group: { id: 'lost', profile: 'absent', selector: { s: 'lost' } } });
  const labels = { mac: '52-54-00-AA-BB-CC' };
  expect((await call('Select/SelectGroup', { labels })).response).toMatchObject({ group: { id: 'm' } });
  expect(await call('Select/SelectProfile', { labels })).toEqual(done({ profile: { id: 'sel', boot: {} } }));
  expect(await call('Select/SelectGroup', { labels: { s: 'x' } })).toEqual({
    code: 'NOT_FOUND',
    message: 'matchbox: No matching Group',
  });
  expect(await call('Select/SelectProfile', { labels: { s: 'lost' } })).toEqual({
    code: 'NOT_FOUND',
    message: 'matchbox: No matching Profile',
  });
});

test('Version: what runs there', async () => {
  expect(await call('Version/VersionGet', {})).toEqual(done({ version: 'v9.9.9', runtime: 'test' }));
});

test('expected_revision: a write against another revision is ABORTED and changes nothing', async () => {
  const put = (config: string, expected_revision: string): Promise<CallAnswer> =>
    call('Generic/GenericPut', { name: 'r', config, expected_revision });
  expect(await put('one', '')).toEqual(done());
  expect(await put('two', '')).toMatchObject({ code: 'ABORTED' });
  const sha = createHash('sha256').update('one').digest('hex');
  expect(await put('two', sha)).toEqual(done());
  expect(await put('three', sha)).toMatchObject({
    code: 'ABORTED',
    message: expect.stringContaining('generic/r has changed'),
  });
  expect((await call('Generic/GenericGet', { name: 'r' })).response).toEqual({ config: 'two' });
  const remove = (expected_revision?: string): Promise<CallAnswer> =>
    call('Generic/GenericDelete', { name: 'r', expected_revision });
  expect(await remove(sha)).toMatchObject({ code: 'ABORTED' });
  expect(await remove()).toEqual(done());
});

test('every method of every service was called above', () => {
  const source = readFileSync(new URL(import.meta.url), 'utf8');
  for (const service of ['Groups', 'Profiles', 'Ignition', 'Generic', 'Select', 'Cloud', 'Templates', 'Version']) {
    for (const method of Object.keys(methodsOf(service))) {
      const byTemplate = source.includes(`\${service}/\${service}${method.slice(service.length)}`);
      expect(source.includes(`${service}/${method}`) || byTemplate, `${service}/${method}`).toBe(true);
    }
  }
});

test('a field whose wire type is not that of its declaration is passed over, as Go passes over it', async () => {
  await call('Profiles/ProfilePut', { profile: { id: 'wire' } });
  // Field 1 as a number, as 8 bytes and as a group, and then as the text that it is.
  const raw_base64 = Buffer.from('08050901020304050607080b10010c0a0477697265', 'hex').toString('base64');
  const { code, response } = await client.call({ rpc: 'Profiles/ProfileGet', raw_base64 });
  expect({ code, response }).toMatchObject({ code: 'OK', response: { profile: { id: 'wire' } } });
});

test('a folder that is a file: the error of Go’s MkdirAll', async () => {
  const path = join(server.data, 'generic');
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, '');
  const put = (name: string): Promise<CallAnswer> => call('Generic/GenericPut', { name, config: Buffer.from('x') });
  const fault = { code: 'UNKNOWN', message: `mkdir ${path}: not a directory` };
  expect(await put('a')).toEqual(fault);
  expect(await put('sub/a')).toEqual(fault);
  rmSync(path);
});

test('Select without labels meets no selector, not even one that wants an empty value', async () => {
  await call('Profiles/ProfilePut', { profile: { id: 'empty' } });
  await call('Groups/GroupPut', { group: { id: 'empty', profile: 'empty', selector: { k: '' } } });
  expect((await call('Select/SelectGroup', { labels: { other: 'x' } })).response).toMatchObject({
    group: { id: 'empty' },
  });
  expect((await call('Select/SelectGroup', {})).message).toBe('matchbox: No matching Group');
  expect((await call('Select/SelectProfile', {})).message).toBe('matchbox: No matching Profile');
  await call('Groups/GroupPut', { group: { id: 'all', profile: 'empty' } });
  expect((await call('Select/SelectGroup', {})).response).toMatchObject({ group: { id: 'all' } });
  await call('Groups/GroupDelete', { id: 'all' });
  await call('Groups/GroupDelete', { id: 'empty' });
});
