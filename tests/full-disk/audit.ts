/**
 * What the audit log does on a disk that is full for a while, for which the size of this process's files is limited: a process of its own,
 * since that holds for all of it. audit.ts FOLDER → JSON of what was seen.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAuditFile, openAuditTrail, silentLogger } from 'matchbox/testing';

const [folder = ''] = process.argv.slice(2);
// A write beyond the limit fails instead of ending the process.
process.on('SIGXFSZ', () => {});

function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
}

/** The error's code or message; undefined when there is none. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: { code?: unknown; message: string }) => error.code ?? error.message,
  );
}

const identity = { subject: 'CN=ops', name: 'ops', email: '', serial: '01', role: 'writer' } as const;
const attempt = { identity, method: 'rpcpb.Generic/GenericPut', kind: 'generic', name: 't' } as const;

async function trail() {
  const path = join(folder, 'audit.log');
  const outcomes = () => readFileSync(path, 'utf8').match(/"outcome":"\w+"/g);
  const { begin, record, close } = await openAuditTrail({
    auditLog: path,
    gitFolder: undefined,
    logger: silentLogger,
    now: () => new Date(0),
  });
  await begin(attempt);
  limitFiles(readFileSync(path).length);
  await record({ ...attempt, before: undefined, after: new TextEncoder().encode('text'), error: undefined }, false);
  const full = { failure: await failureOf(begin(attempt)), outcomes: outcomes() };
  limitFiles('unlimited');
  await begin(attempt);
  const after = outcomes();
  await close();
  return { full, after };
}

async function file() {
  const path = join(folder, 'lines.log');
  writeFileSync(path, 'first\n');
  const log = await openAuditFile(path);
  limitFiles(10);
  const failure = await failureOf(log.append('second\n'));
  limitFiles('unlimited');
  const full = readFileSync(path, 'utf8');
  await log.append('third\n');
  await log.close();
  return { failure, full, after: readFileSync(path, 'utf8') };
}

console.log(JSON.stringify({ trail: await trail(), file: await file() }));
