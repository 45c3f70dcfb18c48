import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { dataAccess } from '../../data-access.ts';
import type { CommandContext } from '../command.ts';
import { testCommand } from './test.ts';

const examples = fileURLToPath(new URL('../../../../../examples', import.meta.url));
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of the examples, in which the tests may be changed. */
function copyExamples(): string {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-test-'));
  made.push(folder);
  cpSync(examples, folder, { recursive: true });
  return folder;
}

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

function start(folder: string, args: readonly string[], isTerminal = false) {
  const written = { out: '', err: '' };
  const abort = new AbortController();
  const output = (into: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[into] += String(chunk);
    },
    isTerminal,
  });
  const context: CommandContext = {
    stdin: (async function* () {})(),
    stdout: output('out'),
    stderr: output('err'),
    env: {},
    workingDirectory: folder,
    signal: abort.signal,
    data: dataAccess,
  };
  return { written, stop: () => abort.abort(), code: testCommand.run(['-data-path', '.', ...args], context) };
}

async function run(folder: string, ...args: string[]) {
  const { written, code } = start(folder, args);
  return { code: await code, ...written };
}

test('matchbox test: the examples pass their tests', async () => {
  expect(await run(examples)).toEqual({
    code: 0,
    out: `ok tests/default.yaml, 2 tests
ok tests/node1.yaml, 3 tests
ok tests/node2.yaml, 3 tests
ok tests/node3.yaml, 1 test
9 passed, 0 failed (4 files)
`,
    err: '',
  });
});

test('matchbox test: the examples’ tests name every group and every profile', () => {
  const folder = join(examples, 'tests');
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const text = names.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
  for (const kind of ['groups', 'profiles'] as const) {
    for (const file of readdirSync(join(examples, kind))) {
      expect(text).toContain(`    ${kind.slice(0, -1)}: ${file.replace('.json', '')}\n`);
    }
  }
});

test('matchbox test: a change shows as a failure at its expectation, with the lines that differ', async () => {
  const folder = copyExamples();
  edit(join(folder, 'groups/node3.json'), '"hostname": "node3"', '"hostname": "node4"');
  const { code, out, err } = await run(folder, '-filter', 'node3');
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toBe(`FAIL tests/node3.yaml:4:5 node3 installs Debian
  tests/node3.yaml:17:20 generic: not what answers/node3-preseed.cfg has
    @@ -5 +5 @@
    -d-i netcfg/get_hostname string node3
    +d-i netcfg/get_hostname string node4
    @@ -29 +29 @@
    -  in-target sh -c 'echo instance-id: node3 > /var/lib/cloud/seed/nocloud/meta-data'
    +  in-target sh -c 'echo instance-id: node4 > /var/lib/cloud/seed/nocloud/meta-data'
  tests/node3.yaml:19:19 cloud: lacks "hostname: node3⏎fqdn: node3.example.com⏎"
    it has no "hostname: node3"
    nearest, in line 3: hostname: node4
0 passed, 1 failed (4 files)
`);
});

test('matchbox test: failures are coloured on a terminal alone', async () => {
  const folder = copyExamples();
  edit(join(folder, 'tests/default.yaml'), 'group: default', 'group: node1');
  const { written, code } = start(folder, ['tests/default.yaml'], true);
  expect(await code).toBe(1);
  expect(written.out).toContain('\u001b[31mFAIL\u001b[0m tests/default.yaml:4:5 ');
  expect((await run(folder, 'tests/default.yaml')).out).not.toContain('\u001b');
});

test('matchbox test: -update records, and leaves what is not literal failing', async () => {
  const folder = copyExamples();
  edit(join(folder, 'profiles/debian.json'), '"console=tty0"', '"console=tty1"');
  edit(join(folder, 'groups/node3.json'), '"hostname": "node3"', '"hostname": "node4"');
  const before = readFileSync(join(folder, 'tests/node3.yaml'), 'utf8');
  const { code, out } = await run(folder, '-update');
  expect(code).toBe(1);
  expect(out).toMatch(/^recorded tests\/node3\.yaml:11:15 ipxe: body, \d+ bytes$/m);
  expect(out).toMatch(/^recorded tests\/node3\.yaml:17:20 generic: answers\/node3-preseed\.cfg, \d+ bytes$/m);
  expect(out).toMatch(/^ {2}tests\/node3\.yaml:19:19 cloud: lacks /m);
  expect(readFileSync(join(folder, 'tests/node3.yaml'), 'utf8')).toBe(before.replace('console=tty0', 'console=tty1'));
  expect((await run(folder, '-update')).out).not.toContain('recorded');
});

test('matchbox test: a faulty file is named with its place, and the others run', async () => {
  const folder = copyExamples();
  edit(join(folder, 'tests/node1.yaml'), 'endpoints:', 'endpionts:');
  const { code, out } = await run(folder);
  expect(code).toBe(2);
  expect(out).toContain(
    'FAULTY tests/node1.yaml\n  tests/node1.yaml:9:5 a test has no key "endpionts"; did you mean "endpoints"?\n',
  );
  expect(out).toMatch(/6 passed, 0 failed, 1 faulty file \(4 files\)\n$/);
});

test('matchbox test: -junit writes what CI systems read', async () => {
  const folder = copyExamples();
  edit(join(folder, 'tests/default.yaml'), 'contains: flatcar.autologin', 'contains: "<&\\""');
  edit(join(folder, 'tests/node2.yaml'), 'tests:', 'test:');
  expect((await run(folder, '-junit', 'out/results.xml')).code).toBe(2);
  const xml = readFileSync(join(folder, 'out/results.xml'), 'utf8').replace(/ time="[\d.]+"/g, '');
  expect(xml).toContain('<testsuites name="matchbox test" tests="7" failures="1" errors="1">');
  expect(
    xml,
  ).toContain(`    <testcase name="an unknown machine boots a live system" classname="tests/default.yaml" file="tests/default.yaml" line="4">
      <failure message="ipxe: lacks &quot;&lt;&amp;\\&quot;&quot;">tests/default.yaml:13:19 ipxe: lacks`);
  expect(xml).toContain('<testcase name="os=installed alone makes no known machine" classname="tests/default.yaml"');
  expect(xml).toContain('<error message="the test file has no key &quot;test&quot;; did you mean &quot;tests&quot;?">');
  expect(xml.match(/<(?!\/|\?)[a-z]+/g)?.length).toBe(
    (xml.match(/<\/[a-z]+>/g)?.length ?? 0) + (xml.match(/\/>/g)?.length ?? 0),
  );
});

test('matchbox test: where there are no tests it says how to begin, and -init begins', async () => {
  const folder = copyExamples();
  rmSync(join(folder, 'tests'), { recursive: true });
  const { code, out, err } = await run(folder);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('there are no tests: no *.yaml in tests\n');
  expect(err).toContain('        mac: 52:54:00:a1:9c:ae\n      group: node1-install\n');
  expect(err).toContain('`matchbox test -data-path . -init` writes such a file');
  expect((await run(folder, '-init')).code).toBe(0);
  expect(existsSync(join(folder, 'tests/machines.yaml'))).toBe(true);
  expect((await run(folder)).out).toBe('ok tests/machines.yaml, 6 tests\n6 passed, 0 failed (1 file)\n');
  const again = await run(folder, '-init');
  expect(again.code).toBe(2);
  expect(again.err).toContain('tests/machines.yaml is there already');
});

test('matchbox test: what cannot be run is said, with exit code 2', async () => {
  expect((await run(examples, '-nonsense')).err).toContain("Unknown option '--nonsense'");
  expect((await run(examples, '-update', '-watch')).err).toContain('-update and -watch do not go together');
  expect((await run(examples, '-data-path', 'none')).err).toContain('there is no data directory none');
  expect((await run(examples, 'tests/none.yaml')).err).toContain('cannot find the tests: ENOENT');
  expect((await run(examples, '-filter', 'no such test')).err).toContain('no test has "no such test" in its name');
  expect((await run(examples, '-junit', 'groups')).err).toContain('cannot write groups: it is a folder');
  for (const args of [['-nonsense'], ['-filter', 'no such test'], ['tests/none.yaml']]) {
    expect((await run(examples, ...args)).code).toBe(2);
  }
  const help = await run(examples, '--help');
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toContain('Examples:\n  matchbox test -data-path examples\n');
});

test('matchbox test: broken files of the data directory are pointed out', async () => {
  const folder = copyExamples();
  writeFileSync(join(folder, 'groups/broken.json'), '{');
  const { code, out, err } = await run(folder, 'tests/default.yaml');
  expect(code).toBe(1);
  expect(err).toBe('note: 1 file is broken; matchbox validate -data-path . names them\n');
  expect(out).toContain('the machine is on hold: groups/broken.json:1:2: ');
});

test('matchbox test: -watch runs again after changes of data and tests, and ends when it is told', async () => {
  const folder = copyExamples();
  const { written, stop, code } = start(folder, ['-watch']);
  // A change may be noticed in two steps, so that there is a run more; the last one counts.
  const summary = async (text: string) => {
    await expect.poll(() => written.out.endsWith(`${text}\n`)).toBe(true);
    await expect.poll(() => written.err).toMatch(/waiting for changes; Ctrl-C ends\n\n$/);
    written.out = '';
  };
  await summary('9 passed, 0 failed (4 files)');
  edit(join(folder, 'profiles/debian.json'), '"console=tty0"', '"console=tty1"');
  await summary('8 passed, 1 failed (4 files)');
  edit(join(folder, 'tests/node3.yaml'), 'console=tty0', 'console=tty1');
  await summary('9 passed, 0 failed (4 files)');
  edit(join(folder, 'tests/answers/node3-preseed.cfg'), 'string node3', 'string nobody');
  await summary('8 passed, 1 failed (4 files)');
  writeFileSync(join(folder, 'tests/more.yaml'), 'tests:\n- {name: more, labels: {}, group: default}\n');
  await summary('9 passed, 1 failed (5 files)');
  stop();
  expect(await code).toBe(1);
});
