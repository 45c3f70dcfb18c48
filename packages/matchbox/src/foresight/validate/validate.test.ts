import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { exampleBase } from './rule.ts';
import { rules } from './rules.ts';
import { validate } from './validate.ts';

async function findings(files: Record<string, string>) {
  const isTest = ([file]: [string, string]) => file.startsWith('tests/');
  const data = Object.entries(files).filter((each) => !isTest(each));
  const testFiles = Object.entries(files)
    .filter(isTest)
    .map(([file, text]) => ({ file, text }));
  const { snapshot } = await openCatalog(openMemoryStore(Object.fromEntries(data)), { watch: false });
  return validate(snapshot, {
    assetExists: (path) => path !== '/assets/missing',
    gzip: (bytes) => gzipSync(bytes),
    testFiles,
  });
}

/** Files that a rule's examples need besides the base. */
function filesFor(id: string, [file, text]: readonly [string, string]): Record<string, string> {
  const files: Record<string, string> = { ...exampleBase, [file]: text };
  if (file.endsWith('.ign')) {
    delete files['ignition/i.yaml'];
    files['profiles/p.json'] = files['profiles/p.json']!.replace('i.yaml', 'i.ign');
  }
  if (id === 'selector-value') files['generic/g'] = '{{.disk}} http://10.0.0.1:8080/generic?stage=second\n';
  // The template that nothing names then would be a finding of its own.
  if (id === 'url-answer' && !text.includes('ignition_id')) delete files['ignition/i.yaml'];
  if (onDefaultGroup.has(id)) files['groups/a.json'] = '{"id": "a", "profile": "p", "metadata": {"disk": "sda"}}';
  return files;
}

const onDefaultGroup = new Set(['hold-at', 'install-default', 'several-defaults']);
/** Where a rule reports, if not in the file of its example. */
const elsewhere: Readonly<Record<string, string>> = {
  'install-default': 'groups/a.json',
  'ignition-too-new': 'ignition/i.yaml',
  'boot-script': 'generic/g',
};

const written = rules.filter(({ id }) => id !== 'unreadable');

test.each(written)('validate finds $id in its bad example, and nothing else', async ({ id, bad }) => {
  const found = await findings(filesFor(id, bad));
  expect(found.map(({ rule, file }) => [rule, file])).toEqual([[id, elsewhere[id] ?? bad[0]]]);
});

test.each(written)('validate finds nothing in the good example of $id', async ({ id, good }) => {
  expect(await findings(filesFor(id, good))).toEqual([]);
});

test('validate reports a Butane config that becomes a MachineConfig, which no machine is answered with', async () => {
  const text =
    'variant: openshift\nversion: 4.14.0\nmetadata:\n  name: a\n  labels:\n    machineconfiguration.openshift.io/role: worker\n';
  const found = await findings({ ...exampleBase, 'ignition/i.yaml': text });
  expect(found.map(({ rule }) => rule)).toEqual(['butane-error']);
});
