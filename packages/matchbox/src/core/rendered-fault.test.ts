import { expect, test } from 'vitest';
import { openMemoryStore } from '../store/memory.ts';
import { type Answer, answer } from './answer.ts';
import { openCatalog } from './catalog.ts';
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
    `ignition/x.yaml:11:7: error translating Butane Config: yaml: unmarshal errors:
  line 13: cannot unmarshal !!str \`0o99999\` into int
  rendered from ignition/x.yaml:11:7
  13 |       mode: 0o99999
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
