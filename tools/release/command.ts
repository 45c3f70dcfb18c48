/** Commands of a release: what they print, or why they failed. */
import { spawnSync } from 'node:child_process';

/** @throws Error with what the command said, when it fails */
export function output(folder: string, program: string, ...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout.trim();
  throw new Error(`${[program, ...words].join(' ')} failed: ${error?.message ?? `${stdout}${stderr}`.trim()}`);
}
