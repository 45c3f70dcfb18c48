import { expect, test } from 'vitest';
import { openCatalog } from '../../../data/catalog.ts';
import { openMemoryStore } from '../../../store/memory.ts';
import { exampleBase } from '../rule.ts';
import { validate } from '../validate.ts';

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
  ['generic/g', '{{.matchbox_report_ulr}}\n', 'did you mean .matchbox_report_url?'],
  ['generic/g', '{{.region}}\n', 'the group has disk, mac'],
  ['generic/g', '{{.request.query.os}}\n', 'a machine may not send it: {{with index .request.query "os"}}{{.}}{{end}}'],
  ['generic/g', '{{disk}}\n', 'a variable has a dot before its name: .disk'],
  ['generic/g', '{{.selector.mac}}\n', 'a selector is a variable itself: .mac'],
  ['generic/g', '{{.metadata.disk}}\n', 'what is in the metadata is a variable itself: .disk'],
  ['generic/g', '{{.query.mac}}\n', 'what a machine sends is in .request.query: .request.query.mac'],
  ['generic/g', '{{.request.mac}}\n', 'what a machine sends is in .request.query: .request.query.mac'],
  [
    'generic/g',
    '{{.request.query.server-name}}\n',
    'a name with a hyphen is looked up by index: {{index .request.query "server-name"}}',
  ],
  ['generic/g', '{{.my-key}}\n', 'a name with a hyphen is looked up by index: {{index . "my-key"}}'],
  [
    'generic/g',
    '{{.disk | default "x"}}\n',
    'it is one of Sprig’s, which Go’s templates do not have; {{or .name "value"}} gives the first that is not empty, or give -template-functions=sprig to the server and to this command',
  ],
  [
    'generic/g',
    '{{upper .disk}}\n',
    'it is one of Sprig’s, which Go’s templates do not have; put what it would make into the metadata, or give -template-functions=sprig to the server and to this command',
  ],
  [
    'generic/g',
    '{{now}}\n',
    'it is one of Sprig’s, which Go’s templates do not have; put what it would make into the metadata',
  ],
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
  ['ignition/i.yaml', 'variant: fcos\nversion: 1.5\n', 'write 1.5.0'],
  ['ignition/i.yaml', 'variant: fcos\nversion: "1.4" # old\n', 'write 1.4.0'],
  ['ignition/i.yaml', 'variant: fcos\nversion: 1.5.0\nstorge: {}\n', 'did you mean storage?'],
  [
    'ignition/i.yaml',
    'variant: fcos\nversion: 1.5.0\nsystemd:\n  units:\n    - name: a.service\n      enable: true\n',
    'did you mean enabled?',
  ],
  [
    'ignition/i.yaml',
    'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /a\n      contents:\n        inlin: b\n',
    'did you mean inline?',
  ],
  [
    'ignition/i.yaml',
    'version: v1alpha1\nmachine:\n  type: worker\n',
    'this is a machine config of Talos: put it into generic/, name it in generic_id, and let talos.config lead to /generic',
  ],
  [
    'cloud/c.yaml',
    '## template: jinja\n#cloud-config\n',
    'this is a template for cloud-init’s Jinja, which /cloud does not answer with: serve it as generic (generic_id, and a URL that leads to /generic)',
  ],
  [
    'cloud/c.yaml',
    '#include\nhttp://10.0.0.1/a\n',
    'this is a list of URLs (#include), which /cloud does not answer with: serve it as generic (generic_id, and a URL that leads to /generic)',
  ],
  [
    'cloud/c.yaml',
    'Content-Type: multipart/mixed; boundary="x"\n',
    'this is a MIME message, which /cloud does not answer with: serve it as generic (generic_id, and a URL that leads to /generic)',
  ],
  [
    'cloud/c.yaml',
    '# cloud-config\nhostname: a\n',
    'write #cloud-config into the first line, without spaces before or in it',
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

test('validate says what to do about a number that is compared with one without a point', async () => {
  const group = '{"id": "a", "profile": "p", "selector": {"rack": "7"}, "metadata": {"disk": "sda", "count": 3}}';
  const files = { ...exampleBase, 'groups/a.json': group, 'generic/g': '{{if eq .count 3}}{{.disk}}{{end}}\n' };
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  expect(validate(snapshot).map(({ message }) => message)).toEqual([
    'error rendering template: template: :1:5: executing "" at <eq .count 3>: error calling eq: incompatible types for comparison: float64 and int (group "a"); numbers of metadata are floating-point: write 3.0',
  ]);
});

test.each([
  ['version: v1alpha1\nmachine:\n  type: worker\n', /this is a machine config of Talos/],
  ['variant: fcos\nversion: 1.5.0\n', /a Butane template has another ending/],
])('validate says what to do about a file named .ign with %j', async (text, hint) => {
  const { 'ignition/i.yaml': _, ...others } = exampleBase;
  const profile = exampleBase['profiles/p.json']!.replace('i.yaml', 'i.ign');
  const files = { ...others, 'profiles/p.json': profile, 'ignition/i.ign': text };
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  expect(validate(snapshot).map(({ message }) => message)).toEqual([expect.stringMatching(hint)]);
});
