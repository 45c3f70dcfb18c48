import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bootcmd, matchbox } from './programs.ts';

const examples = fileURLToPath(new URL('../examples', import.meta.url));

function run([node, file]: readonly [string, string], ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(node, [file, ...words], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test.each([
  ['matchbox', matchbox, ['-version'], /^v\d+\.\d+\.\d+/],
  ['bootcmd', bootcmd, ['version'], /^bootcmd Version: v\d/],
] as const)('%s in one file begins with little, and says its version by that alone', (_, program, words, says) => {
  const text = readFileSync(program[1], 'utf8');
  const lines = text.trimEnd().split('\n');
  expect(lines.at(-1)!.length).toBeGreaterThan(200_000);
  expect(lines.at(-1)).toMatch(/^\/\/brotli,base64:/);
  expect(text.length - lines.at(-1)!.length).toBeLessThan(64 * 1024);
  // Notices that licences want to be kept stand in front, where they can be read.
  expect(text.includes('Copyright')).toBe(program === matchbox);
  expect(run(program, ...words)).toEqual({ status: 0, stdout: expect.stringMatching(says), stderr: '' });
});

test('the rest of a program in one file is there when it is wanted', () => {
  expect(run(matchbox, 'validate', '-data-path', examples)).toMatchObject({ status: 0, stderr: '' });
  expect(run(bootcmd, 'help').stdout).toContain('Available Commands');
});
