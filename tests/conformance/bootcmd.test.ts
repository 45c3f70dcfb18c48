import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { connectApi, runBootcmd } from 'matchbox/testing';
import { expect, test } from 'vitest';
import { type CommandOutcome, runProgram } from './bootcmd/replay.ts';
import { replayAll } from './bootcmd.ts';

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

/** The same as the program, without the time that starting it 75 times takes. */
async function runHere(args: readonly string[], workingDirectory: string): Promise<CommandOutcome> {
  const output = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    write: (chunk: string | Uint8Array) => {
      output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const context = {
    stdin: (async function* () {})(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: {},
    workingDirectory,
    signal: new AbortController().signal,
  };
  const exitCode = await runBootcmd(args, context, (options) => connectApi(options, workingDirectory), 'v0');
  return { ...output, exitCode };
}

test('bootcmd answers every recorded command line as recorded, or as an intended difference wants it', async () => {
  const results = await replayAll([golden], runHere);
  expect(results.length).toBeGreaterThan(70);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});

test('the program bootcmd ends with the exit code of its command', async () => {
  const result = await runProgram(['group', 'list', '--ca-file', '/nonexistent'], tmpdir());
  expect(result).toMatchObject({
    stdout: '',
    stderr: 'Error:  open /nonexistent: no such file or directory\n',
    exitCode: 128,
  });
});
