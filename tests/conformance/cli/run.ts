/** Runs one recorded command line of the server on a working copy and collects what it does. */
import { spawn } from 'node:child_process';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { isOpen } from '../../../tools/ports.ts';
import { matchbox } from '../../../tools/programs.ts';
import { exchange } from '../http/raw-client.ts';
import { fill, fillAll, newPlaceholders, type Placeholders } from '../placeholders.ts';
import type { Answer } from '../recorded.ts';

const [node, program] = matchbox;
/** Generous, since the machine may be busy with other tests; only a server that hangs waits that long. */
const endsWithinMs = 60_000;
/** The last thing that a server does as it starts is to say what is in force, if it says such things at all. */
const hasStarted = /msg="in force"/;
const isTalkative = /level=info/;
/** A server that says nothing of it is let go so long after it has come up. */
const unaskedMs = 2_000;

/** A line of cli.jsonl. */
export interface RecordedCommandLine {
  readonly id: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What is asked once the server listens. */
  readonly probe?: { readonly target: string; readonly tls?: boolean };
  /** Whether the address `{badaddr}` is taken. */
  readonly occupy?: boolean;
  readonly signal?: NodeJS.Signals;
  /** Outputs that may differ. */
  readonly free?: readonly string[];
  readonly expect: {
    readonly stdout: string;
    readonly stderr: string;
    /** Negative for one that was told to stop. */
    readonly exit_code: number;
    readonly probe?: { readonly status: number; readonly body: string };
  };
}

/** What a command line did. */
export interface CliOutcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly probe: Answer | undefined;
  /** What the placeholders stood for. */
  readonly values: Placeholders;
}

export async function runServer(
  dir: string,
  { args, env = {}, probe, occupy, signal = 'SIGTERM' }: RecordedCommandLine,
): Promise<CliOutcome> {
  const occupant = occupy ? await listen() : undefined;
  const badPort = occupant && `${(occupant.address() as AddressInfo).port}`;
  const values = await newPlaceholders(dir, {
    argv0: program,
    ...(badPort !== undefined && { badport: badPort, badaddr: `127.0.0.1:${badPort}` }),
  });
  const port = Number(values['port']);
  const child = spawn(node, [program, ...args.map((arg) => fill(arg, values))], {
    cwd: dir,
    env: { PATH: process.env.PATH, ...fillAll(env, values) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      output[name] += chunk;
    });
  }
  const ended = new Promise<Pick<CliOutcome, 'exitCode' | 'signal'>>((resolve) => {
    child.once('close', (exitCode, by) => resolve({ exitCode, signal: by }));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
  if (!probe) {
    child.stderr.on('data', () => {
      if (hasStarted.test(output.stderr)) child.kill('SIGTERM');
    });
    void accepts(port, ended).then((isUp) => {
      // What it says first may be on its way still.
      const stopIfSilent = () => !isTalkative.test(output.stderr) && child.kill('SIGTERM');
      if (isUp) setTimeout(stopIfSilent, unaskedMs).unref();
    });
  }
  let answer: Answer | undefined;
  if (probe && (await accepts(port, ended))) {
    answer = await exchange({
      port,
      tls: probe.tls,
      request: { method: 'GET', target: probe.target, headers: { Host: 'x', Connection: 'close' } },
    });
    child.kill(signal);
  }
  const end = await ended;
  clearTimeout(timer);
  occupant?.close();
  return { ...end, ...output, probe: answer, values };
}

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Whether the server comes to listen before it ends. */
async function accepts(port: number, ended: Promise<unknown>): Promise<boolean> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    if (await isOpen(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
