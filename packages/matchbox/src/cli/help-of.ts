/** What a command prints when it is asked for help, as text. */
import type { Command, CommandContext } from './command.ts';

/** @throws Error for a command that answers `--help` with another exit code than 0 */
export async function helpOf(command: Command): Promise<string> {
  let text = '';
  const output: CommandContext['stdout'] = {
    isTerminal: false,
    write: (chunk) => {
      text += String(chunk);
    },
  };
  const exitCode = await command.run(['--help'], {
    stdin: nothing(),
    stdout: output,
    stderr: output,
    env: {},
    workingDirectory: '/',
    signal: new AbortController().signal,
  });
  if (exitCode !== 0) throw new Error(`matchbox ${command.name} --help exits with ${exitCode}: ${text}`);
  return text;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
