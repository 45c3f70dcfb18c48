/** What the commands know of NoCloud seeds. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { openMemoryStore } from '../store/memory.ts';
import { explain } from './explain/explain.ts';
import { createComparison } from './impact/compare-machine.ts';
import { validate } from './validate/validate.ts';

const gzip = (bytes: Uint8Array) => gzipSync(bytes);
const args = (seed: string) =>
  JSON.stringify({
    id: 'p',
    cloud_id: 'u/user-data',
    boot: { kernel: '/assets/k', initrd: ['--name main /assets/i'], args: ['initrd=main', `ds=nocloud;s=${seed}`] },
  });
const url = 'http://matchbox.example.com:8080/nocloud/mac=${mac:hexhyp}/';
const base = (seed = url): Record<string, string> => ({
  'groups/g.json': '{"id":"g","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"},"metadata":{"hostname":"n"}}',
  'profiles/p.json': args(seed),
  'cloud/u/user-data': '#cloud-config\nhostname: {{.hostname}}\n',
});

async function snapshotOf(files: Record<string, string>) {
  return (await openCatalog(openMemoryStore(files), { watch: false })).snapshot;
}

async function remarks(files: Record<string, string>) {
  return validate(await snapshotOf(files), { gzip }).map(({ rule, file, message }) => `${rule} ${file}: ${message}`);
}

test('explain tells of the files of a seed where a profile is written for one', async () => {
  const told = explain(await snapshotOf(base()), 'mac=52:54:00:a1:9c:ae').answers;
  expect(told.slice(6).map(({ endpoint, status, bytes, template }) => [endpoint, status, bytes, template])).toEqual([
    ['nocloud/user-data', 200, 26, 'cloud/u/user-data'],
    ['nocloud/meta-data', 200, 53, undefined],
    ['nocloud/vendor-data', 200, 0, undefined],
    ['nocloud/network-config', 200, 0, undefined],
  ]);
  const plain = {
    ...base(),
    'profiles/p.json': '{"id":"p","cloud_id":"node.yaml"}',
    'cloud/node.yaml': '#cloud-config\n',
  };
  expect(explain(await snapshotOf(plain), 'mac=52:54:00:a1:9c:ae').answers).toHaveLength(6);
});

test('impact tells of a change beside the user-data', async () => {
  const before = await snapshotOf(base());
  const after = await snapshotOf({ ...base(), 'cloud/u/vendor-data': '#cloud-config\n{}\n' });
  const change = createComparison(before, after)({ query: 'mac=52:54:00:a1:9c:ae', isMadeUp: false });
  expect(change?.answers.map(({ endpoint }) => endpoint)).toEqual(['nocloud/vendor-data']);
});

test('validate has nothing to say of a seed that is right, with all its files and in forms that /cloud does not take', async () => {
  expect(await remarks(base())).toEqual([]);
  expect(
    await remarks({
      ...base(),
      'cloud/u/user-data': 'MIME-Version: 1.0\n\n{{.hostname}}\n',
      'cloud/u/meta-data': 'instance-id: {{.hostname}}\n',
      'cloud/u/vendor-data': '#!/bin/sh\n',
      'cloud/u/network-config': 'version: 2\n',
    }),
  ).toEqual([]);
  expect(await remarks(base('http://matchbox.example.com:8080/nocloud?mac=${mac:hexhyp}&file='))).toEqual([]);
});

test.each([
  [
    'a label that groups are chosen by and the path lacks',
    base('http://matchbox.example.com:8080/nocloud/uuid=${uuid}/'),
    'ignition-labels profiles/p.json: the URL drops mac, by which the server tells machines apart',
  ],
  [
    'a profile without user-data',
    { ...base(), 'profiles/p.json': args(url).replace('"cloud_id":"u/user-data",', '') },
    'url-answer profiles/p.json: /nocloud/user-data has no answer: this profile has no cloud_id',
  ],
  [
    'a template beside the user-data that does not render',
    { ...base(), 'cloud/u/meta-data': 'instance-id: {{.nobody}}\n' },
    /^template-error cloud\/u\/meta-data: error rendering template: .*nobody/,
  ],
  [
    'a cloud-config that is broken',
    { ...base(), 'cloud/u/user-data': '#cloud-config\na: [\n' },
    /^cloud-invalid cloud\/u\/user-data: error parsing cloud config/,
  ],
])('validate finds %s', async (_, files, wanted) => {
  const found = await remarks(files);
  if (typeof wanted === 'string') expect(found).toContain(wanted);
  else expect(found).toEqual([expect.stringMatching(wanted)]);
});
