#!/usr/bin/env node
/** `bootcmd`: the command line client. */
import { runBootcmd } from './cli/bootcmd/run.ts';
import type { Output } from './cli/command.ts';
import { connectApi } from './connect-api.ts';
import { version } from './version.ts';

function outputOf(stream: NodeJS.WriteStream): Output {
  // A reader that goes away (`| head`) ends the output, not with a stack trace.
  stream.on('error', () => {});
  return { write: (chunk) => void stream.write(chunk), isTerminal: stream.isTTY === true };
}

const workingDirectory = process.cwd();
process.exitCode = await runBootcmd(
  process.argv.slice(2),
  {
    stdin: process.stdin,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    workingDirectory,
    signal: new AbortController().signal,
  },
  (options) => connectApi(options, workingDirectory),
  version,
);
