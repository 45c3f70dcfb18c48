/** validate and impact of the shipped program, in threads of it: they answer, and what they say is what one thread says. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { matchbox } from '../../tools/programs.ts';

/** Enough for two threads. */
const groups = 1600;
const folder = mkdtempSync(join(tmpdir(), 'matchbox-threads-'));

beforeAll(() => {
  const site = join(folder, 'site');
  for (const kind of ['groups', 'profiles', 'generic']) mkdirSync(join(site, kind), { recursive: true });
  writeFileSync(join(site, 'profiles/p.json'), '{"id":"p","generic_id":"t"}');
  writeFileSync(join(site, 'generic/t'), 'host {{.hostname}}\n');
  for (let index = 0; index < groups; index++) {
    const id = `n${String(index).padStart(4, '0')}`;
    const metadata = index === 1599 ? {} : { hostname: id };
    writeFileSync(
      join(site, `groups/${id}.json`),
      JSON.stringify({ id, profile: 'p', selector: { node: id }, metadata }),
    );
  }
  cpSync(site, join(folder, 'other'), { recursive: true });
  writeFileSync(join(folder, 'other/generic/t'), 'name {{.hostname}}\n');
  // Says on standard error what threads there are, and how many cores the program is to believe in. The first thread waits until the
  // other has done its part: on a busy computer it would have taken all of the work before that one begins.
  writeFileSync(
    join(folder, 'hook.cjs'),
    `const { existsSync, writeFileSync } = require('node:fs');
    require('node:os').availableParallelism = () => Number(process.env.CORES);
    process.on('worker', (worker) => {
      worker.on('message', () => process.stderr.write('a thread answered\\n'));
      const pause = new Int32Array(new SharedArrayBuffer(4));
      while (!existsSync(process.env.DONE)) Atomics.wait(pause, 0, 0, 10);
    });
    if (!require('node:worker_threads').isMainThread) process.on('exit', () => writeFileSync(process.env.DONE, ''));`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(cores: number, ...words: string[]) {
  const [node, program] = matchbox;
  const done = join(folder, 'done');
  rmSync(done, { force: true });
  const hook = `--require ${join(folder, 'hook.cjs')}`;
  const env = { ...process.env, CORES: String(cores), DONE: done, NODE_OPTIONS: hook };
  const { status, stdout, stderr } = spawnSync(node, [program, ...words], { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('validate finds in a thread’s part of the groups what is wrong there', () => {
  const alone = run(1, 'validate', '-data-path', 'site');
  expect(alone).toEqual({
    status: 1,
    stdout: expect.stringMatching(
      /^site\/generic\/t:1:8 error template-error .*\(group "n1599"\).*\n1 error, 0 warnings\n$/,
    ),
    stderr: '',
  });
  expect(run(2, 'validate', '-data-path', 'site')).toEqual({ ...alone, stderr: 'a thread answered\n' });
});

test('impact tells of a thread’s part of the machines what changes for them', () => {
  const alone = run(1, 'impact', '-data-path', 'site', 'other');
  expect(alone).toMatchObject({ status: 3, stderr: '' });
  expect(alone.stdout).toMatch(
    /^1,599 of 1,600 machines change: 1,599 generic config; 1\s+machine\s+cannot\s+be\s+compared\n/,
  );
  expect(run(2, 'impact', '-data-path', 'site', 'other')).toEqual({ ...alone, stderr: 'a thread answered\n' });
});
