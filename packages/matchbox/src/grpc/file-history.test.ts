import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { historyOf } from './file-history.ts';
import { commitFile } from './git-commit.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('historyOf reads what was done to one file from the audit log, the newest first', async () => {
  const auditLog = join(folder, 'audit.log');
  const line = (time: string, object: string, outcome: string) =>
    `${JSON.stringify({ time, subject: 'user=otto', method: 'm', object, outcome, diff: '+a' })}\n`;
  writeFileSync(
    auditLog,
    `${line('1', 'generic/a', 'done')}torn\n${line('2', 'generic/b', 'done')}${line('3', 'generic/a', 'begun')}${line('4', 'generic/a', 'done')}`,
  );
  const { entries, source, fault } = await historyOf({ auditLog, gitFolder: undefined }, 'generic', 'a');
  expect(entries.map(({ time, subject, diff }) => [time, subject, diff])).toEqual([
    ['4', 'user=otto', '+a'],
    ['1', 'user=otto', '+a'],
  ]);
  expect([source, fault]).toEqual(['audit log', '']);
});

test('historyOf reads commits of git where changes are committed, of the file that is meant and no pattern', async () => {
  const data = mkdtempSync(join(folder, 'data-'));
  execFileSync('git', ['init', '-q'], { cwd: data });
  const sources = { auditLog: undefined, gitFolder: data };
  expect((await historyOf(sources, 'generic', 'a')).entries).toEqual([]);
  const commit = (path: string, text: string, minute: number) =>
    commitFile(data, '', {
      path,
      content: Buffer.from(text),
      authorName: 'otto',
      authorEmail: '',
      message: 'FilePut',
      time: new Date(Date.UTC(2026, 0, 1, 0, minute)),
    });
  await commit('generic/a', 'one\n', 1);
  await commit('generic/b', 'other\n', 2);
  await commit('generic/a', 'two\n', 3);
  const { entries, source } = await historyOf(sources, 'generic', 'a');
  expect(entries.map(({ subject, method, diff }) => [subject, method, diff])).toEqual([
    ['otto', 'FilePut', '@@ -1 +1 @@\n-one\n+two'],
    ['otto', 'FilePut', '@@ -0,0 +1 @@\n+one'],
  ]);
  expect(source).toBe('git');
  expect((await historyOf(sources, 'generic', '*')).entries).toEqual([]);
});

test('historyOf says that none is kept', async () => {
  const { fault } = await historyOf({ auditLog: undefined, gitFolder: undefined }, 'generic', 'a');
  expect(fault).toBe('No history is kept: the server has neither -audit-log nor -git-audit.');
});
