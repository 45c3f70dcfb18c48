import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { butane } from './butane.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-butane-'));
writeFileSync(join(folder, 'good.bu'), 'variant: fcos\nversion: 1.4.0\n');
writeFileSync(join(folder, 'odd.bu'), 'variant: fcos\nversion: 1.4.0\nbogus: 1\n');
writeFileSync(
  join(folder, 'local.bu'),
  'variant: fcos\nversion: 1.4.0\nstorage: {files: [{path: /a, contents: {local: good.bu}}]}\n',
);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(args: readonly string[], stdin = '') {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    write: (chunk: string | Uint8Array) => {
      written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
    isTerminal: false,
  });
  async function* input() {
    yield Buffer.from(stdin);
  }
  const code = await butane.run(args, {
    stdin: input(),
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: {},
    workingDirectory: folder,
    signal: new AbortController().signal,
  });
  return { code, ...written };
}

test('butane translates a file, or the standard input', async () => {
  const stdout = '{"ignition":{"version":"3.3.0"}}\n';
  expect(await run(['good.bu'])).toEqual({ code: 0, stdout, stderr: '' });
  expect(await run([], 'variant: fcos\nversion: 1.4.0\n')).toEqual({ code: 0, stdout, stderr: '' });
});

test('butane --pretty indents, --check writes nothing, --output writes a file', async () => {
  expect((await run(['-p', 'good.bu'])).stdout).toBe('{\n  "ignition": {\n    "version": "3.3.0"\n  }\n}\n');
  expect(await run(['--check', 'good.bu'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await run(['-oout.ign', 'good.bu'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(folder, 'out.ign'), 'utf8')).toBe('{"ignition":{"version":"3.3.0"}}\n');
});

test('butane --strict fails on a warning', async () => {
  const warning = 'warning at $.bogus, line 3 col 1: unused key bogus\n';
  expect(await run(['--raw-errors', 'odd.bu'])).toMatchObject({ code: 0, stderr: warning });
  expect(await run(['--raw-errors', '-s', 'odd.bu'])).toEqual({
    code: 1,
    stdout: '',
    stderr: `${warning}Config produced warnings and --strict was specified\n`,
  });
});

test('butane embeds local files only from the directory it is given', async () => {
  expect(await run(['-d', '.', 'local.bu'])).toMatchObject({ code: 0, stderr: '' });
  const { code, stderr } = await run(['local.bu']);
  expect(code).toBe(1);
  expect(stderr).toContain('  --> local.bu:3:48\n');
  expect(stderr).toMatch(/\nError translating config: source config is invalid\n$/);
});

test('butane says what cannot be read', async () => {
  expect(await run(['none.bu'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'failed to read none.bu: open none.bu: no such file or directory\n',
  });
});

test('butane exits with 2 on wrong usage', async () => {
  const { code, stderr } = await run(['--bogus']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^unknown flag: --bogus\nUsage: matchbox butane \[options\] \[input-file\]\nOptions:\n/);
  expect((await run(['--constructor'])).stderr).toMatch(/^unknown flag: --constructor\n/);
  expect((await run(['a', 'b'])).code).toBe(2);
  expect((await run(['-z'])).stderr).toMatch(/^unknown shorthand flag: 'z' in -z\n/);
  expect((await run(['--pretty=maybe'])).stderr).toMatch(
    /^invalid argument "maybe" for "-p, --pretty" flag: strconv.ParseBool: parsing "maybe": invalid syntax\n/,
  );
});

test('butane --help shows every flag', async () => {
  expect(await run(['--help'])).toEqual({
    code: 0,
    stderr: '',
    stdout: `Usage: matchbox butane [options] [input-file]
Options:
  -c, --check                     check config without producing output
      --color string[="always"]   control color output: "auto", "always", or "never" (default "auto")
  -d, --files-dir string          allow embedding local files from this directory
  -h, --help                      show usage and exit
  -o, --output string             write to output file instead of stdout
  -p, --pretty                    output formatted json
  -r, --raw                       never wrap in a MachineConfig; force Ignition output
      --raw-errors                show raw errors, rather than pretty printing them
  -s, --strict                    fail on any warning
  -V, --version                   print the version and exit
`,
  });
});
