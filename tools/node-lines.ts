/**
 * npm run test:lines -- [--smoke] [LINE…] [-- PATH…]: runs the tests on other lines of Node: the oldest that is supported, and those that are kept.
 * The programs come from the npm registry, the newest of each line, and are kept under node_modules/.cache.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorMessage } from './error-message.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache/node-lines');
const lines = ['20.19', '22', '24', '26'];

/** What has most to do with Node itself: files, sockets, TLS, HTTP/2, processes. */
const smoke = [
  ...['packages/matchbox/src/http', 'packages/matchbox/src/start', 'packages/matchbox/src/store'],
  ...['packages/matchbox/src/supervisor', 'packages/netboot/src/socket', 'packages/gotemplate/src/readme.test.ts'],
  ...['tests/interop/tls.test.ts', 'tests/interop/rpc.test.ts', 'tests/interop/protocols.test.ts'],
  ...['packages/matchbox/src/cli/bootcmd/machine/sqlite-file.test.ts'],
  ...['tests/conformance/grpc.test.ts', 'tests/conformance/gotemplate.test.ts', 'tests/conformance/bootcmd.test.ts'],
];

const separator = process.argv.indexOf('--', 2);
const words = process.argv.slice(2, separator < 0 ? undefined : separator);
const paths = separator < 0 ? [] : process.argv.slice(separator + 1);
const wanted = words.filter((word) => word !== '--smoke');
const unknown = wanted.filter((line) => !lines.includes(line));
if (unknown.length > 0) {
  console.error(`test:lines: no line is ${unknown.join(', ')}; there are: ${lines.join(', ')}`);
  process.exit(2);
}
const chosen = paths.length > 0 ? paths : words.includes('--smoke') ? smoke : [];
const results = (wanted.length > 0 ? wanted : lines).map((line) => ({ line, passed: runOn(line) }));
for (const { line, passed } of results) console.log(`Node ${line}: ${passed ? 'passed' : 'FAILED'}`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;

function runOn(line: string): boolean {
  try {
    const node = programOf(line);
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    console.log(`\nNode ${version}`);
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    return spawnSync(node, [vitest, 'run', ...chosen], { cwd: root, stdio: 'inherit' }).status === 0;
  } catch (error) {
    console.error(`Node ${line}: ${errorMessage(error)}`);
    return false;
  }
}

/** The program of a line; fetched once, and unpacked whole or not at all. */
function programOf(line: string): string {
  const folder = join(cache, line);
  const program = join(folder, 'package/bin/node');
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    const name = `node-${process.platform}-${process.arch}@${line}`;
    execFileSync('npm', ['pack', '--silent', name], { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] });
    const [archive = ''] = readdirSync(work);
    execFileSync('tar', ['-xzf', archive], { cwd: work });
    // Tests run it as another user, too.
    chmodSync(work, 0o755);
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
}
