import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateCommand } from './migrate.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  await mkdir(join(folder, 'new'));
  await writeFile(join(folder, 'a.yaml'), 'systemd:\n  units:\n    - name: a.service\n      enable: {{.on}}\n');
  await writeFile(
    join(folder, 'b.ign'),
    '{"ignition":{"version":"2.3.0"},"systemd":{"units":[{"name":"b","enable":true}]}}',
  );
  await writeFile(join(folder, 'c.yaml'), 'frob: 1\nstorage: {files: [{filesystem: data, path: /x}]}\n');
  await writeFile(join(folder, 'd.bu'), 'variant: fcos\nversion: 1.5.0\n');
});

afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[name] += Buffer.from(chunk as Uint8Array).toString();
    },
    isTerminal: false,
  });
  const code = await migrateCommand.run(args, {
    stdin: (async function* () {})(),
    stdout: output('out'),
    stderr: output('err'),
    env: {},
    workingDirectory: folder,
    signal: new AbortController().signal,
  });
  return { code, ...written };
}

test('migrate prints the new text of one file', async () => {
  expect(await run('b.ign')).toEqual({
    code: 0,
    out: 'variant: flatcar\nversion: 1.1.0\nsystemd:\n  units:\n    - name: b\n      enabled: true\n',
    err: '',
  });
});

test('migrate tells what could not be carried over, and exits with 1', async () => {
  expect(await run('-variant', 'fcos', 'c.yaml')).toEqual({
    code: 1,
    out: 'variant: fcos\nversion: 1.5.0\n',
    err: `c.yaml:1:1: lost: unknown key frob (frob)
c.yaml:2:32: lost: nothing says under which folder the filesystem "data" is mounted, so that /x is left out (storage.files.0.filesystem)
`,
  });
  expect((await run('-mount', 'data=/srv/', 'c.yaml')).out).toContain('path: /srv/x\n');
});

test('migrate writes several files and overwrites none', async () => {
  const first = await run('-o', 'new', 'a.yaml', 'b.ign', 'd.bu', 'none');
  expect(first).toEqual({
    code: 1,
    out: '',
    err: `a.yaml → new/a.bu
b.ign → new/b.bu
d.bu:1:1: this is Butane already
none: no such file or directory
`,
  });
  expect(await readFile(join(folder, 'new/a.bu'), 'utf8')).toContain('enabled: {{.on}}\n');
  expect(await run('-output=new', 'b.ign')).toEqual({ code: 1, out: '', err: 'new/b.bu: file exists\n' });
});

test.each([
  [[], 'which FILE?'],
  [['a.yaml', 'b.ign'], 'several files need -output DIR'],
  [['-variant', 'rhcos', 'a.yaml'], '-variant is "rhcos"; wanted flatcar or fcos'],
  [['-mount', 'data', 'a.yaml'], '-mount is "data"; wanted NAME=/PATH'],
  [['-varient', 'fcos', 'a.yaml'], "Unknown option '--varient'; did you mean -variant?"],
])('migrate %j is wrong usage, and it says why', async (args, message) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`matchbox migrate: ${message}; matchbox migrate -help lists the flags\n`);
});
