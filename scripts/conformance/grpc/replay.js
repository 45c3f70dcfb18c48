// Replays the gRPC calls of one scenario against a server of its own and judges every answer and every file.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { applyOperation } from '../http/file-operations.js';
import { makeWorkingCopy, removeWorkingCopy } from '../http/scenario.js';
import { startServer } from '../http/server-process.js';
import { openClient } from './client.js';
import { changedFiles, readFiles, writeRecordedFiles } from './files.js';

/**
 * @param {object} scenario from readScenario(), with the lines of grpc.jsonl in `calls`
 * @param {readonly object[]} rules the intended differences (../grpc-differences.js)
 * @returns {Promise<{ id, service, passed: boolean, rule?: string, faults: string[] }[]>}
 */
export async function replayCalls(scenario, rules) {
  const results = [];
  let session = await openSession(scenario);
  try {
    for (const call of scenario.calls) {
      if (call.fresh) {
        await session.close();
        session = await openSession(scenario);
      }
      results.push({ id: call.id, service: call.rpc.split('/')[0], ...(await replayCall(session, call, rules)) });
    }
  } finally {
    await session.close();
  }
  return results;
}

/** A server on a fresh working copy, with a client. */
export async function openSession(scenario) {
  const dir = makeWorkingCopy(scenario);
  const port = await freePort();
  const flags = {
    ...scenario.flags,
    flags: scenario.flags.flags.map((flag) => flag.replace('{rpcaddr}', `127.0.0.1:${port}`)),
  };
  const server = await startServer(dir, flags).catch((error) => {
    removeWorkingCopy(dir);
    throw error;
  });
  const client = openClient(port, join(dir, '_fixtures/certs'));
  return {
    dir,
    data: join(dir, 'data'),
    port,
    call: client.call,
    logged: server.logged,
    close: async () => {
      client.close();
      await server.stop();
      removeWorkingCopy(dir);
    },
  };
}

async function replayCall(session, call, rules) {
  for (const operation of call.before ?? []) applyOperation(session.dir, operation);
  const before = readFiles(session.data);
  const actual = await session.call(call);
  const files = changedFiles(before, readFiles(session.data));
  const verdict = await judge(session, call, { ...actual, files }, rules);
  // An intended difference may leave other files than were recorded; the calls that follow were recorded on those.
  if (verdict.rule && call.files) writeRecordedFiles(session.data, call.expect.files);
  return verdict;
}

async function judge(session, call, actual, rules) {
  const faults = faultsOf(call, actual, session.data);
  if (faults.length === 0) return { passed: true, faults };
  const context = { call, actual, faults, data: session.data, ask: session.call };
  for (const rule of rules) {
    if (!rule.applies(context)) continue;
    const objection = await rule.objection(context);
    if (objection === undefined) return { passed: true, rule: rule.name, faults: [] };
    faults.push(`${rule.name} does not excuse it: ${objection}`);
  }
  return { passed: false, faults };
}

function faultsOf(call, actual, data) {
  const wanted = call.expect;
  const faults = [];
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

/** Scenario folders below the given paths that have a file of this name, with its lines. */
export function linesOf(folder, name) {
  const file = join(folder, name);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
