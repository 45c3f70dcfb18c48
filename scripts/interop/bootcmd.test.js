// What bootcmd can do that the original's cannot: delete, show, cloud, select, apply, diff, other forms of output, completion.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runBootcmd } from '../../packages/matchbox/src/cli/bootcmd/run.ts';
import { connectApi } from '../../packages/matchbox/src/connect-api.ts';
import { openServer } from './server.js';

let server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

async function bootcmd(...args) {
  const output = { stdout: '', stderr: '' };
  const sink = (name) => ({
    isTerminal: false,
    write: (chunk) => {
      output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const workingDirectory = server.folder;
  const identity = ['--ca-file', 'certs/ca.crt', '--cert-file', 'certs/client.crt', '--key-file', 'certs/client.key'];
  const context = { stdout: sink('stdout'), stderr: sink('stderr'), env: {}, workingDirectory };
  const words = [...args, '--endpoints', `localhost:${server.port}`, ...identity];
  const code = await runBootcmd(words, context, (options) => connectApi(options, workingDirectory), 'v0');
  return { code, ...output };
}

const done = (stdout = '') => ({ code: 0, stdout, stderr: '' });

function put(files) {
  for (const [name, text] of Object.entries(files)) {
    const path = join(server.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

test('apply puts what differs, diff shows it, and nothing is sent if one file is broken', async () => {
  put({
    'site/groups/n1.json': '{"profile":"p1","selector":{"mac":"52-54-00-00-00-01"},"metadata":{"a":1}}',
    'site/profiles/p1.json': '{"id":"p1","generic_id":"t.tmpl"}',
    'site/generic/t.tmpl': '{{.a}}\n',
    'site/cloud/sub/c.yaml': '#cloud-config\n',
    'site/groups/notes.txt': 'not a group',
    'site/generic/.hidden': 'not a template',
  });
  const before = await bootcmd('diff', '-f', 'site');
  expect(before.code).toBe(3);
  expect(before.stdout).toContain('groups/n1.json created\n@@ -1 +1 @@\n+{\n+\t"id": "n1",\n');
  expect(await bootcmd('apply', '-f', 'site')).toEqual(
    done('cloud/sub/c.yaml created\ngeneric/t.tmpl created\nprofiles/p1.json created\ngroups/n1.json created\n'),
  );
  expect(readFileSync(join(server.data, 'groups/n1.json'), 'utf8')).toContain('"mac": "52:54:00:00:00:01"');
  expect(await bootcmd('diff', '-f', 'site')).toEqual(done());
  put({ 'site/generic/t.tmpl': '{{.a}}\n{{.b}}\n' });
  expect(await bootcmd('diff', '-f', 'site')).toEqual({
    code: 3,
    stdout: 'generic/t.tmpl changed\n@@ -2 +2 @@\n+{{.b}}\n',
    stderr: '',
  });
  put({ 'site/groups/n2.json': '{"profile":' });
  const broken = await bootcmd('apply', '-f', 'site');
  expect(broken).toMatchObject({ code: 1, stdout: '' });
  expect(broken.stderr).toBe('Error:  site/groups/n2.json:1:12: unexpected end of JSON input\n');
  expect(readFileSync(join(server.data, 'generic/t.tmpl'), 'utf8')).toBe('{{.a}}\n');
  put({ 'site/groups/n2.json': '{"profile":"p1"}' });
  expect((await bootcmd('apply', '-f', 'site')).stdout).toContain(
    'profiles/p1.json unchanged\ngroups/n1.json unchanged\ngroups/n2.json created\n',
  );
});

test('apply of a folder with nothing in it is a failure', async () => {
  expect(await bootcmd('apply', '-f', 'nowhere')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nowhere: found no groups/*.json'),
  });
});

test('templates: create, list, show and delete, cloud-config included', async () => {
  put({ 'in/user.yaml': '#cloud-config\nhostname: x\n' });
  expect(await bootcmd('cloud', 'create', '-f', 'in/user.yaml')).toEqual(done());
  expect((await bootcmd('cloud', 'list')).stdout).toContain('user.yaml\t26\n');
  expect(await bootcmd('cloud', 'show', 'user.yaml')).toEqual(done('#cloud-config\nhostname: x\n'));
  expect(await bootcmd('cloud', 'delete', 'user.yaml')).toEqual(done());
  expect(await bootcmd('cloud', 'show', 'user.yaml')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('user.yaml: no such file or directory'),
  });
});

test('group and profile: delete, and what is not there', async () => {
  put({ 'in/g.json': '{"id":"gone","profile":"p"}', 'in/p.json': '{"id":"gone"}' });
  await bootcmd('group', 'create', '-f', 'in/g.json');
  await bootcmd('profile', 'create', '-f', 'in/p.json');
  expect(await bootcmd('group', 'delete', 'gone')).toEqual(done());
  expect(await bootcmd('profile', 'delete', 'gone')).toEqual(done());
  expect((await bootcmd('group', 'delete', 'gone')).code).toBe(1);
  expect((await bootcmd('profile', 'describe', 'gone')).stderr).toBe(
    `Error:  rpc error: code = Unknown desc = open ${server.data}/profiles/gone.json: no such file or directory\n`,
  );
});

test('output as JSON and YAML, and wider tables', async () => {
  put({
    'in/wide.json': '{"id":"wide","profile":"pw","selector":{"b":"1"},"metadata":{"n":1.5,"t":"<&>"}}',
    'in/pw.json': '{"id":"pw","generic_id":"g","boot":{"kernel":"k","initrd":["i"],"args":["a=\\"b\\""]}}',
  });
  await bootcmd('group', 'create', '-f', 'in/wide.json');
  await bootcmd('profile', 'create', '-f', 'in/pw.json');
  const group = { id: 'wide', name: '', profile: 'pw', selector: { b: '1' }, metadata: { n: 1.5, t: '<&>' } };
  expect(JSON.parse((await bootcmd('group', 'describe', 'wide', '-o', 'json')).stdout)).toEqual(group);
  expect(JSON.parse((await bootcmd('group', 'list', '-o=json')).stdout)).toContainEqual(group);
  expect((await bootcmd('profile', 'describe', 'pw', '-o', 'yaml')).stdout).toBe(
    'id: pw\nname: ""\nignition_id: ""\ncloud_id: ""\ngeneric_id: g\nboot:\n  kernel: k\n  initrd:\n    - i\n  args:\n    - a="b"\n',
  );
  expect((await bootcmd('profile', 'describe', 'pw', '-o', 'wide')).stdout).toBe(
    'ID\tNAME\tIGNITION\tCLOUD\tGENERIC\tKERNEL\tINITRD\tARGS\npw\t\t\t\t\tg\tk\t[i]\t[a="b"]\n',
  );
  expect(await bootcmd('group', 'list', '-o', 'xml')).toMatchObject({
    code: 1,
    stderr: 'Error:  --output "xml": wanted one of table, wide, json, yaml\n',
  });
});

test('select shows group and profile, says when the profile is missing, and fails without a match', async () => {
  put({ 'in/sel.json': '{"id":"sel","profile":"absent","selector":{"s":"x"}}' });
  await bootcmd('group', 'create', '-f', 'in/sel.json');
  expect((await bootcmd('select', 's=x')).stdout).toContain('sel\tabsent (there is no such profile)');
  expect(JSON.parse((await bootcmd('select', 'mac=52-54-00-00-00-01', '-o', 'json')).stdout).profile.id).toBe('p1');
  expect((await bootcmd('group', 'delete', 'n2')).code).toBe(0);
  expect(await bootcmd('select', 's=y')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Error:  rpc error: code = NotFound desc = matchbox: No matching Group\n',
  });
  expect((await bootcmd('select', 'nonsense')).stderr).toContain('"nonsense" is no label');
});

test('a second endpoint is used when the first does not answer', async () => {
  const first = await bootcmd('group', 'list', '--endpoints', '127.0.0.1:1');
  expect(first.code).toBe(0);
});

test('completion: the bash script completes commands and values by asking bootcmd', async () => {
  const { stdout: script } = await bootcmd('completion', 'bash');
  put({
    'bin/bootcmd': `#!/bin/sh\nexec "${process.execPath}" "${join(import.meta.dirname, '../../packages/matchbox/dist/bootcmd.js')}" "$@"\n`,
  });
  execFileSync('chmod', ['+x', join(server.folder, 'bin/bootcmd')]);
  const complete = (...words) =>
    execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        `${script}\nCOMP_WORDS=(bootcmd "$@"); COMP_CWORD=$#; compopt() { :; }; _bootcmd; echo "\${COMPREPLY[*]}"`,
        'bash',
        ...words,
      ],
      {
        encoding: 'utf8',
        env: { PATH: `${join(server.folder, 'bin')}:${process.env.PATH}` },
      },
    ).trim();
  expect(complete('gr')).toBe('group');
  expect(complete('group', 'list', '-o', 'ya')).toBe('yaml');
}, 20_000);

test.each(['zsh', 'fish', 'powershell'])('completion %s prints a script that asks bootcmd', async (shell) => {
  const { code, stdout } = await bootcmd('completion', shell);
  expect(code).toBe(0);
  expect(stdout).toContain('__complete');
});
