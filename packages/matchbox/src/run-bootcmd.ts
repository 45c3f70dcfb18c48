/** Runs `bootcmd` in the world as it is. */
import { runBootcmd } from './cli/bootcmd/run.ts';
import type { Output } from './cli/command.ts';

export function runHere(words: readonly string[], version: string): Promise<number> {
  const workingDirectory = process.cwd();
  const context = {
    // Opened when somebody reads it.
    get stdin() {
      return process.stdin;
    },
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    workingDirectory,
    signal: new AbortController().signal,
  };
  return runBootcmd(
    words,
    context,
    async (options) => (await import('./connect-api.ts')).connectApi(options, workingDirectory),
    version,
  );
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return { write: (chunk) => void stream.write(chunk), isTerminal: stream.isTTY === true };
}
