import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { openMemoryStore } from '../store/memory.ts';
import { type Answer, answer } from './answer.ts';
import type { ConfigEndpoint } from './endpoint.ts';
import { createLruCache } from './lru-cache.ts';

/** The answer to a machine whose template this is. */
async function ask(endpoint: ConfigEndpoint, template: string | Uint8Array, query = '', metadata: object = {}) {
  const files = {
    'groups/g.json': JSON.stringify({ id: 'g', profile: 'p', metadata }),
    'profiles/p.json': JSON.stringify({ id: 'p', [`${endpoint}_id`]: 'x.yaml' }),
    [`${endpoint}/x.yaml`]: template,
  };
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  return answer(snapshot, endpoint, query, { ignitionCache: createLruCache(1e6) });
}

const text = ({ body }: Answer) => new TextDecoder().decode(body);
const header = 'variant: fcos\nversion: 1.5.0\n';

test('a Butane error names the template’s place, and shows the rendered line', async () => {
  const template = `${header}passwd:\n  users:\n    - name: core\n      ssh_authorized_keys:\n{{range .keys}}        - {{.}}\n{{end}}storage:\n  files:\n    - path: {{.path}}\n      mode: {{.mode}}\n`;
  const made = await ask('ignition', template, '', { keys: ['a', 'b', 'c'], path: '/etc/x', mode: '0o99999' });
  expect(text(made)).toBe(
    `ignition/x.yaml:11:15: error translating Butane Config: yaml: unmarshal errors:
  line 13: cannot unmarshal !!str \`0o99999\` into int
  rendered from ignition/x.yaml:11:15
  13 |       mode: 0o99999
     |             ^
`,
  );
});

test('every entry of the report has its place in the template', async () => {
  const template = `${header}storage:\n  files:{{range $i, $p := .paths}}\n    - path: {{$p}}\n      mode: {{if $i}}0{{else}}{{$.mode}}{{end}}{{end}}\n      xyz: é{{.mode}}\n`;
  const made = await ask('ignition', template, '', { paths: ['/a', 'b'], mode: '0644' });
  expect(text(made)).toBe(
    `ignition/x.yaml:5:15: error translating Butane Config: config generated was invalid: path not absolute
warning at $.storage.files.1.xyz, line 9 col 7: unused key xyz
  rendered from ignition/x.yaml:7:7
  9 |       xyz: é0644
    |       ^
error at $.storage.files.1.path, line 7 col 13: path not absolute
  rendered from ignition/x.yaml:5:15
  7 |     - path: b
    |             ^
`,
  );
  expect(made.story).toMatchObject({
    reason: 'butane_error',
    position: 'ignition/x.yaml:5:15',
    rendered: { line: 7, column: 13 },
    message: 'error translating Butane Config: config generated was invalid: path not absolute',
  });
});

test('every line of a YAML error with several has its place', async () => {
  const made = await ask(
    'ignition',
    `${header}storage:\n  files:\n    - mode: {{.x}}\n    - mode: 1\n    - mode: {{.x}}\n`,
    '',
    { x: 'a' },
  );
  expect(text(made)).toBe(
    `ignition/x.yaml:5:15: error translating Butane Config: yaml: unmarshal errors:
  line 5: cannot unmarshal !!str \`a\` into int
  line 7: cannot unmarshal !!str \`a\` into int
  rendered from ignition/x.yaml:5:15
  5 |     - mode: a
    |             ^
  rendered from ignition/x.yaml:7:15
  7 |     - mode: a
    |             ^
`,
  );
});

test('a cloud-config that is no YAML names the template’s place', async () => {
  const template = '#cloud-config\n{{range .l}}- {{.}}\n{{end}}{{.x}}: {{.y}}\n';
  const made = await ask('cloud', template, '', { l: [], x: 'a', y: 'b: c' });
  expect(text(made)).toBe(
    `cloud/x.yaml:3:18: error parsing cloud config: YAML error: line 2: mapping values are not allowed in this context
  rendered from cloud/x.yaml:3:18
  2 | a: b: c
    |     ^
`,
  );
});

test('a place that text of several branches wrote is the branch’s own, though the text comes from the cache', async () => {
  const template = `${header}{{if eq .request.query.a "1"}}\nx: y: z{{else}}\nx: y: z{{end}}\n`;
  const files = {
    'groups/g.json': '{"id": "g", "profile": "p"}',
    'profiles/p.json': '{"id": "p", "ignition_id": "x.yaml"}',
    'ignition/x.yaml': template,
  };
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  const ignitionCache = createLruCache<never>(1e6);
  const positions = ['a=1', 'a=2', 'a=1'].map(
    (query) => answer(snapshot, 'ignition', query, { ignitionCache }).story.position,
  );
  expect(positions).toEqual(['ignition/x.yaml:4:5', 'ignition/x.yaml:5:5', 'ignition/x.yaml:4:5']);
});

test('a rendered line is shown without what a terminal would obey', async () => {
  const failing = async (value: string) =>
    text(await ask('ignition', `${header}x: é {{.request.query.a}}: y\n`, `a=${encodeURIComponent(value)}`));
  expect(await failing('\u202e\u200b"x"')).toContain(
    `
  rendered from ignition/x.yaml:3:26
  3 | x: é \\u202e\\u200b"x": y
    |                     ^
`,
  );
  expect(await failing('1\x1b[2J')).toContain(
    `yaml: control characters are not allowed
  rendered from ignition/x.yaml:3:8
  3 | x: é 1\\x1b[2J: y
    |       ^
`,
  );
});

test('a rendered line that is long is cut around its place', async () => {
  const made = text(
    await ask(
      'ignition',
      `${header}storage: {{"{"}}directories: [], luks: [{name: {{.a}}, device: /dev/x}], files: [{path: a}]{{"}"}}\n`,
      '',
      {
        a: 'k'.repeat(1e6),
      },
    ),
  );
  expect(made.length).toBeLessThan(10_000);
  const shown = made.split('\n').find((line) => line.includes('path: a'))!;
  expect(shown).toMatch(/^ {2}3 \| …k+, device: \/dev\/x}\], files: \[\{path: a\}\]\}$/);
  expect(shown.length).toBeLessThan(120);
  expect(made).toContain(`  rendered from ignition/x.yaml:3:89\n`);
});

test('a report of many entries is told in part', async () => {
  const made = text(
    await ask('ignition', `${header}storage:\n  files:\n{{range .l}}    - path: {{.}}\n{{end}}`, '', {
      l: Array.from({ length: 3000 }, (_, i) => `a${i}`),
    }),
  );
  expect(made.split('\n').filter((line) => line.startsWith('error at'))).toHaveLength(50);
  expect(made).toMatch(/\n… and 2950 more\n$/);
});

test('a message that quotes something long is cut', async () => {
  const answers = [
    await ask('generic', `{{index .x${' "y"'.repeat(20_000)}}}`, '', { x: {} }),
    await ask(
      'ignition',
      `variant: fcos\nversion: 1.5.0\nx: &${'a'.repeat(900)} 1\n? ${'k'.repeat(9000)}\n: *${'b'.repeat(9000)}\n`,
    ),
  ];
  for (const made of answers) {
    expect(made.status).toBe(500);
    expect(made.story.message!.length).toBeLessThan(2100);
    expect(text(made).length).toBeLessThan(5000);
  }
});

test('lines are counted as YAML counts them, and columns in characters', async () => {
  const made = await ask('ignition', `${header}{{.a}}äö{{"é"}}: {{.b}}\r\rx: y: z\n`, '', { a: '', b: '' });
  expect(text(made)).toContain('  rendered from ignition/x.yaml:3:30\n  5 | x: y: z\n    |     ^\n');
  const failing = await ask('generic', 'äöü {{.none}}');
  expect(failing.story.position).toBe('generic/x.yaml:1:7');
});

test('a template that renders to nothing has its failure at its beginning', async () => {
  const made = await ask('ignition', '{{if false}}x{{end}}');
  expect(text(made)).toMatch(/^ignition\/x\.yaml:1:1: error translating Butane Config: [^\n]+\n$/);
});
