/** What bootcmd can do that the original's cannot: delete, show, cloud, select, apply, diff, other forms of output, completion. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectApi, runBootcmd } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as programs from '../../tools/programs.ts';
import { scriptOf } from '../../tools/programs.ts';
import { type OpenedServer, openServer } from './server.ts';

let server: OpenedServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs bootcmd in this process, in the server's folder. */
async function runWith(env: Readonly<Record<string, string>>, words: readonly string[]): Promise<Outcome> {
  const output = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    write: (chunk: string | Uint8Array) => {
      output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const workingDirectory = server.folder;
  const context = {
    stdin: (async function* () {})(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env,
    workingDirectory,
    signal: new AbortController().signal,
  };
  const code = await runBootcmd(words, context, (options) => connectApi(options, workingDirectory), 'v0');
  return { code, ...output };
}

function bootcmd(...args: string[]): Promise<Outcome> {
  const identity = ['--ca-file', 'certs/ca.crt', '--cert-file', 'certs/client.crt', '--key-file', 'certs/client.key'];
  return runWith({}, [...args, '--endpoints', `localhost:${server.port}`, ...identity]);
}

const done = (stdout = '') => ({ code: 0, stdout, stderr: '' });

function put(files: Readonly<Record<string, string>>): void {
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
  let replaced = 0;
  const end = server.catalog.onChange(() => replaced++);
  expect(await bootcmd('apply', '-f', 'site')).toEqual(
    done('cloud/sub/c.yaml created\ngeneric/t.tmpl created\nprofiles/p1.json created\ngroups/n1.json created\n'),
  );
  // All of it came into force at once.
  end();
  expect(replaced).toBe(1);
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
  put({ 'site/groups/n2.json': '{"profile":"p1","metadata":{"a":1,"b":2}}' });
  put({ 'site/groups/n1.json': '{"profile":"p1","selector":{"mac":"52-54-00-00-00-01"},"metadata":{"a":1,"b":2}}' });
  expect(await bootcmd('apply', '-f', 'site')).toEqual(
    done('generic/t.tmpl changed\ngroups/n1.json changed\ngroups/n2.json created\n'),
  );
  expect(await bootcmd('apply', '-f', 'site')).toEqual(done());
});

test('network creates, lists, describes and deletes networks, and apply puts those of a directory', async () => {
  const network = { id: 'rack1', mode: 'dhcp', subnet: '10.78.0.0/24', ranges: ['10.78.0.100-10.78.0.199'] };
  put({ 'in/rack1.json': JSON.stringify(network), 'in/broken.json': '{"id": "rack2", "mode": "dhcp"}' });
  expect(await bootcmd('network', 'create', '-f', 'in/rack1.json')).toEqual(done());
  const listed = (await bootcmd('network', 'list')).stdout;
  expect(listed.split('\n').map((line) => line.split(/\s{2,}|\t/).filter(Boolean))).toEqual([
    ['ID', 'NETWORK NAME', 'MODE', 'SUBNET'],
    ['rack1', 'dhcp', '10.78.0.0/24'],
    [],
  ]);
  expect(JSON.parse((await bootcmd('network', 'describe', 'rack1', '-o', 'json')).stdout)).toEqual(network);
  const broken = await bootcmd('network', 'create', '-f', 'in/broken.json');
  expect(broken).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('give it an interface, a subnet or relays'),
  });
  put({ 'racks/networks/rack1.json': JSON.stringify({ ...network, deny: ['b8:27:eb'] }) });
  expect((await bootcmd('diff', '-f', 'racks')).stdout).toContain('networks/rack1.json changed\n');
  expect(await bootcmd('apply', '-f', 'racks')).toEqual(done('networks/rack1.json changed\n'));
  expect(readFileSync(join(server.data, 'networks/rack1.json'), 'utf8')).toContain('"b8:27:eb"');
  put({ 'racks/networks/two.json': JSON.stringify({ id: 'two', mode: 'proxy', subnet: '10.78.0.0/16' }) });
  expect((await bootcmd('apply', '-f', 'racks')).stderr).toContain('networks/two.json:1:');
  expect(await bootcmd('network', 'delete', 'rack1')).toEqual(done());
  expect((await bootcmd('network', 'list', '-o', 'json')).stdout).toBe('[]\n');
});

test('apply puts nothing if errors come with it, unless it is forced', async () => {
  put({
    'checked/profiles/checked.json': '{"id":"checked","generic_id":"checked.tmpl"}',
    'checked/generic/checked.tmpl': '{{.a}}\n',
    'checked/groups/checked.json': '{"profile":"chekced","selector":{"rack":"7"},"metadata":{"a":1}}',
  });
  const refused = await bootcmd('apply', '-f', 'checked');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr.split('\n')).toEqual([
    'groups/checked.json:1:12 profile-missing no profile "chekced": profiles/chekced.json does not exist; did you mean "checked"?',
    'Error:  1 error would come with it, so nothing was applied; --force applies it all the same',
    '',
  ]);
  expect((await bootcmd('profile', 'describe', 'checked')).code).toBe(1);
  expect(await bootcmd('apply', '-f', 'checked', '--force')).toEqual(
    done('generic/checked.tmpl created\nprofiles/checked.json created\ngroups/checked.json created\n'),
  );
  // What is wrong on the server already stands in nobody's way.
  put({ 'checked/generic/checked.tmpl': 'a: {{.a}}\n' });
  expect(await bootcmd('apply', '-f', 'checked')).toEqual(done('generic/checked.tmpl changed\n'));
  await bootcmd('group', 'delete', 'checked');
});

test('apply takes what the server has already into account', async () => {
  put({ 'in/shared.tmpl': '{{.a}}\n', 'in/shared.json': '{"id":"shared","generic_id":"shared.tmpl"}' });
  await bootcmd('generic', 'create', '-f', 'in/shared.tmpl');
  await bootcmd('profile', 'create', '-f', 'in/shared.json');
  put({ 'later/groups/later.json': '{"profile":"shared","selector":{"rack":"8"}}' });
  expect((await bootcmd('apply', '-f', 'later')).stderr).toContain('generic/shared.tmpl:1:3 template-error');
  put({ 'later/groups/later.json': '{"profile":"shared","selector":{"rack":"8"},"metadata":{"a":1}}' });
  expect(await bootcmd('apply', '-f', 'later')).toEqual(done('groups/later.json created\n'));
  await bootcmd('group', 'delete', 'later');
});

test('apply leaves it to the server which functions templates have', async () => {
  put({ 'sprig/generic/sprig.tmpl': '{{upper "a"}}\n' });
  const refused = await bootcmd('apply', '-f', 'sprig');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('generic/sprig.tmpl:1:3: template: :1: function "upper" not defined');

  const plain = server;
  server = await openServer({}, () => {}, { templateLibrary: 'sprig' });
  try {
    put({ 'sprig/generic/sprig.tmpl': '{{upper "a"}}\n' });
    expect(await bootcmd('apply', '-f', 'sprig')).toEqual(done('generic/sprig.tmpl created\n'));
  } finally {
    await server.close();
    server = plain;
  }
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

test('group create warns of a profile that is not there, and creates all the same', async () => {
  put({ 'in/early.json': '{"id":"early","profile":"later","selector":{"mac":"52:54:00:00:0e:a1"}}' });
  expect(await bootcmd('group', 'create', '-f', 'in/early.json')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'warning: there is no profile "later": machines of group "early" get nothing until it is created\n',
  });
  expect((await bootcmd('group', 'describe', 'early')).stdout).toContain('early');
  put({ 'in/later.json': '{"id":"later"}' });
  expect(await bootcmd('profile', 'create', '-f', 'in/later.json')).toEqual(done());
  expect(await bootcmd('group', 'create', '-f', 'in/early.json')).toEqual(done());
  expect((await bootcmd('group', 'delete', 'early')).code + (await bootcmd('profile', 'delete', 'later')).code).toBe(0);
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
    'ID\tNAME\tIGNITION\tCLOUD\tGENERIC\tARCH\tKERNEL\tINITRD\tARGS\npw\t\t\t\t\tg\t[]\tk\t[i]\t[a="b"]\n',
  );
  const arm = { kernel: 'Image', initrd: ['i2'], args: [] };
  put({ 'in/pa.json': JSON.stringify({ id: 'pa', boot: { kernel: 'k', arch: { arm64: arm } } }) });
  await bootcmd('profile', 'create', '-f', 'in/pa.json');
  expect(JSON.parse((await bootcmd('profile', 'describe', 'pa', '-o', 'json')).stdout).boot).toEqual({
    ...{ kernel: 'k', initrd: [], args: [] },
    arch: { arm64: arm },
  });
  expect((await bootcmd('profile', 'describe', 'pa', '-o', 'wide')).stdout).toContain('[arm64]');
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
    'bin/bootcmd': scriptOf(programs.bootcmd),
  });
  execFileSync('chmod', ['+x', join(server.folder, 'bin/bootcmd')]);
  const complete = (...words: string[]) =>
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
});

test.each(['zsh', 'fish', 'powershell'])('completion %s prints a script that asks bootcmd', async (shell) => {
  const { code, stdout } = await bootcmd('completion', shell);
  expect(code).toBe(0);
  expect(stdout).toContain('__complete');
});

test('the server comes from flags, then variables, then the context that certs init wrote', async () => {
  const run = (env: Readonly<Record<string, string>>, ...words: string[]) => runWith(env, words);
  const files = {
    BOOTCMD_CA_FILE: 'certs/ca.crt',
    BOOTCMD_CERT_FILE: 'certs/client.crt',
    BOOTCMD_KEY_FILE: 'certs/client.key',
  };
  const here = `localhost:${server.port}`;
  expect((await run({ ...files, BOOTCMD_ENDPOINTS: here }, 'profile', 'list')).code).toBe(0);
  expect((await run({ ...files, BOOTCMD_ENDPOINTS: '127.0.0.1:1' }, 'profile', 'list', '--endpoints', here)).code).toBe(
    0,
  );
  const config = join(server.folder, 'contexts.json');
  const context = {
    endpoints: [here],
    ca_file: 'certs/ca.crt',
    cert_file: 'certs/client.crt',
    key_file: 'certs/client.key',
  };
  const other = { ...context, endpoints: ['127.0.0.1:1'] };
  writeFileSync(config, JSON.stringify({ current: 'other', contexts: { lab: context, other } }));
  const env = { BOOTCMD_CONFIG: config };
  expect((await run(env, 'profile', 'list')).stderr).toContain('127.0.0.1:1');
  expect((await run(env, 'profile', 'list', '--context', 'lab')).code).toBe(0);
  expect((await run({ ...env, BOOTCMD_CONTEXT: 'lab' }, 'profile', 'list')).code).toBe(0);
  expect(await run(env, 'context', 'use', 'lab')).toEqual(done('lab is the current context\n'));
  expect((await run(env, 'profile', 'list')).code).toBe(0);
  expect((await run(env, 'context', 'list')).stdout).toContain('*\tlab\t');
  expect(await run(env, 'profile', 'list', '--context', 'lost')).toEqual({
    code: 1,
    stdout: '',
    stderr: `Error:  no context "lost" in ${config}: there are lab, other\n`,
  });
  expect((await run({ ...env, ...files, BOOTCMD_ENDPOINTS: '127.0.0.1:1' }, 'profile', 'list')).stderr).toContain(
    '127.0.0.1:1',
  );
});
