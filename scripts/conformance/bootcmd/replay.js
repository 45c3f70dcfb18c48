// Replays the recorded command lines of bootcmd against a server on the scenario's data, and judges output, exit code and files.
import { spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { changedFiles, readFiles, writeRecordedFiles } from '../grpc/files.js';
import { freePort, openSession } from '../grpc/replay.js';

const program = fileURLToPath(new URL('../../../packages/matchbox/dist/bootcmd.js', import.meta.url));
const timeoutMs = 30_000;
/** A command that takes longer is slow. */
const slowMs = 4_000;
/** Programs that run at once; more would only measure how long they wait for a processor. */
const sideBySide = 2;

/**
 * @param {object} scenario from readScenario(), with the lines of bootcmd.jsonl in `lines`
 * @param {readonly object[]} rules the intended differences (../bootcmd-differences.js)
 * @param execute runs one command line: (args, workingDirectory) → { stdout, stderr, exitCode, tookMs }
 * @returns {Promise<{ id, command, passed: boolean, rule?: string, faults: string[] }[]>}
 */
export async function replayCommands(scenario, rules, execute = runProgram) {
  const session = await openSession(scenario);
  const inputs = join(scenario.folder, 'in');
  if (existsSync(inputs)) cpSync(inputs, join(session.dir, 'in'), { recursive: true });
  const badPort = await freePort();
  const context = { session, badPort, rules, execute };
  try {
    // Lines that change files have their place in the order; those between them do not mind each other.
    const results = [];
    for (let at = 0; at < scenario.lines.length; ) {
      let end = at + 1;
      if (!scenario.lines[at].files) {
        while (end < scenario.lines.length && end - at < sideBySide && !scenario.lines[end].files) end++;
      }
      results.push(...(await Promise.all(scenario.lines.slice(at, end).map((line) => replayLine(context, line)))));
      at = end;
    }
    return results;
  } finally {
    await session.close();
  }
}

async function replayLine({ session, badPort, rules, execute }, line) {
  const values = {
    dir: session.dir,
    data: session.data,
    rpcaddr: `127.0.0.1:${session.port}`,
    badaddr: `127.0.0.1:${badPort}`,
  };
  const fill = (text) => text.replace(/\{(dir|data|rpcaddr|badaddr)\}/g, (_, name) => values[name]);
  const before = line.files ? readFiles(session.data) : undefined;
  let actual = await execute(line.args.map(fill), session.dir);
  // On a busy machine a program may wait long for its start: what took too long and changed nothing is asked once more.
  if (actual.tookMs > slowMs && !line.files) actual = await execute(line.args.map(fill), session.dir);
  const files = before && changedFiles(before, readFiles(session.data));
  const verdict = await judge({ line, fill, actual: { ...actual, files } }, rules);
  if (verdict.rule && line.files) writeRecordedFiles(session.data, line.expect.files);
  return { id: line.id, command: line.args[0] ?? '(none)', ...verdict };
}

/** The built program, as a user starts it. */
export function runProgram(args, cwd) {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (chunk) => {
        output[name] += chunk;
      });
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ ...output, exitCode: code ?? signal, tookMs: Date.now() - started });
    });
  });
}

async function judge(context, rules) {
  const faults = faultsOf(context);
  if (faults.length === 0) return { passed: true, faults };
  for (const rule of rules) {
    if (!rule.applies(context)) continue;
    const objection = rule.objection(context);
    if (objection === undefined) return { passed: true, rule: rule.name, faults: [] };
    faults.push(`${rule.name} does not excuse it: ${objection}`);
  }
  return { passed: false, faults };
}

function faultsOf({ line, fill, actual }) {
  const wanted = line.expect;
  const faults = [];
  if (wanted.timed_out) faults.push('the recorded client waited for ever');
  else if (actual.exitCode !== wanted.exit_code)
    faults.push(`exit code ${actual.exitCode}, wanted ${wanted.exit_code}`);
  for (const name of ['stdout', 'stderr']) {
    if ((line.free ?? []).includes(name)) continue;
    const text = fill(wanted[name]);
    if (actual[name] !== text) faults.push(`${name} ${JSON.stringify(actual[name])}, wanted ${JSON.stringify(text)}`);
  }
  if (line.files && !isDeepStrictEqual(actual.files, wanted.files)) {
    faults.push(`files ${JSON.stringify(actual.files)}, wanted ${JSON.stringify(wanted.files)}`);
  }
  return faults;
}
