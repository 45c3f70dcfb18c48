// Replays one scenario against a server of its own and judges every answer.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../../../packages/matchbox/dist/start.js';
import { differences } from './compare.js';
import { applyOperation } from './file-operations.js';
import { logDifferences } from './log.js';
import { exchange, probeTls } from './raw-client.js';
import { copyWorkingCopy, makeWorkingCopy, removeWorkingCopy } from './scenario.js';
import { startServer } from './server-process.js';
import { openVerifier } from './signature.js';

/** A changed file is in force within this time: the product promises a second, a busy machine is granted more. */
const inForceWithinMs = 3000;

/**
 * @param {object} scenario from scenario.js
 * @param {readonly object[]} rules the intended differences (../http-differences.js)
 * @param {{ inProcess?: boolean }} options start the server in this process where the scenario has nothing that needs one of its own
 * @returns {Promise<{ id, endpoint, passed: boolean, rule?: string, faults: string[] }[]>}
 */
export async function replayScenario(scenario, rules, { inProcess = false } = {}) {
  const dir = makeWorkingCopy(scenario);
  const results = [];
  let server;
  try {
    server =
      inProcess && isPlain(scenario.flags)
        ? await startHere(dir, scenario.flags)
        : await startServer(dir, scenario.flags);
    const session = {
      scenario,
      dir,
      server,
      rules,
      history: new Map(),
      changedAt: -Infinity,
      logAt: 0,
      elsewhere: new Map(),
    };
    if (scenario.flags.verify_signatures) {
      session.verifier = openVerifier(scenario.flags.verify_signatures.replaceAll('{dir}', dir));
    }
    try {
      for (const request of scenario.requests) results.push(await replayRequest(session, request));
    } finally {
      session.verifier?.close();
      await closeElsewhere(session);
    }
  } catch (error) {
    for (const request of scenario.requests.slice(results.length)) {
      results.push({ id: request.id, endpoint: endpointOf(request), passed: false, faults: [error.message] });
    }
  } finally {
    await server?.stop();
    removeWorkingCopy(dir);
  }
  return results;
}

async function replayRequest(session, request) {
  const { scenario, dir, server } = session;
  for (const operation of request.before ?? []) {
    remember(session, operation);
    applyOperation(dir, operation);
    session.changedAt = Date.now();
  }
  if (request.before) await server.settle?.();
  const expected = scenario.expectations.get(request.id);
  const ask = (what = request, of = server) => send(of, scenario, what);
  for (;;) {
    const askedAt = Date.now();
    const actual = await ask();
    const verdict = await judge(session, request, expected, actual, ask);
    if (verdict.passed || askedAt > session.changedAt + inForceWithinMs) {
      return { id: request.id, endpoint: endpointOf(request), ...verdict };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function send(server, { flags }, request) {
  if (request.tls_probe) return probeTls(server.port, request.tls_probe);
  return exchange({ port: server.port, tls: Boolean(flags.tls) && !request.plain, request });
}

async function judge(session, request, expected, actual, ask) {
  const faults = differences(expected, actual, methodOf(request));
  if (expected.sig && actual.status === expected.status) {
    faults.push(...(await signatureFaults(session, expected.sig, actual, request, ask)));
  }
  const verdict = await excuse(session, { request, expected, actual, ask, faults }, session.rules);
  if (session.scenario.flags.record_log) {
    const logged = await logFaults(session, request);
    return { ...verdict, passed: verdict.passed && logged.length === 0, faults: [...verdict.faults, ...logged] };
  }
  return verdict;
}

/** Looks for a rule that wants the answer as it is. A rule may ask whether another answer would be acceptable by the rest. */
async function excuse(session, { request, expected, actual, ask, faults }, rules) {
  if (faults.length === 0) return { passed: true, faults };
  const found = [...faults];
  for (const rule of rules) {
    /** What the other rules say to an answer, which may be that to another request. */
    const acceptable = async (answer, to = request, wanted = expected) => {
      const other = {
        request: to,
        expected: wanted,
        actual: answer,
        ask,
        faults: differences(wanted, answer, methodOf(to)),
      };
      const { passed, faults: left } = await excuse(
        session,
        other,
        rules.filter((each) => each !== rule),
      );
      return passed ? undefined : left.join('; ');
    };
    const elsewhere = (name, change, options) => askElsewhere(session, request, name, change, options);
    const context = {
      ...session,
      request,
      expected,
      actual,
      ask,
      faults,
      acceptable,
      elsewhere,
      endpoint: endpointOf(request),
    };
    if (!rule.applies(context)) continue;
    const objection = await rule.objection(context);
    if (!objection) return { passed: true, rule: rule.name, faults: [] };
    found.push(`${rule.name} does not excuse it: ${objection}`);
  }
  return { passed: false, faults: found };
}

async function signatureFaults(session, sig, actual, request, ask) {
  const headers = Object.fromEntries(Object.entries(request.headers ?? {}));
  const signed = await ask({ id: request.id, method: 'GET', target: sig.of, headers });
  return session.verifier.faults(actual.body, signed.body, sig);
}

/** The log is written beside the answer and in batches, so its lines may come a moment later. */
async function logFaults(session, request) {
  const wanted = session.scenario.log.get(request.id) ?? [];
  const deadline = Date.now() + 1000;
  for (;;) {
    const lines = session.server.logged();
    const faults = logDifferences(wanted, lines.slice(session.logAt), lines, session.dir);
    if (faults.length === 0 || Date.now() > deadline) {
      session.logAt = lines.length;
      return faults;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Keeps what a file or folder held before an operation, for the rule about the last good version. */
function remember({ dir, history }, { path }) {
  if (path === undefined) return;
  const full = join(dir, path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats?.isFile()) history.set(path, [...(history.get(path) ?? []), readFileSync(full, 'utf8')]);
  if (!stats?.isDirectory()) return;
  for (const entry of readdirSync(full, { withFileTypes: true })) {
    if (entry.isFile()) remember({ dir, history }, { path: `${path}/${entry.name}` });
  }
}

/**
 * The answer of a second server on a copy of the data that `change(dir)` has altered. Answers are kept until the data
 * change, by the name of the change.
 */
async function askElsewhere(session, request, name, change, options = {}) {
  const { scenario, dir, changedAt } = session;
  if (session.elsewhereAt !== changedAt) await closeElsewhere(session);
  session.elsewhereAt = changedAt;
  let other = session.elsewhere.get(name);
  if (!other) {
    const copy = copyWorkingCopy(dir);
    change(copy);
    const server = scenario.flags.run_as_nobody
      ? await startServer(
          copy,
          scenario.flags,
          options.onBrokenGroup ? [`-on-broken-group=${options.onBrokenGroup}`] : [],
        )
      : await startHere(copy, { assets_path: '' }, options);
    other = { copy, server };
    session.elsewhere.set(name, other);
  }
  return send(other.server, { flags: {} }, request);
}

/** A server in this process, which starts in milliseconds; it runs as whoever we are, and logs nothing. */
async function startHere(dir, flags, options = {}) {
  const assetsPath = flags.assets_path ?? join(dir, 'data/assets');
  const server = await start({ address: '127.0.0.1:0', dataPath: join(dir, 'data'), assetsPath, ...options });
  return { port: server.addresses.http.port, settle: () => server.reload(), stop: () => server.close(0) };
}

/** Nothing in the scenario is about the process: its flags, its user, its log. */
function isPlain({ flags, env, tls, run_as_nobody: nobody, record_log: log }) {
  return !(flags?.length || env || tls || nobody || log);
}

async function closeElsewhere({ elsewhere }) {
  for (const { copy, server } of elsewhere.values()) {
    await server.stop();
    removeWorkingCopy(copy);
  }
  elsewhere.clear();
}

export function methodOf(request) {
  return request.method ?? (request.raw === undefined ? '' : /^\S*/.exec(request.raw)[0]);
}

/** The first segment of the path, by which results are counted: `/ipxe`, `/assets/`, `raw`, … */
export function endpointOf(request) {
  if (request.raw !== undefined || request.raw_base64 !== undefined) return '(raw)';
  if (request.tls_probe) return '(tls)';
  const target = request.target_base64
    ? Buffer.from(request.target_base64, 'base64').toString('latin1')
    : request.target;
  const segment = /^\/([\w.]+)(\/?)/.exec(target);
  const known = /^(|boot\.ipxe(\.0)?|ipxe|grub|ignition|cloud|generic|metadata|assets)(\.sig|\.asc)?$/;
  if (target === '/' || target.startsWith('/?')) return '/';
  return segment && known.test(segment[1]) ? `/${segment[1]}` : '(other)';
}
