/**
 * `failed-again RESULTS AGAIN`: runs the test files that failed once more, one after the other and with nothing beside them, and says
 * so loudly. RESULTS is what Vitest's JSON reporter wrote of the first run; AGAIN takes the second. Ends with 0 where all pass now.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedFiles } from './failed-again/results.ts';

/** More of them are no matter of a busy machine. */
const most = 12;

const root = fileURLToPath(new URL('..', import.meta.url));
const [results = '', again = ''] = process.argv.slice(2);
const files = failedFiles(readFileSync(results, 'utf8')).map((file) => relative(root, file));
if (files.length === 0 || files.length > most) {
  console.error(`failed-again: ${files.length} files failed; from 1 to ${most} are run again`);
  process.exit(1);
}
console.log(`AGAIN, alone, since they failed beside others: ${files.join(', ')}`);
const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${again}`];
const vitest = `${root}node_modules/.bin/vitest`;
const { status } = spawnSync(vitest, ['run', '--maxWorkers=1', ...reporters, ...files], {
  cwd: root,
  stdio: 'inherit',
});
console.log(`AGAIN, alone: ${status === 0 ? 'all of them passed' : 'FAILED'}`);
process.exitCode = status ?? 1;
