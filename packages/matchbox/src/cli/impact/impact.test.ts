import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { dataAccess } from '../../data-access.ts';
import type { CommandContext } from '../command.ts';
import { impactCommand } from './impact.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

interface World {
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
}

async function run(folder: string, args: readonly string[], { stdin = '', isTerminal = false, signal }: World = {}) {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[name] += Buffer.from(chunk as Uint8Array).toString();
    },
    isTerminal,
  });
  const context: CommandContext = {
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: output('out'),
    stderr: output('err'),
    env: { MATCHBOX_DATA_PATH: 'examples' },
    workingDirectory: folder,
    signal: signal ?? new AbortController().signal,
    data: dataAccess,
  };
  const code = await impactCommand.run(args, context);
  return { code, ...written };
}

/** A folder with the examples, and a copy of them in `next`. */
function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'impact-')));
  made.push(folder);
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  cpSync(join(root, 'examples'), join(folder, 'next'), { recursive: true });
  return folder;
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

test('nothing changes: exit code 0', async () => {
  const { code, out, err } = await run(makeFolder(), ['next']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(`nothing changes for 6 machines
  before  examples: 6 groups, 6 profiles, 7 templates
  after   next: 6 groups, 6 profiles, 7 templates
`);
});

test('lines fit 80 columns but for what is copied from answers', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/groups/node3.json'), '"debian"', '"a-profile-that-is-not-there"');
  const { out } = await run(folder, ['-summary', 'next']);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(out).toMatch(/^1 machine would get no answer \(404\) where there is one now\n/);
  const help = await run(folder, ['--help']);
  expect(help.code).toBe(0);
  expect(help.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('a broken file is named before everything else', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/groups/node1.json'), '"os": "installed"', '"os" "installed"');
  const { code, out } = await run(folder, ['next']);
  expect(code).toBe(3);
  expect(out).toMatch(
    /^1 machine would be on hold \(503\) until a group file is mended\n1 machine would get no answer .*\n1 file would be broken\n {2}groups\/node1\.json:7:10: /,
  );
});

test('a file that cannot be read in either version is no change, though its path is another one', async () => {
  const folder = makeFolder();
  for (const version of ['examples', 'next']) {
    for (const file of ['profiles/flatcar.json', 'generic/debian-preseed.cfg', 'groups/x.json']) {
      rmSync(join(folder, version, file), { force: true });
      symlinkSync('nowhere', join(folder, version, file));
    }
  }
  const { code, out } = await run(folder, ['next']);
  expect(code).toBe(0);
  expect(out).toContain('3 files broken before and after: nobody knows whom they are about\n');
});

test('-summary and -no-diff show no contents', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/ignition/flatcar.yaml'), 'docker.service', 'secret.service');
  for (const flag of ['-summary', '--no-diff']) {
    for (const output of ['text', 'json', 'markdown']) {
      const { code, out } = await run(folder, [flag, '-o', output, 'next']);
      expect(code).toBe(3);
      expect(out).toMatch(/ignition/i);
      expect(out).not.toContain('secret');
    }
  }
});

test('-o json has everything', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/ignition/flatcar.yaml'), 'docker.service', 'a.service');
  const { out } = await run(folder, ['-o=json', 'next']);
  expect(JSON.parse(out)).toEqual({
    version: 1,
    networks: [],
    before: 'examples',
    after: 'next',
    notes: [],
    changesSomething: true,
    machines: 6,
    changed: 1,
    incomparable: 0,
    counts: { ignition: 1 },
    broken: [],
    stillBroken: [],
    moves: [],
    changes: [
      {
        verdict: 'changed',
        topics: ['ignition'],
        endpoints: ['ignition'],
        before: { status: 200, reason: 'ok', bytes: 532 },
        after: { status: 200, reason: 'ok', bytes: 527 },
        machines: ['mac=52:54:00:b2:2f:86&os=installed'],
        similar: false,
        diff: expect.stringContaining('-        "name": "docker.service"\n+        "name": "a.service"\n'),
      },
    ],
  });
});

test('-o markdown folds each change, and a fence holds whatever the answers have', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/generic/discover.txt'), '', '```\n</details>\n');
  edit(join(folder, 'next/groups/node3.json'), '"install_disk"', '"installdisk"');
  const { out } = await run(folder, ['-o', 'markdown', 'next']);
  expect(out).toMatch(
    /^### matchbox impact: 2 of 6 machines change: 1 error, [^\n]*\n\n> \[!CAUTION\]\n> \*\*1 machine would get an error\*\*/,
  );
  expect(out).toContain('Before: `examples`, after: `next`.');
  expect(out).toContain('| error | 1 |');
  expect(out).toContain('````diff\n@@ -1,');
  expect(out).toContain('\n+```\n+</details>\n');
  expect(out.match(/^<details>/gm)).toHaveLength(out.match(/^<\/details>/gm)!.length);
});

test('Markdown of many changes fits a comment on GitHub, and says what it leaves out', async () => {
  const folder = makeFolder();
  for (let index = 0; index < 100; index++) {
    for (const [version, text] of [
      ['examples', 'old'],
      ['next', 'new'],
    ]) {
      const selector = {
        mac: `52:54:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
      };
      const metadata = { note: `${text} ${'ü'.repeat(100)} ${index}` };
      writeFileSync(
        join(folder, version!, `groups/m${index}.json`),
        JSON.stringify({ id: `m${index}`, profile: 'discover', selector, metadata }),
      );
    }
  }
  const { out } = await run(folder, ['-o', 'markdown', 'next']);
  expect(Buffer.byteLength(out)).toBeLessThan(65_536);
  expect(Buffer.byteLength(out)).toBeGreaterThan(40_000);
  expect(out).toMatch(/… and \d+ more blocks; `-o json` has all of them\.\n$/);
  expect(out.match(/^<details>/gm)).toHaveLength(out.match(/^<\/details>/gm)!.length);
});

test('a long diff is cut in Markdown, so that others fit too', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/generic/discover.txt'), '', `${'ü'.repeat(280)}\n`.repeat(150));
  edit(join(folder, 'next/ignition/flatcar.yaml'), 'docker.service', 'containerd.service');
  const { out } = await run(folder, ['-o', 'markdown', 'next']);
  expect(out).toMatch(/\n… and \d+ more lines\n```\n/);
  expect(out).toContain('+        "name": "containerd.service"');
  expect(Buffer.byteLength(out)).toBeLessThan(16_000);
});

test('colours are for a terminal, and what a terminal would obey is escaped', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/generic/discover.txt'), '', 'x\u001b]0;title\u0007\n');
  const piped = await run(folder, ['next']);
  expect(piped.out).toContain('+x\\x1b]0;title\\a\n');
  expect(piped.out).not.toContain('\u001b');
  const shown = await run(folder, ['next'], { isTerminal: true });
  expect(shown.out).toContain('\u001b[32m+x\\x1b]0;title\\a\u001b[0m\n');
});

test('-machines adds machines of a file or of standard input', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/generic/discover.txt'), '', 'new\n');
  writeFileSync(join(folder, 'log'), 'HTTP GET /ipxe?mac=52-54-00-00-00-01&hostname=h\n# none\nmac=zz&os=x\n');
  const listed = await run(folder, ['-machines', 'log', 'next']);
  expect(listed.out).toMatch(/^3 of 8 machines change: 3 generic config\n/);
  expect(listed.err).toBe(
    'note: log:3: address zz: invalid MAC address; the machine counts without it, as for the server\n',
  );
  const piped = await run(folder, ['-machines', '-', 'next'], { stdin: 'a=1\nb=2\n' });
  expect(piped.out).toMatch(/^3 of 8 machines change/);
  const bad = await run(folder, ['-machines', '-', 'next'], { stdin: 'a=1\nnone of these\n' });
  expect(bad).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^matchbox impact: standard input:2: found "none/),
  });
  const missing = await run(folder, ['-machines', 'nowhere', 'next']);
  expect(missing).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/cannot read the machines of nowhere: ENOENT/),
  });
});

test('-git compares a revision with the folder as it is', async () => {
  const folder = makeFolder();
  const git = (...args: string[]) => {
    const settings = ['-c', 'user.name=n', '-c', 'user.email=e@example.com', '-c', 'commit.gpgSign=false'];
    execFileSync('git', [...settings, ...args], { cwd: folder, stdio: 'pipe' });
  };
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'empty');
  git('tag', 'empty');
  git('add', '-A');
  git('commit', '-q', '-m', 'examples');
  const same = await run(folder, ['-git', 'HEAD']);
  expect(same).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /^nothing changes for 6 machines\n {2}before {2}examples at HEAD \([0-9a-f]{10}\): 6 groups/,
    ),
  });
  edit(join(folder, 'examples/groups/node1.json'), '"region": "east"', '"region": "west"');
  const changed = await run(folder, ['--git', 'HEAD']);
  expect(changed.code).toBe(3);
  expect(changed.out).toMatch(/^1 of 6 machines changes: 1 Ignition, 1 metadata\n/);
  expect(changed.out).toContain('    -REGION=east\n    +REGION=west\n');
  const first = await run(folder, ['-git', 'empty']);
  expect(first.out).toContain('there is no examples at empty yet');
  const unknown = await run(folder, ['-git', 'nowhere']);
  expect(unknown).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no revision "nowhere"') });
});

test.each([
  [[], 'compared with what?'],
  [['a', 'b'], 'one directory is wanted'],
  [['-git', 'HEAD', 'next'], 'one of them is wanted'],
  [['-git', ''], 'is empty'],
  [['-o', 'yaml', 'next'], 'there is no output "yaml"; wanted: text, json, markdown'],
  [['-nothing', 'next'], "Unknown option '--nothing'"],
])('wrong usage is told, and is no change: %j', async (args, message) => {
  const { code, out, err } = await run(root, args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
  expect(err).toContain('; matchbox impact -help lists the flags');
});

test('what is no data directory is refused by name', async () => {
  const folder = makeFolder();
  const refused = async (...args: string[]) => (await run(folder, args)).err;
  const which = '; before is what -data-path names, after what DIR does\n';
  const within = '; it lies in the data directory next, which is named as a whole';
  expect(await refused('nowhere')).toBe(`matchbox impact: there is no data directory nowhere${which}`);
  expect(await refused('-data-path', 'nowhere', 'next')).toBe(
    `matchbox impact: there is no data directory nowhere${which}`,
  );
  expect(await refused('next/README.md')).toBe(
    `matchbox impact: next/README.md is a file, not a data directory${within}${which}`,
  );
  expect(await refused('next/assets')).toBe(
    `matchbox impact: next/assets is no data directory: it has no folder groups, profiles, ignition, cloud, generic or networks${within}${which}`,
  );
  expect(await refused('next/groups/sub')).toContain(`there is no data directory next/groups/sub${within}`);
});

test('an interrupt ends it', async () => {
  const { code, out, err } = await run(makeFolder(), ['next'], { signal: AbortSignal.abort() });
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'matchbox impact: stopped after 0 of 6 machines\n' });
});

test('impact tells what changes for networks', async () => {
  const folder = makeFolder();
  edit(join(folder, 'next/networks/lab.json'), '"proxy"', '"off"');
  const { code, out } = await run(folder, ['next']);
  expect(code).toBe(3);
  expect(out).toContain('; 1 network served otherwise');
  expect(out).toContain('Network lab is changed\n    mode: "proxy" -> "off"\n');
  const markdown = (await run(folder, ['-o', 'markdown', 'next'])).out;
  expect(markdown).toContain('<details><summary>Network lab is changed</summary>');
  expect(JSON.parse((await run(folder, ['-o', 'json', 'next'])).out).networks).toMatchObject([{ network: 'lab' }]);
});
