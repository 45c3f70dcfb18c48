#!/usr/bin/env node
/** `matchbox`: a subcommand, or the server with Go's flags. What is not wanted is not loaded. */
import { isMainThread } from 'node:worker_threads';
import { parseServerFlags } from './cli/flags.ts';
import { version } from './version.ts';
import { workerVariable } from './workers/variable.ts';

// A reader that goes away (`| head`) ends the output, not with a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
if (process.env[workerVariable] === `${process.ppid}` && process.send !== undefined) {
  process.exitCode = await (await import('./run-worker.ts')).runWorker();
} else if (isMainThread) process.exitCode = await main(process.argv.slice(2));
else await (await import('./worker-threads.ts')).runPartThread();

async function main(args: readonly string[]): Promise<number> {
  const [first] = args;
  if (first !== undefined && !first.startsWith('-')) {
    return (await import('./run-command.ts')).runCommand(first, args.slice(1));
  }
  const parsed = parseServerFlags(args, process.env);
  if ('values' in parsed && parsed.values.version) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  return (await import('./run-server.ts')).runServer(args, parsed);
}
