/** Replays the gRPC calls of one scenario against a server of its own and judges every answer and every file. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { applyOperation } from '../http/file-operations.ts';
import { makeWorkingCopy, removeWorkingCopy } from '../http/scenario.ts';
import { startServer } from '../http/server-process.ts';
import type { Placeholders } from '../placeholders.ts';
import type { FileOperation, Rule, Scenario, Verdict } from '../recorded.ts';
import { type Call, type CallAnswer, openClient } from './client.ts';
import { type Changes, changedFiles, readFiles, writeRecordedFiles } from './files.ts';

/** A group or profile as it is sent. */
export interface Message {
  readonly id?: string;
  readonly selector?: Readonly<Record<string, string>>;
}

/** A line of grpc.jsonl. */
export interface RecordedCall extends Call {
  readonly id: string;
  readonly request?: {
    readonly id?: string;
    readonly name?: string;
    readonly group?: Message;
    readonly profile?: Message;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly before?: readonly FileOperation[];
  /** Whether changed files were recorded. */
  readonly files?: boolean;
  /** On a fresh copy of the data. */
  readonly fresh?: boolean;
  readonly expect: CallAnswer & { readonly files?: Changes; readonly server_exits?: boolean };
}

/** What a rule about gRPC may look at and ask. */
export interface CallContext {
  readonly call: RecordedCall;
  readonly actual: CallAnswer & { readonly files: Changes };
  /** The data directory. */
  readonly data: string;
  ask(call: Call): Promise<CallAnswer>;
}

/** The answer to one call, judged. */
export interface CallResult extends Verdict {
  readonly id: string;
  readonly service: string;
}

/** A server on a working copy, with a client. */
export interface GrpcSession {
  readonly dir: string;
  readonly data: string;
  readonly placeholders: Placeholders;
  call(call: Call): Promise<CallAnswer>;
  logged(): string[];
  close(): Promise<void>;
}

type CallRule = Rule<CallContext>;

/** What is doubted comes into force later; only a call that fails in the end is asked for so long. */
const inForceWithinMs = 60_000;

export async function replayCalls(
  scenario: Scenario & { readonly calls: readonly RecordedCall[] },
  rules: readonly CallRule[],
): Promise<CallResult[]> {
  const results: CallResult[] = [];
  let session = await openSession(scenario);
  try {
    for (const call of scenario.calls) {
      if (call.fresh) {
        await session.close();
        session = await openSession(scenario);
      }
      results.push({ id: call.id, service: call.rpc.replace(/\/.*/, ''), ...(await replayCall(session, call, rules)) });
    }
  } finally {
    await session.close();
  }
  return results;
}

/** A server on a fresh working copy, with a client. */
export async function openSession(scenario: Scenario): Promise<GrpcSession> {
  const dir = makeWorkingCopy(scenario);
  const server = await startServer(dir, scenario.flags).catch((error) => {
    removeWorkingCopy(dir);
    throw error;
  });
  const { placeholders } = server;
  const client = openClient(Number(placeholders['rpcport']), join(dir, '_fixtures/certs'));
  return {
    dir,
    data: join(dir, 'data'),
    placeholders,
    call: client.call,
    logged: server.logged,
    close: async () => {
      client.close();
      await server.stop();
      removeWorkingCopy(dir);
    },
  };
}

async function replayCall(session: GrpcSession, call: RecordedCall, rules: readonly CallRule[]): Promise<Verdict> {
  for (const operation of call.before ?? []) applyOperation(session.dir, operation);
  const changedAt = call.before ? Date.now() : -Infinity;
  let verdict = await ask(session, call, rules);
  // What reads may be asked again until the changed files are in force.
  while (!verdict.passed && isRead(call) && Date.now() < changedAt + inForceWithinMs) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    verdict = await ask(session, call, rules);
  }
  // An intended difference may leave other files than were recorded; the calls that follow were recorded on those.
  if (verdict.rule && call.files) writeRecordedFiles(session.data, call.expect.files);
  return verdict;
}

async function ask(session: GrpcSession, call: RecordedCall, rules: readonly CallRule[]): Promise<Verdict> {
  const before = readFiles(session.data);
  const actual = await session.call(call);
  const files = changedFiles(before, readFiles(session.data));
  return judge(session, call, { ...actual, files }, rules);
}

function isRead({ rpc }: RecordedCall): boolean {
  return /^Select\/|(Get|List)$/.test(rpc);
}

async function judge(
  session: GrpcSession,
  call: RecordedCall,
  actual: CallContext['actual'],
  rules: readonly CallRule[],
): Promise<Verdict> {
  const faults = faultsOf(call, actual, session.data);
  if (faults.length === 0) return { passed: true, faults };
  const context: CallContext = { call, actual, data: session.data, ask: session.call };
  for (const rule of rules) {
    if (!rule.applies(context)) continue;
    const objection = await rule.objection(context);
    if (!objection) return { passed: true, rule: rule.name, faults: [] };
    faults.push(`${rule.name} does not excuse it: ${objection}`);
  }
  return { passed: false, faults };
}

function faultsOf(call: RecordedCall, actual: CallContext['actual'], data: string): string[] {
  const wanted = call.expect;
  const faults: string[] = [];
  if (wanted.server_exits) faults.push('the recorded server died of this call');
  if (actual.code !== wanted.code) faults.push(`code ${actual.code} (${actual.message}), wanted ${wanted.code}`);
  // The texts of a connection that failed are the client's own.
  else if (wanted.code !== 'UNAVAILABLE' && actual.message !== wanted.message.replaceAll('{data}', data)) {
    faults.push(`message ${JSON.stringify(actual.message)}, wanted ${JSON.stringify(wanted.message)}`);
  }
  if (wanted.response !== undefined && !isDeepStrictEqual(actual.response, wanted.response)) {
    faults.push(`response ${JSON.stringify(actual.response)}, wanted ${JSON.stringify(wanted.response)}`);
  }
  if (call.files && !isDeepStrictEqual(actual.files, wanted.files)) {
    faults.push(`files ${JSON.stringify(actual.files)}, wanted ${JSON.stringify(wanted.files)}`);
  }
  return faults;
}
