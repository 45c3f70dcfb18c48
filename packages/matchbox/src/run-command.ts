/** Runs a subcommand of `matchbox` in the world as it is. */
import { availableParallelism } from 'node:os';
import type { CommandContext, Output } from './cli/command.ts';
import { commandTable, formatOverview } from './cli/command-table.ts';
import { dataAccess } from './data-access.ts';
import { suggestion } from './foresight/validate/edit-distance.ts';
import { storeAccess } from './store-access.ts';
import { version } from './version.ts';

/** With more they wait for each other's memory. */
const maxThreads = 8;

export async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const context = commandContext();
  if (name === 'help') {
    const [about] = args;
    if (about !== undefined && about !== 'help' && !about.startsWith('-')) return runCommand(about, ['--help']);
    context.stdout.write(formatOverview('matchbox'));
    return 0;
  }
  if (name === '__complete') {
    const { completeWords } = await import('./cli/completion/complete-words.ts');
    for (const line of await completeWords(commandTable, args)) context.stdout.write(`${line}\n`);
    return 0;
  }
  const row = commandTable.find((each) => each.name === name);
  if (row === undefined) {
    const names = commandTable.map((each) => each.name);
    const near = suggestion(name, names) || '; matchbox help lists them';
    context.stderr.write(`matchbox: no command is named ${JSON.stringify(name)}${near}\n`);
    return 2;
  }
  return (await row.load()).run(args, context);
}

function commandContext(): CommandContext {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort(signal));
  return {
    // Opened when somebody reads it.
    get stdin() {
      return process.stdin;
    },
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    workingDirectory: process.cwd(),
    signal: abort.signal,
    data: dataAccess,
    // Loaded by the one command that has to do with them.
    users: {
      order: async (...words) => (await import('./user-access.ts')).userAccess.order(...words),
      list: async (...words) => (await import('./user-access.ts')).userAccess.list(...words),
    },
    threads: {
      count: Math.min(availableParallelism(), maxThreads) - 1,
      run: async (...words) => (await import('./worker-threads.ts')).runInThread(...words),
    },
    connect: async (options) => (await import('./connect-api.ts')).connectApi(options, process.cwd()),
    stores: storeAccess,
    netboot: {
      gather: async (...asked) => (await import('./netboot-access.ts')).netbootAccess.gather(...asked),
      decide: async (...asked) => (await import('./netboot-access.ts')).netbootAccess.decide(...asked),
    },
    get isInteractive() {
      return process.stdin.isTTY === true && process.stdout.isTTY === true;
    },
    version,
    superviseServer: async (flags) => (await import('./run-supervisor.ts')).runSupervisor(flags),
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const isTerminal = stream.isTTY === true;
  return { write: (chunk) => void stream.write(chunk), isTerminal, ...(isTerminal && { columns: stream.columns }) };
}
