import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runBootcmd } from '../../packages/matchbox/src/cli/bootcmd/run.ts';
import { connectApi } from '../../packages/matchbox/src/connect-api.ts';
import { runProgram } from './bootcmd/replay.js';
import { replayAll } from './bootcmd.js';

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

/** The same as the program, without the time that starting it 75 times takes. */
async function runHere(args, workingDirectory) {
  const started = Date.now();
  const output = { stdout: '', stderr: '' };
  const sink = (name) => ({
    isTerminal: false,
    write: (chunk) => {
      output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const context = { stdout: sink('stdout'), stderr: sink('stderr'), env: {}, workingDirectory };
  const exitCode = await runBootcmd(args, context, (options) => connectApi(options, workingDirectory), 'v0');
  return { ...output, exitCode, tookMs: Date.now() - started };
}

test('bootcmd answers every recorded command line as recorded, or as an intended difference wants it', async () => {
  const results = await replayAll([golden], runHere);
  expect(results.length).toBeGreaterThan(70);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
}, 60_000);

test('the program bootcmd ends with the exit code of its command', async () => {
  const result = await runProgram(['group', 'list', '--ca-file', '/nonexistent'], tmpdir());
  expect(result).toMatchObject({
    stdout: '',
    stderr: 'Error:  open /nonexistent: no such file or directory\n',
    exitCode: 128,
  });
});
