/** Replays the recorded command lines of bootcmd against a server on the scenario's data, and judges output, exit code and files. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { bootcmd } from '../../../tools/programs.ts';
import { type Changes, changedFiles, readFiles, writeRecordedFiles } from '../grpc/files.ts';
import { type GrpcSession, openSession } from '../grpc/replay.ts';
import { fill as fillIn } from '../placeholders.ts';
import type { Rule, Scenario, Verdict } from '../recorded.ts';

const [node, program] = bootcmd;
/** When a command that hangs is ended: what waits for ever does not pass. */
const timeoutMs = 60_000;
/** Programs that run at once; more would only measure how long they wait for a processor. */
const sideBySide = 2;

/** A line of bootcmd.jsonl. */
export interface RecordedCommand {
  readonly id: string;
  readonly args: readonly string[];
  /** Whether changed files were recorded. */
  readonly files?: boolean;
  /** Outputs that may differ. */
  readonly free?: readonly string[];
  readonly expect: {
    readonly stdout: string;
    readonly stderr: string;
    readonly exit_code?: number;
    readonly timed_out?: boolean;
    readonly files?: Changes;
  };
}

/** What a command did. */
export interface CommandOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Or the signal that ended it. */
  readonly exitCode: number | string | null;
}

/** Runs one command line. */
export type Execute = (args: readonly string[], workingDirectory: string) => Promise<CommandOutcome>;

/** What a rule about bootcmd may look at. */
export interface CommandContext {
  readonly line: RecordedCommand;
  readonly actual: CommandOutcome & { readonly files: Changes | undefined };
  /** Puts what the placeholders stand for in their place. */
  fill(text: string): string;
}

/** One command line, judged. */
export interface CommandResult extends Verdict {
  readonly id: string;
  readonly command: string;
}

type CommandRule = Rule<CommandContext>;

/** What command lines are replayed with. */
interface Replay {
  readonly session: GrpcSession;
  readonly rules: readonly CommandRule[];
  readonly execute: Execute;
}

export async function replayCommands(
  scenario: Scenario & { readonly lines: readonly RecordedCommand[] },
  rules: readonly CommandRule[],
  execute: Execute = runProgram,
): Promise<CommandResult[]> {
  const session = await openSession(scenario);
  const inputs = join(scenario.folder, 'in');
  if (existsSync(inputs)) cpSync(inputs, join(session.dir, 'in'), { recursive: true });
  const context = { session, rules, execute };
  try {
    // Lines that change files have their place in the order; those between them do not mind each other.
    const results: CommandResult[] = [];
    for (let at = 0; at < scenario.lines.length; ) {
      let end = at + 1;
      if (!scenario.lines[at]?.files) {
        while (end < scenario.lines.length && end - at < sideBySide && !scenario.lines[end]?.files) end++;
      }
      results.push(...(await Promise.all(scenario.lines.slice(at, end).map((line) => replayLine(context, line)))));
      at = end;
    }
    return results;
  } finally {
    await session.close();
  }
}

async function replayLine({ session, rules, execute }: Replay, line: RecordedCommand): Promise<CommandResult> {
  const fill = (text: string): string => fillIn(text, session.placeholders);
  const before = line.files ? readFiles(session.data) : undefined;
  const actual = await execute(line.args.map(fill), session.dir);
  const files = before && changedFiles(before, readFiles(session.data));
  const verdict = await judge({ line, fill, actual: { ...actual, files } }, rules);
  if (verdict.rule && line.files) writeRecordedFiles(session.data, line.expect.files);
  return { id: line.id, command: line.args[0] ?? '(none)', ...verdict };
}

/** The program, as a user starts it. */
export function runProgram(args: readonly string[], cwd: string): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(node, [program, ...args], {
      cwd,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk) => {
        output[name] += chunk;
      });
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ ...output, exitCode: code ?? signal });
    });
  });
}

async function judge(context: CommandContext, rules: readonly CommandRule[]): Promise<Verdict> {
  const faults = faultsOf(context);
  if (faults.length === 0) return { passed: true, faults };
  for (const rule of rules) {
    if (!rule.applies(context)) continue;
    const objection = await rule.objection(context);
    if (!objection) return { passed: true, rule: rule.name, faults: [] };
    faults.push(`${rule.name} does not excuse it: ${objection}`);
  }
  return { passed: false, faults };
}

function faultsOf({ line, fill, actual }: CommandContext): string[] {
  const wanted = line.expect;
  const faults: string[] = [];
  if (wanted.timed_out) faults.push('the recorded client waited for ever');
  else if (actual.exitCode !== wanted.exit_code)
    faults.push(`exit code ${actual.exitCode}, wanted ${wanted.exit_code}`);
  for (const name of ['stdout', 'stderr'] as const) {
    if ((line.free ?? []).includes(name)) continue;
    const text = fill(wanted[name]);
    if (actual[name] !== text) faults.push(`${name} ${JSON.stringify(actual[name])}, wanted ${JSON.stringify(text)}`);
  }
  if (line.files && !isDeepStrictEqual(actual.files, wanted.files)) {
    faults.push(`files ${JSON.stringify(actual.files)}, wanted ${JSON.stringify(wanted.files)}`);
  }
  return faults;
}
