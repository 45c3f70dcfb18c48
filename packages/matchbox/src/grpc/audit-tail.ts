/** The newest lines of the audit log, for those who read it on the page. */
import { open } from 'node:fs/promises';
import type { AuditRecord } from './audit.ts';

/** So much of the log's end is read. */
const tailBytes = 1024 * 1024;

/** @returns the oldest first @throws the error of open(2) or read(2) */
export async function auditTail(path: string): Promise<Partial<AuditRecord>[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.subarray(0, bytesRead).toString().split('\n');
    // The first one may have been cut.
    return lines.slice(from === 0 ? 0 : 1).flatMap(recordOf);
  } finally {
    await file.close();
  }
}

function recordOf(line: string): Partial<AuditRecord>[] {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null ? [record] : [];
  } catch {
    return [];
  }
}

/** As the API tells it. */
export function entryOf(record: Partial<AuditRecord>) {
  const { time = '', subject = '', method = '', object = '', outcome = '', error = '' } = record;
  const { diff = '', detail = '' } = record;
  return { time, subject, method, object, outcome, error, diff, detail };
}
