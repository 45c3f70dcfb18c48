/**
 * `node tools/run.js FILE.ts WORD…` runs a TypeScript file of this repository, `node tools/run.js PROGRAM WORD…` a program
 * that `npm ci` has installed. Where it has not been run, that is said, instead of a stack.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [, , what = '', ...words] = process.argv;
const installed = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`this needs Node.js 20.19 or newer; this is ${process.versions.node}`);
}
if (!existsSync(`${installed}esbuild`)) fail('the packages that this needs are not installed: run npm ci first');
if (what.endsWith('.ts')) {
  process.argv.splice(1, 2, resolve(what));
  await import('./typescript/register.js');
  await import(pathToFileURL(resolve(what)).href);
} else {
  const { status, signal } = spawnSync(`${installed}${what}`, words, { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  process.exitCode = status ?? 1;
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
