import { expect, test } from 'vitest';
import { openMemoryStore } from '../../store/memory.ts';
import { openCatalog } from '../catalog.ts';
import { exampleBase } from './rules.ts';
import { validate } from './validate.ts';

async function messages(file: string, text: string): Promise<string[]> {
  const files = { ...exampleBase, [file]: text };
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  return validate(snapshot).map(({ message }) => message);
}

const group = '"id": "a", "profile": "p", "selector": {"mac": "52:54:00:a1:9c:ae"}';

test.each([
  ['', 'the file is empty'],
  ['{', 'a closing } or ] is missing'],
  [`\ufeff{${group}}`, 'the file begins with a byte order mark: save it without one'],
  [`{${group},}`, 'the comma before it is one too many'],
  [`{${group} // mine\n}`, 'JSON has no comments'],
  ['{id: "a"}', 'names and texts stand in double quotes'],
  ["{'id': 'a'}", 'JSON has none but plain double quotes: "'],
  ['{“id”: "a"}', 'JSON has none but plain double quotes: "'],
  ['{"id": "a"\n"profile": "p"}', 'a comma is missing before it'],
  ['{"id" "a"}', 'a colon is missing before it'],
  [`{${group}}{}`, 'a file describes one thing'],
  ['{"id": "a\n"}', 'a double quote is missing before it, or \\n stands for a line break'],
  ['{"id": "a", "profile": "p", "selector": {"rack": 7}}', 'write it in double quotes'],
  ['{"id": "a", "profile": "p", "selector": "7"}', 'write an object: {"mac": "…"}'],
  [
    '{"id": "a", "profile": "p", "selector": {"mac": "52:54"}}',
    'a MAC address is six pairs of hexadecimal digits, as 52:54:00:a1:9c:ae',
  ],
])('validate says what to do about the group %j', async (text, hint) => {
  expect((await messages('groups/a.json', text))[0]).toMatch(new RegExp(`; ${hint.replace(/[{}[\]\\.+"]/g, '\\$&')}$`));
});

test.each([
  ['generic/g', '{{.dsk}}\n', 'did you mean .disk?'],
  ['generic/g', '{{.region}}\n', 'the group has disk, mac'],
  ['generic/g', '{{.request.query.os}}\n', 'a machine may not send it: {{with index .request.query "os"}}{{.}}{{end}}'],
  ['generic/g', '{{disk}}\n', 'a variable has a dot before its name: .disk'],
  ['generic/g', '{{if .disk}}\n', 'an {{if}}, {{range}}, {{with}} or {{define}} has no {{end}}'],
  ['generic/g', 'a{{end}}\n', 'there is no {{if}}, {{range}} or {{with}} that it belongs to'],
  [
    'ignition/i.yaml',
    '{"ignition": {"version": "3.4.0"}}',
    'a file that holds Ignition’s JSON has a name that ends in .ign',
  ],
  [
    'ignition/i.yaml',
    'storage: {}\n',
    'a Butane config begins with two lines, as “variant: fcos” and “version: 1.5.0”',
  ],
  [
    'ignition/i.yaml',
    'variant: flatcar\nversion: 1.9.0\n',
    'flatcar has no 1.9.0, but 1.0.0, 1.1.0, 1.2.0-experimental',
  ],
  [
    'ignition/i.yaml',
    'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /a\n      contents:\n        local: a\n',
    'the server reads no local files: write inline instead',
  ],
  ['ignition/i.yaml', 'variant: fcos\nversion: 1.5.0\nstorage:\n\tfiles: []\n', 'YAML is not indented by tabs'],
])('validate says what to do about %s: %j', async (file, text, hint) => {
  expect((await messages(file, text))[0]).toMatch(new RegExp(`; ${hint.replace(/[{}[\]\\.?+"|()]/g, '\\$&')}$`));
});
