import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../log/log.ts';
import { openAuditFile } from './audit-file.ts';
import { openAuditTrail } from './audit-trail.ts';

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-audit-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const identity = { subject: 'CN=ops', name: 'ops', email: '', serial: '01', role: 'writer' } as const;
const attempt = { identity, method: 'rpcpb.Generic/GenericPut', kind: 'generic', name: 't' } as const;
const done = { ...attempt, before: undefined, after: new TextEncoder().encode('text'), error: undefined };

function openTrail(auditLog: string, lines: string[] = []) {
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  return openAuditTrail({ auditLog, gitFolder: undefined, logger, now: () => new Date(0) });
}

const outcomes = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { outcome: string }).outcome);

test('openAuditTrail writes a line before a change and one after it', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'audit.log');
    const trail = await openTrail(path);
    await trail.begin(attempt);
    expect(outcomes(path)).toEqual(['begun']);
    await trail.record(done, false);
    await trail.close();
    expect(outcomes(path)).toEqual(['begun', 'done']);
  }));

test('openAuditTrail refuses a change that cannot be written down', async () => {
  const lines: string[] = [];
  const trail = await openTrail('/dev/full', lines);
  await expect(trail.begin(attempt)).rejects.toMatchObject({
    code: 'not_audited',
    message: expect.stringMatching(/^nothing was changed, since the audit log cannot be written: ENOSPC/),
  });
  expect(lines[0]).toContain('audit log /dev/full: cannot write: ENOSPC');
  await trail.close();
});

test('openAuditFile begins a line of its own after one that a crash has torn off', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'audit.log');
    appendFileSync(path, '{"time":"1970');
    const file = await openAuditFile(path);
    await file.append('{}\n');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('{"time":"1970\n{}\n');
  }));
