/** The Terraform example uses only what the published provider (poseidon/matchbox 0.5) has, and all that it demands. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTemplate, readConfiguration } from './terraform.ts';

const folder = join(import.meta.dirname, '../../examples/terraform');

/** block → argument → whether it must be there */
const schema: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  'provider matchbox': { endpoint: true, client_cert: true, client_key: true, ca: true },
  'resource matchbox_profile': {
    name: true,
    kernel: false,
    initrd: false,
    args: false,
    raw_ignition: false,
    container_linux_config: false,
    generic_config: false,
  },
  'resource matchbox_group': { name: true, profile: true, selector: false, metadata: false },
};

const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
const blocks = files.flatMap((name) => readConfiguration(readFileSync(join(folder, name), 'utf8')));

test('every block of the provider has the arguments of its schema and no other', () => {
  const ours = blocks.filter(({ kind }) => schema[kind]);
  expect(ours.map(({ kind }) => kind).sort()).toEqual(Object.keys(schema).sort());
  for (const { kind, args } of ours) {
    const wanted = schema[kind] ?? {};
    const known = Object.keys(wanted);
    const meta = ['for_each', 'count', 'depends_on', 'provider'];
    expect(
      args.filter((arg) => !known.includes(arg) && !meta.includes(arg)),
      kind,
    ).toEqual([]);
    expect(
      known.filter((arg) => wanted[arg] && !args.includes(arg)),
      kind,
    ).toEqual([]);
  }
});

test('every variable that is used is declared, and the other way round', () => {
  const text = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const used = new Set([...text.matchAll(/\bvar\.(\w+)/g)].map((match) => match[1]));
  const declared = blocks
    .filter(({ kind }) => kind.startsWith('variable '))
    .map(({ kind }) => kind.slice('variable '.length));
  expect([...used].sort()).toEqual(declared.sort());
});

test('the templates in it parse', () => {
  const text = readFileSync(join(folder, 'profiles.tf'), 'utf8');
  expect(() => parseTemplate(text)).not.toThrow();
});
