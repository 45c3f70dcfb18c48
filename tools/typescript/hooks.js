/** Node's hooks: TypeScript becomes JavaScript as it is loaded; what it became is kept under node_modules/.cache, by content. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const cache = fileURLToPath(new URL('../../node_modules/.cache/matchbox-typescript/', import.meta.url));

/**
 * @param {string} specifier
 * @param {{ conditions: readonly string[] }} context
 * @param {(specifier: string, context: object) => unknown} nextResolve
 */
export function resolve(specifier, context, nextResolve) {
  return nextResolve(specifier, { ...context, conditions: [...context.conditions, 'matchbox-source'] });
}

/**
 * @param {string} url
 * @param {object} context
 * @param {(url: string, context: object) => unknown} nextLoad
 */
export function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context);
  const file = fileURLToPath(url);
  return { format: 'module', source: javaScriptOf(file, readFileSync(file, 'utf8')), shortCircuit: true };
}

/**
 * @param {string} file
 * @param {string} source
 */
function javaScriptOf(file, source) {
  const kept = `${cache}${createHash('sha256').update(`${file}\0${source}`).digest('hex')}.js`;
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const made = transform(file, source);
    keep(kept, made);
    return made;
  }
}

/**
 * Keeps what was made, where that is possible: in a folder that may not be written to, it is made each time.
 *
 * @param {string} path
 * @param {string} text
 */
function keep(path, text) {
  const unfinished = `${path}.${process.pid}.${threadId}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch {}
}

/**
 * @param {string} file
 * @param {string} source
 */
function transform(file, source) {
  // Loaded where it is needed: starting it costs more than all the rest.
  const { transformSync } = /** @type {typeof import('esbuild')} */ (createRequire(import.meta.url)('esbuild'));
  return transformSync(source, {
    loader: 'ts',
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'inline',
    sourcefile: file,
  }).code;
}
