/** Replays one scenario against a server of its own and judges every answer. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerOptions, start } from 'matchbox';
import { errorMessage } from '../../../tools/error-message.ts';
import type {
  Answer,
  Expected,
  FileOperation,
  HttpRequest,
  RecordedRequest,
  RecordedSignature,
  Rule,
  Scenario,
  ScenarioFlags,
  Verdict,
} from '../recorded.ts';
import { differences } from './compare.ts';
import { applyOperation } from './file-operations.ts';
import { isAboutAnswer, logDifferences } from './log.ts';
import { exchange, probeTls } from './raw-client.ts';
import { copyWorkingCopy, makeWorkingCopy, removeWorkingCopy } from './scenario.ts';
import { startServer } from './server-process.ts';
import { openVerifier, type Verifier } from './signature.ts';

/** When an answer that is not the recorded one is no longer waited for: the product promises a second, a busy machine is granted more. */
const inForceWithinMs = 20_000;
/** When lines of the log are no longer waited for. */
const loggedWithinMs = 120_000;

/** The answer to one request, judged. */
export interface HttpResult extends Verdict {
  readonly id: string;
  readonly endpoint: string;
}

export interface ReplayOptions {
  /** Start the server in this process where the scenario has nothing that needs one of its own. */
  readonly inProcess?: boolean;
}

/** What a rule about HTTP may look at and ask. */
export interface HttpContext {
  readonly scenario: Scenario;
  /** The working copy. */
  readonly dir: string;
  /** What files held before they were changed, by path. */
  readonly history: ReadonlyMap<string, readonly string[]>;
  readonly verifier?: Verifier | undefined;
  readonly request: HttpRequest;
  readonly expected: Expected;
  readonly actual: Answer;
  readonly endpoint: string;
  /** Our answer to another request, or to this one again. */
  ask(request?: HttpRequest): Promise<Answer>;
  /** What the other rules say to an answer, which may be that to another request. */
  acceptable(answer: Answer, to?: HttpRequest, wanted?: Expected): Promise<string | undefined>;
  /** Our answer on a copy of the data that was changed; kept by the name of the change. */
  elsewhere(name: string, change: (copy: string) => void, options?: Elsewhere): Promise<Answer>;
}

/** How a second server is started. */
export type Elsewhere = Pick<ServerOptions, 'onBrokenGroup'>;

export type HttpRule = Rule<HttpContext>;

/** A server under test, in this process or in one of its own. */
interface Server {
  readonly port: number;
  logged?(): readonly string[];
  /** Resolves when changed files are in force. */
  settle?(): Promise<void>;
  stop(): Promise<void>;
}

/** A scenario that is being replayed. */
interface Session {
  readonly scenario: Scenario;
  readonly dir: string;
  readonly server: Server;
  readonly rules: readonly HttpRule[];
  readonly history: Map<string, string[]>;
  readonly verifier: Verifier | undefined;
  /** When files were changed last, in milliseconds since the epoch. */
  changedAt: number;
  /** How many lines of the log have been judged. */
  logAt: number;
  /** Second servers by the name of the change, as of this `changedAt`. */
  readonly elsewhere: Map<string, { readonly copy: string; readonly server: Server }>;
  elsewhereAt: number;
}

/** What is judged: the answer to a request beside the recorded one. */
type Judged = Pick<HttpContext, 'request' | 'expected' | 'actual' | 'ask'>;

export async function replayScenario(
  scenario: Scenario,
  rules: readonly HttpRule[],
  { inProcess = false }: ReplayOptions = {},
): Promise<HttpResult[]> {
  const dir = makeWorkingCopy(scenario);
  const results: HttpResult[] = [];
  let server: Server | undefined;
  try {
    server =
      inProcess && isPlain(scenario.flags)
        ? await startHere(dir, scenario.flags)
        : await startServer(dir, scenario.flags);
    const publicKeys = scenario.flags.verify_signatures?.replaceAll('{dir}', dir);
    const session: Session = {
      scenario,
      dir,
      server,
      rules,
      history: new Map(),
      changedAt: -Infinity,
      logAt: 0,
      elsewhere: new Map(),
      elsewhereAt: -Infinity,
      verifier: publicKeys === undefined ? undefined : openVerifier(publicKeys),
    };
    try {
      for (const request of scenario.requests) results.push(await replayRequest(session, request));
    } finally {
      session.verifier?.close();
      await closeElsewhere(session);
    }
  } catch (error) {
    for (const request of scenario.requests.slice(results.length)) {
      results.push({ id: request.id, endpoint: endpointOf(request), passed: false, faults: [errorMessage(error)] });
    }
  } finally {
    await server?.stop();
    removeWorkingCopy(dir);
  }
  return results;
}

async function replayRequest(session: Session, request: RecordedRequest): Promise<HttpResult> {
  const { scenario, dir, server } = session;
  for (const operation of request.before ?? []) {
    remember(session, operation);
    applyOperation(dir, operation);
    session.changedAt = Date.now();
  }
  if (request.before) await server.settle?.();
  const expected = scenario.expectations.get(request.id);
  if (expected === undefined) throw new Error(`nothing was recorded for ${request.id}`);
  const ask = (what: HttpRequest = request): Promise<Answer> => send(server, scenario, what);
  for (;;) {
    const askedAt = Date.now();
    const actual = await ask();
    const verdict = await judge(session, request, { request, expected, actual, ask });
    if (verdict.passed || askedAt > session.changedAt + inForceWithinMs) {
      return { id: request.id, endpoint: endpointOf(request), ...verdict };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function send(server: Server, { flags }: Pick<Scenario, 'flags'>, request: HttpRequest): Promise<Answer> {
  if (request.tls_probe) return probeTls(server.port, request.tls_probe);
  return exchange({ port: server.port, tls: Boolean(flags.tls) && !request.plain, request });
}

async function judge(session: Session, request: RecordedRequest, judged: Judged): Promise<Verdict> {
  const { expected, actual } = judged;
  const faults = differences(expected, actual, methodOf(request));
  if (expected.sig && actual.status === expected.status) {
    faults.push(...(await signatureFaults(session, expected.sig, judged)));
  }
  const verdict = await excuse(session, { ...judged, faults }, session.rules);
  if (session.scenario.flags.record_log) {
    const logged = await logFaults(session, request, verdict.rule);
    return { ...verdict, passed: verdict.passed && logged.length === 0, faults: [...verdict.faults, ...logged] };
  }
  return verdict;
}

/** Looks for a rule that wants the answer as it is. A rule may ask whether another answer would be acceptable by the rest. */
async function excuse(
  session: Session,
  { faults, ...judged }: Judged & { readonly faults: readonly string[] },
  rules: readonly HttpRule[],
): Promise<Verdict> {
  const { request, expected, ask } = judged;
  if (faults.length === 0) return { passed: true, faults };
  const found = [...faults];
  for (const rule of rules) {
    const acceptable: HttpContext['acceptable'] = async (answer, to = request, wanted = expected) => {
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
    const { scenario, dir, history, verifier } = session;
    const context: HttpContext = {
      ...{ scenario, dir, history, verifier },
      ...judged,
      acceptable,
      elsewhere: (name, change, options) => askElsewhere(session, request, { name, change, options }),
      endpoint: endpointOf(request),
    };
    if (!rule.applies(context)) continue;
    const objection = await rule.objection(context);
    if (!objection) return { passed: true, rule: rule.name, faults: [] };
    found.push(`${rule.name} does not excuse it: ${objection}`);
  }
  return { passed: false, faults: found };
}

async function signatureFaults(
  { verifier }: Session,
  sig: RecordedSignature,
  { actual, request, ask }: Judged,
): Promise<string[]> {
  const signed = await ask({ method: 'GET', target: sig.of, headers: request.headers ?? {} });
  return verifier?.faults(actual.body, signed.body, sig) ?? ['there are no keys to verify the signature with'];
}

const otherAnswer: ReadonlySet<string> = new Set([
  'broken-group-last-good',
  'broken-group-on-hold',
  'broken-profile-is-500',
  'folder-gone-last-good',
]);

/** The log is written beside the answer and in batches, so its lines may come a moment later. */
async function logFaults(session: Session, request: RecordedRequest, rule: string | undefined): Promise<string[]> {
  const recorded = session.scenario.log.get(request.id) ?? [];
  // Where a broken file is not passed over, the answer is another, and so is what there is to say of it.
  const wanted = otherAnswer.has(rule ?? '') ? recorded.filter((line) => !isAboutAnswer(line)) : recorded;
  const deadline = Date.now() + loggedWithinMs;
  for (;;) {
    const lines = session.server.logged?.() ?? [];
    const faults = logDifferences(wanted, { since: lines.slice(session.logAt), all: lines, dir: session.dir });
    if (faults.length === 0 || Date.now() > deadline) {
      session.logAt = lines.length;
      return faults;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Keeps what files held before an operation on them, on a folder above them, or on what it is renamed to. */
function remember(
  { dir, history }: Pick<Session, 'dir' | 'history'>,
  { op, path, to }: Pick<FileOperation, 'op' | 'path' | 'to'>,
): void {
  for (const each of [path, op === 'rename' ? to : undefined]) if (each !== undefined) visit(each);

  function visit(name: string): void {
    const full = join(dir, name);
    const stats = statSync(full, { throwIfNoEntry: false });
    if (stats?.isFile()) history.set(name, [...(history.get(name) ?? []), readFileSync(full, 'utf8')]);
    if (stats?.isDirectory()) for (const inner of readdirSync(full)) visit(`${name}/${inner}`);
  }
}

/**
 * The answer of a second server on a copy of the data that `change(dir)` has altered. Answers are kept until the data
 * change, by the name of the change.
 */
async function askElsewhere(
  session: Session,
  request: HttpRequest,
  {
    name,
    change,
    options = {},
  }: { readonly name: string; readonly change: (copy: string) => void; readonly options?: Elsewhere | undefined },
): Promise<Answer> {
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
async function startHere(dir: string, flags: ScenarioFlags, options: Elsewhere = {}): Promise<Server> {
  const assetsPath = flags.assets_path ?? join(dir, 'data/assets');
  const server = await start({ address: '127.0.0.1:0', dataPath: join(dir, 'data'), assetsPath, ...options });
  return { port: server.addresses.http.port, settle: () => server.reload(), stop: () => server.close(0) };
}

/** Nothing in the scenario is about the process: its flags, its user, its log. */
function isPlain({ flags, env, tls, run_as_nobody: nobody, record_log: log }: ScenarioFlags): boolean {
  return !(flags?.length || env || tls || nobody || log);
}

async function closeElsewhere({ elsewhere }: Session): Promise<void> {
  for (const { copy, server } of elsewhere.values()) {
    await server.stop();
    removeWorkingCopy(copy);
  }
  elsewhere.clear();
}

export function methodOf(request: HttpRequest): string {
  return request.method ?? /^\S*/.exec(request.raw ?? '')![0];
}

/** The path of a request, its escapes decoded as a server does; '' where the request is bytes or no request at all. */
export function pathOf({
  target = '',
  target_base64: base64,
  raw,
  raw_base64: rawBase64,
  tls_probe: probe,
}: HttpRequest): string {
  if (raw !== undefined || rawBase64 !== undefined || probe) return '';
  const text = base64 === undefined ? target : Buffer.from(base64, 'base64').toString('latin1');
  const path = text.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** The first segment of the path, by which results are counted: `/ipxe`, `/assets/`, `raw`, … */
export function endpointOf(request: HttpRequest): string {
  if (request.raw !== undefined || request.raw_base64 !== undefined) return '(raw)';
  if (request.tls_probe) return '(tls)';
  const path = pathOf(request);
  if (path === '/') return '/';
  const [, segment = ''] = /^\/([\w.]+)/.exec(path) ?? [];
  return known.test(segment) ? `/${segment}` : '(other)';
}

const known = /^(boot\.ipxe(\.0)?|ipxe|grub|ignition|cloud|generic|metadata|assets)(\.sig|\.asc)?$/;
