import { expect, test } from 'vitest';
import { answer } from '../../answer/answer.ts';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { renderCommand } from './render.ts';

const files = {
  'groups/a.json': '{"id":"a","profile":"p","metadata":{"x":"1","list":[]}}',
  'profiles/p.json': '{"id":"p","generic_id":"good.tmpl","cloud_id":"bad.tmpl","ignition_id":"bad.bu"}',
  'ignition/bad.bu': '{{range .list}}{{end}}{{if .x}}\n{{- end}}variant: fcos\nversion: 1.5.0\npasswd: {{.x}}\n',
  'generic/good.tmpl': 'x={{.x}} os={{.request.query.os}}\n',
  'cloud/bad.tmpl': '#cloud-config\nname: {{.missing}}\n',
};

async function run(...args: string[]) {
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[name] += Buffer.from(chunk as Uint8Array).toString();
    },
    isTerminal: false,
  });
  const code = await renderCommand.run(args, {
    stdin: (async function* () {})(),
    stdout: output('out'),
    stderr: output('err'),
    env: {},
    workingDirectory: '/',
    signal: new AbortController().signal,
    data: { openSnapshot: async () => snapshot, gzip: (bytes) => bytes },
  });
  return { code, snapshot, ...written };
}

test('render prints the bytes of the answer', async () => {
  const { code, out, err, snapshot } = await run('-data-path', 'd', 'generic', 'os=installed');
  expect({ code, out, err }).toEqual({ code: 0, out: 'x=1 os=installed\n', err: '' });
  expect(out).toBe(Buffer.from(answer(snapshot, 'generic', 'os=installed').body).toString());
});

test('a failing template is shown with its line and a caret', async () => {
  const { code, out, err } = await run('cloud', '');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^cloud\/bad\.tmpl:2:\d+: 500: [^\n]+\n {2}name: \{\{\.missing\}\}\n +\^\n$/);
});

test('failing Butane is shown with the line of the template that wrote it, and as rendered', async () => {
  const { code, err } = await run('ignition', '');
  expect(code).toBe(1);
  expect(err).toBe(`ignition/bad.bu:4:11: 500: error translating Butane Config: yaml: unmarshal errors:
  line 3: cannot unmarshal !!int \`1\` into v0_5.Passwd
  passwd: {{.x}}
            ^
  rendered from ignition/bad.bu:4:11
  3 | passwd: 1
    |         ^
`);
});

test.each([
  [['nothing', ''], 'there is no endpoint "nothing"; wanted: ipxe, grub, '],
  [['ignitoin', 'mac=1'], '; did you mean "ignition"?'],
  [[], 'which answer? Wanted one of ipxe, grub, '],
  [['ipxe'], "which machine? A QUERY is wanted; an empty one is written ''"],
  [['-accept', '9', 'ipxe', ''], '-accept is "9"; wanted a version such as 3.3.0, or a whole Accept header'],
  [['-data-pth', 'd', 'ipxe', ''], "Unknown option '--data-pth'; did you mean -data-path?"],
])('render %j is wrong usage, and it says why', async (args, message) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^matchbox render: /);
  expect(err).toContain(message);
  expect(err).toContain('; matchbox render -help lists the flags\n');
});

test('render takes a query after -- to the letter', async () => {
  const { err } = await run('generic', '--', '/generic?os=installed');
  expect(err).toContain('map has no entry for key "os"');
});

test.each([
  ['mac=52-54-00-a1-9c-ae', 'os=installed'],
  ['mac=52-54-00-a1-9c-ae&os=installed'],
  ['http://matchbox.example.com:8080/generic?mac=52-54-00-a1-9c-ae&os=installed'],
  ['msg="HTTP GET /generic?mac=52-54-00-a1-9c-ae&os=installed" status=200'],
])('render takes the query as explain does: %j', async (...words) => {
  expect(await run('generic', ...words)).toMatchObject({ code: 0, out: 'x=1 os=installed\n' });
});
