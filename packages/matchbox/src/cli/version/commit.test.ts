import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { headOf } from './commit.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-commit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const commit = '0123456789abcdef0123456789abcdef01234567';

test('headOf reads a branch, a packed branch, a detached head and a worktree as git does', () => {
  const git = join(folder, 'clone/.git');
  mkdirSync(join(git, 'refs/heads'), { recursive: true });
  writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(git, 'packed-refs'), `# pack-refs\n${'9'.repeat(40)} refs/heads/x\n${commit} refs/heads/main\n`);
  expect(headOf(git)).toBe(commit);
  writeFileSync(join(git, 'refs/heads/main'), `${'a'.repeat(40)}\n`);
  expect(headOf(git)).toBe('a'.repeat(40));
  mkdirSync(join(git, 'worktrees/w'), { recursive: true });
  writeFileSync(join(git, 'worktrees/w/HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(git, 'worktrees/w/commondir'), '../..\n');
  mkdirSync(join(folder, 'w'));
  writeFileSync(join(folder, 'w/.git'), 'gitdir: ../clone/.git/worktrees/w\n');
  expect(headOf(join(folder, 'w/.git'))).toBe('a'.repeat(40));
  writeFileSync(join(git, 'HEAD'), `${commit}\n`);
  expect(headOf(git)).toBe(commit);
  expect(headOf(join(folder, 'lost'))).toBeUndefined();
});
