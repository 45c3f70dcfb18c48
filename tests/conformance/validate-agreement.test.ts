/** `matchbox validate` finds an error in a config exactly where a machine would not be answered with it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzip } from '@matchbox/butane/node';
import { answer, openCatalog, openFileStore, type Snapshot, validate } from 'matchbox';
import { templateEndpoints } from 'matchbox/tables';
import { openMemoryStore } from 'matchbox/testing';
import { expect, test } from 'vitest';
import { makeWorkingCopy, removeWorkingCopy, scenariosIn } from './http/scenario.ts';

const golden = fileURLToPath(new URL('../../golden', import.meta.url));
/** So many documents stand for all: the cases of a category are like each other. */
const oneIn = 3;
const renderingRules = ['template-syntax', 'template-error', 'cloud-invalid', 'butane-error', 'ignition-invalid'];

/** Names of the templates in which validate finds an error of rendering. */
function faultyTemplates(snapshot: Snapshot): Set<string> {
  const findings = validate(snapshot, { gzip });
  return new Set(findings.filter(({ rule }) => renderingRules.includes(rule)).map(({ file }) => file));
}

/** Names of the templates for which a group's machine, that sends what the group selects by, gets a 500. */
function failingTemplates(snapshot: Snapshot): Set<string> {
  const failing = new Set<string>();
  for (const { value: group } of snapshot.groups) {
    if (group === undefined) continue;
    const query = Array.from(group.selector, (pair) => pair.map(encodeURIComponent).join('=')).join('&');
    for (const endpoint of Object.keys(templateEndpoints) as (keyof typeof templateEndpoints)[]) {
      const { status, story } = answer(snapshot, endpoint, query, { gzip });
      if (status === 500 && story.template) failing.add(`${story.template.kind}/${story.template.name}`);
    }
  }
  return failing;
}

/** Documents as the templates of as many groups. */
async function snapshotOf(documents: readonly Buffer[], extension: string): Promise<Snapshot> {
  const files: Record<string, string | Buffer> = {};
  for (const [i, bytes] of documents.entries()) {
    files[`groups/g${i}.json`] = JSON.stringify({ id: `g${i}`, profile: `p${i}`, selector: { n: `${i}` } });
    files[`profiles/p${i}.json`] = JSON.stringify({ id: `p${i}`, ignition_id: `t${i}${extension}` });
    files[`ignition/t${i}${extension}`] = bytes;
  }
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  return snapshot;
}

function recordedInputs(file: string): Buffer[] {
  return readFileSync(join(golden, file), 'utf8')
    .split('\n')
    .filter((line, i) => line !== '' && i % oneIn === 0)
    .map((line) => JSON.parse(line) as { input?: string; input_base64?: string })
    .map(({ input, input_base64: base64 }) =>
      Buffer.from(input ?? base64 ?? '', input === undefined ? 'base64' : 'utf8'),
    );
}

function sorted(set: ReadonlySet<string>): string[] {
  return [...set].sort();
}

test.each([
  ['butane.jsonl', '.bu'],
  ['ignition.jsonl', '.ign'],
])(
  'validate and the server agree which of the documents in %s are broken',
  async (file, extension) => {
    const snapshot = await snapshotOf(recordedInputs(file), extension);
    const failing = failingTemplates(snapshot);
    expect(failing.size).toBeGreaterThan(50);
    expect(sorted(faultyTemplates(snapshot))).toEqual(sorted(failing));
  },
  120_000,
);

test('validate finds an error in every template that fails for a group of the recorded scenarios', async () => {
  const missed: string[] = [];
  for (const scenario of scenariosIn([join(golden, 'matchbox')])) {
    const dir = makeWorkingCopy(scenario);
    try {
      const catalog = await openCatalog(openFileStore(join(dir, 'data')), { watch: false });
      await catalog.close();
      const found = faultyTemplates(catalog.snapshot);
      for (const name of failingTemplates(catalog.snapshot)) {
        if (!found.has(name)) missed.push(`${scenario.name}: ${name}`);
      }
    } finally {
      removeWorkingCopy(dir);
    }
  }
  expect(missed).toEqual([]);
});
