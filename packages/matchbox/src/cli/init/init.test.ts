import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataAccess } from '../../data-access.ts';
import type { CommandContext } from '../command.ts';
import { testCommand } from '../test/test.ts';
import { validateCommand } from '../validate/validate.ts';
import { initCommand } from './init.ts';
import { recipeNames } from './recipes.ts';
import { schemaTexts } from './schema-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-init-'));
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC8NfwqqKvDrOeJGWuS0lNxF6cZ8eMhYHbH6xmhJKkdA op@example.com';
beforeAll(() => writeFileSync(join(folder, 'key.pub'), `# mine\n${key}\n`));
afterAll(() => rmSync(folder, { recursive: true }));

function contextOf(typed?: string) {
  const output = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    write: (chunk: string | Uint8Array) => {
      output[name] += String(chunk);
    },
  });
  const context: CommandContext = {
    stdin: (async function* () {
      // As a terminal gives it: a line at a time, or the middle of one.
      for (const piece of (typed ?? '').match(/[^\n]{1,7}\n?|\n/g) ?? []) yield new TextEncoder().encode(piece);
    })(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: {},
    workingDirectory: folder,
    signal: new AbortController().signal,
    data: dataAccess,
    isInteractive: typed !== undefined,
  };
  return { context, output };
}

async function init(args: readonly string[], typed?: string) {
  const { context, output } = contextOf(typed);
  const code = await initCommand.run(args, context);
  return { code, ...output };
}

const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const flags = ['-url', 'http://192.168.1.2:8080/', '-ssh-key', 'key.pub'];

test.each([
  ['two', ['-mac', '52-54-00-A1-9C-AE', '-mac', '525400b22f86']],
  ['none', []],
])('init with %s machines: what it makes has nothing to mend, and its tests pass', async (name, macs) => {
  expect((await init([...flags, ...macs, name])).code).toBe(0);
  const { context, output } = contextOf();
  expect(await validateCommand.run(['-data-path', name, '-strict'], context)).toBe(0);
  expect(await testCommand.run(['-data-path', name], context)).toBe(0);
  expect(output.stdout).toContain('passed, 0 failed');
  expect(readdirSync(join(folder, name, 'groups'))).toEqual(
    macs.length > 0 ? ['node1.json', 'node2.json'] : ['default.json'],
  );
});

test('init writes what was said: URL, key and normalised addresses', () => {
  expect(JSON.parse(read('two/groups/node2.json'))).toEqual({
    $schema: '../schemas/group.schema.json',
    id: 'node2',
    name: 'node2',
    profile: 'flatcar',
    selector: { mac: '52:54:00:b2:2f:86' },
    metadata: { hostname: 'node2', ssh_authorized_keys: [key] },
  });
  expect(JSON.parse(read('two/profiles/flatcar.json')).boot.args).toContain(
    'ignition.config.url=http://192.168.1.2:8080/ignition?uuid=${uuid}&mac=${mac:hexhyp}',
  );
});

test.each([
  ['http://127.0.0.1:8080', true],
  ['http://127.1', true],
  ['http://localhost:8080', true],
  ['https://[::1]:8443', true],
  ['http://0.0.0.0:8080', true],
  ['http://192.168.1.2:8080', false],
  ['http://localhost.example.com', false],
])('init with -url %s warns that no machine reaches it: %j', async (url, warns) => {
  const name = `loopback-${url.replaceAll(/\W/g, '-')}`;
  const { code, stderr } = await init(['-url', url, '-ssh-key', 'key.pub', name]);
  expect(code).toBe(0);
  expect(stderr).toBe(
    warns
      ? `matchbox init: warning: ${url} is this host for whoever asks, and no machine reaches it; wanted is where machines reach the server (-url)\n`
      : '',
  );
});

test('editors find the schemas, which are those of the repository', () => {
  for (const name of ['group', 'profile', 'tests'] as const) {
    const url = new URL(`../../../../../schemas/${name}.schema.json`, import.meta.url);
    const ours: unknown = JSON.parse(readFileSync(url, 'utf8'));
    expect(JSON.parse(schemaTexts[name]), 'npm run generate:schemas').toEqual(ours);
    expect(JSON.parse(read(`two/schemas/${name}.schema.json`))).toEqual(ours);
  }
  const settings = JSON.parse(read('two/.vscode/settings.json'));
  const named = [
    ...settings['json.schemas'].map(({ url }: { url: string }) => url),
    ...Object.keys(settings['yaml.schemas']),
  ];
  for (const path of named) expect(existsSync(join(folder, 'two', path)), path).toBe(true);
  expect(read('two/tests/machines.yaml')).toMatch(
    /^# yaml-language-server: \$schema=\.\.\/schemas\/tests\.schema\.json\n/,
  );
});

test('init asks at a terminal for what no flag says, and again after an answer that will not do', async () => {
  const typed = `?\ndebain\n\n192.168.1.2\nhttp://10.0.0.1:8080\nlost.pub\n${key}\n52:54:00:a1:9c\n52:54:00:a1:9c:ae, 52:54:00:a1:9c:af\n`;
  const { code, stdout } = await init(['asked'], typed);
  expect(code).toBe(0);
  expect(stdout).toContain('There are:\n  flatcar ');
  expect(stdout).toContain('there is no recipe "debain"; wanted: flatcar, ');
  expect(stdout).toContain('found the URL "192.168.1.2", wanted http://HOST:PORT');
  expect(stdout).toContain('"lost.pub" is no SSH public key, and no file: no such file or directory');
  expect(stdout).toContain('found "52:54:00:a1:9c", wanted a MAC address');
  expect(JSON.parse(read('asked/groups/node2.json')).selector).toEqual({ mac: '52:54:00:a1:9c:af' });
  expect((await init(['ended'], '\nhttp://10.0.0.1:8080\n')).stderr).toBe('matchbox init: -ssh-key was not answered\n');
  expect(existsSync(join(folder, 'ended'))).toBe(false);
});

test.each([
  [[], 'which DIR?; matchbox init -help lists the flags', 2],
  [['a', 'b'], 'one DIR is wanted, found a b; matchbox init -help lists the flags', 2],
  [['-ulr=x', 'a'], "Unknown option '--ulr'; did you mean -url?; matchbox init -help lists the flags", 2],
  [['new'], '-url and -ssh-key are wanted where nobody can be asked', 2],
  [['-url=http://x', 'new'], '-ssh-key is wanted where nobody can be asked', 2],
  [['-url=ftp://x', 'new'], 'found the URL "ftp://x", wanted http://HOST:PORT', 2],
  [['-url=http://x:99999', 'new'], 'found the URL "http://x:99999", wanted http://HOST:PORT', 2],
  [[...flags, 'key.pub/below/it'], 'mkdir key.pub/below: not a directory', 1],
  [[...flags, '/proc/no/such'], 'mkdir /proc/no: no such file or directory', 1],
  [
    ['-url=http://x', '-ssh-key=full/x', 'new'],
    '"full/x" is no SSH public key, and no file: no such file or directory',
    2,
  ],
  [[...flags, '-mac=x', 'new'], 'found "x", wanted a MAC address such as 52:54:00:a1:9c:ae', 2],
  [[...flags, 'full'], 'full is not empty', 1],
  [[...flags, 'key.pub'], 'scandir key.pub: not a directory', 1],
])('init %j is refused: %s', async (args, message, code) => {
  mkdirSync(join(folder, 'full/x.d'), { recursive: true });
  expect(await init(args)).toEqual({ code, stdout: '', stderr: `matchbox init: ${message}\n` });
  expect(existsSync(join(folder, 'new'))).toBe(false);
});

const macs = ['52-54-00-A1-9C-AE', '525400b22f86', '52:54:00:c3:61:77', '52:54:00:d4:61:77', '52:54:00:e5:61:77'];

describe.each(recipeNames)('init with the recipe %s', (recipe) => {
  const name = `recipe-${recipe}`;
  const problems = (text: string) => text.split('\n').filter((line) => / (?:warning|error) /.test(line));

  test.each([1, 5])('for %d machines: every file is in use, and its tests pass', async (count) => {
    const site = `${name}-${count}`;
    const machines = macs.slice(0, count).flatMap((mac) => ['-mac', mac]);
    expect(await init([...flags, ...machines, '-recipe', recipe, site])).toMatchObject({ code: 0, stderr: '' });
    const first = contextOf();
    await validateCommand.run(['-data-path', site, '-strict'], first.context);
    // What vendors' files are missing is said, and nothing else; then they are put there.
    const missing = problems(first.output.stdout).map(
      (line) => / asset-missing \/assets\/(\S+) /.exec(line)?.[1] ?? line,
    );
    for (const path of missing) {
      expect(path).toMatch(/^[\w.+-]+(\/[\w.+-]+)*$/);
      mkdirSync(join(folder, site, 'assets', dirname(path)), { recursive: true });
      writeFileSync(join(folder, site, 'assets', path), '');
    }
    const { context, output } = contextOf();
    const code = await validateCommand.run(['-data-path', site, '-strict'], context);
    expect([code, problems(output.stdout)]).toEqual([0, []]);
    expect(await testCommand.run(['-data-path', site], context)).toBe(0);
  });

  test('is for machines that are named, if it overwrites a disk or has a secret', async () => {
    const { code, stderr } = await init([...flags, '-recipe', recipe, `${name}-all`]);
    expect([code, stderr]).toEqual(
      ['flatcar', 'fedora-coreos', 'rescue', 'memtest'].includes(recipe)
        ? [0, '']
        : [
            2,
            `matchbox init: the recipe ${recipe} is for named machines, since it overwrites a disk or carries a secret: -mac is wanted\n`,
          ],
    );
  });
});

test('init gives each machine of a cluster its part', async () => {
  expect(
    (await init([...flags, ...macs.flatMap((mac) => ['-mac', mac]), '-recipe', 'openshift', 'cluster'])).code,
  ).toBe(0);
  const profiles = [1, 2, 3, 4, 5].map((n) => JSON.parse(read(`cluster/groups/node${n}.json`)).profile);
  expect(profiles).toEqual(['bootstrap', 'master', 'master', 'master', 'worker']);
  expect(JSON.parse(read('cluster/groups/node5-install.json'))).toMatchObject({
    profile: 'openshift-install',
    selector: { mac: '52:54:00:e5:61:77' },
  });
});

test('init says what to do next: the files of the vendor, and a server that keeps what it knows', async () => {
  const { stdout } = await init([...flags, '-mac', macs[0]!, '-recipe', 'fedora-coreos-install', 'next']);
  expect(stdout.slice(stdout.indexOf('\n\n'))).toBe(`

next is ready:
  matchbox validate -data-path next
  matchbox test -data-path next
  matchbox -address 0.0.0.0:8080 -data-path next -assets-path next/assets -state-path next/state -public-url http://192.168.1.2:8080
Before a machine boots, in next:
  - matchbox get fedora-coreos --assets-path assets
  - put the release that it fetched in the place of 44.20260802.3.1 in profiles/
  - put the disk that is overwritten in the place of /dev/sda in profiles/
`);
  expect(read('next/README.md')).toContain('- matchbox get fedora-coreos --assets-path assets\n');
  expect(readdirSync(join(folder, 'next/assets'))).toEqual([]);
});

test('init -recipes lists all of them, each with how far it was tried', async () => {
  const { code, stdout } = await init(['-recipes']);
  expect(code).toBe(0);
  expect(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.trim().split(' ')[0]),
  ).toEqual(recipeNames);
  expect(stdout).toContain(
    'memtest                Memtest86+ from a menu, or the disk when nobody chooses (answers checked)\n',
  );
});

test.each([
  ['debain', 'there is no recipe "debain"; wanted: '],
  ['', 'there is no recipe " "; wanted: '],
  ['../debian', 'there is no recipe "../debian"; wanted: '],
  ['constructor', 'there is no recipe "constructor"; wanted: '],
])('init refuses the recipe %j', async (recipe, message) => {
  const { code, stderr } = await init([...flags, '-mac', macs[0]!, '-recipe', recipe, 'x']);
  expect([code, stderr.startsWith(`matchbox init: ${message}`)]).toEqual([2, true]);
  if (recipe === 'debain') expect(stderr).toContain('did you mean "debian"?');
});

test('init takes flatcar for the recipe of those who name none', async () => {
  expect((await init([...flags, '-recipe', 'flatcar', 'as-usual'])).code).toBe(0);
  expect(JSON.parse(read('as-usual/groups/default.json'))).toMatchObject({ profile: 'flatcar' });
});
