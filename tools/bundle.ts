/**
 * Bundles the programs into one file each, executables that need only Node. What a program begins with stands at the beginning; the rest, by far the
 * larger part, stands behind it in a comment, compressed, since Node reads all of a file before it begins. It is unpacked and compiled when it is
 * first asked for.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import { brotliCompressSync, constants } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { pageAsText, pageSources } from './page.ts';

/** Program → its source, below packages/matchbox/src. */
export const programs = { matchbox: 'main.ts', bootcmd: 'bootcmd.ts' } as const;

const sources = fileURLToPath(new URL('../packages/matchbox/src/', import.meta.url));

/** All that they are made of, below the root of the repository; the lock file stands for the packages. */
export const programSources = [
  ...pageSources,
  ...['matchbox', 'netboot'].map((name) => `packages/${name}/src`),
  ...['tools/bundle.ts', 'tools/page.ts'],
];

export interface BundleOptions {
  /** Whether it takes what Node made of its rest from a file beside it, where there is one: for tests, which start it hundreds of times. */
  readonly keepsCode?: boolean;
}

/** The variable that has a program which keeps code write that file as it ends; its name ends in `.code`. */
export const keepCode = 'MATCHBOX_KEEP_CODE';

/** Writes the program to `outfile`: whole or not at all, since others may be running it. */
export async function bundle(
  name: keyof typeof programs,
  outfile: string,
  { keepsCode = false }: BundleOptions = {},
): Promise<void> {
  const later = new Set<string>();
  const define = {
    MATCHBOX_COMMIT: commit(),
    MATCHBOX_PAGE: name === 'matchbox' ? JSON.stringify(await pageAsText()) : 'undefined',
  };
  const beginning = await textOf({
    entryPoints: [`${sources}${programs[name]}`],
    format: 'esm',
    define,
    banner: { js: loader(keepsCode) },
    plugins: [lazyBuiltins, putOff(later)],
  });
  const rest = await textOf({
    stdin: { contents: `module.exports = { ${[...later].map(takeOne).join(', ')} };`, resolveDir: sources },
    format: 'cjs',
    define: { ...define, 'import.meta.url': 'matchboxUrl' },
    plugins: [lazyBuiltins],
  });
  const notices = `${beginning.notices}${rest.notices}`;
  const unfinished = `${outfile}.${process.pid}.${threadId}`;
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(unfinished, `${beginning.text}${asComment(notices)}${marker}${packed(rest.text)}\n`);
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, outfile);
}

/** Where the rest begins: a comment to the end of the file. */
const marker = '\n//brotli,base64:';

/** As small as it gets without the seconds that the last percents cost. */
function packed(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(bytes, { params }).toString('base64');
}

/** What the licences of the packages in it want to be kept can be read. */
function asComment(text: string): string {
  return text.trimEnd().replace(/^/gm, '//');
}

/** In front of the program; `matchboxLater` gives what one of the modules of the rest exports. Lines in stacks are those of what is unpacked. */
const loader = (keepsCode: boolean) => `import { createRequire as matchboxRequire } from 'node:module';
const require = matchboxRequire(import.meta.url);
let matchboxRest;
function matchboxLater(name) {
  if (matchboxRest === undefined) {
    const { fileURLToPath } = require('node:url');
    const { Script } = require('node:vm');
    const file = fileURLToPath(import.meta.url);
    const text = require('node:fs').readFileSync(file, 'latin1');
    const packed = Buffer.from(text.slice(text.indexOf(${JSON.stringify(marker)}) + ${marker.length}), 'base64');
    const rest = require('node:zlib').brotliDecompressSync(packed).toString('latin1');
    const code = '(function (module, exports, require, matchboxUrl) {' + rest + '})';
    const module = { exports: {} };
    ${keepsCode ? scriptWithCode : script}
    script.runInThisContext()(module, module.exports, require, import.meta.url);
    matchboxRest = module.exports;
  }
  return matchboxRest[name]();
}`;

const script = "const script = new Script(code, { filename: file + ' (unpacked)' });";

/** Of another version of Node it is refused, and not needed. */
const scriptWithCode = `const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
    const kept = file + '.' + require('node:crypto').createHash('sha256').update(rest).digest('hex') + '.code';
    const cachedData = existsSync(kept) ? readFileSync(kept) : undefined;
    const script = new Script(code, { filename: file + ' (unpacked)', cachedData });
    if (process.env.${keepCode}) process.once('exit', () => {
      writeFileSync(kept + process.pid, script.createCachedData());
      renameSync(kept + process.pid, kept);
    });`;

function takeOne(path: string): string {
  return `${JSON.stringify(path)}: () => require(${JSON.stringify(path)})`;
}

/** What the beginning imports only when it is wanted belongs to the rest. */
function putOff(later: Set<string>): Plugin {
  return {
    name: 'put-off',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) => {
        if (kind !== 'dynamic-import') return undefined;
        later.add(path);
        return { path, namespace: 'later' };
      });
      onLoad({ filter: /^/, namespace: 'later' }, ({ path }) => ({
        contents: `module.exports = matchboxLater(${JSON.stringify(path)});`,
      }));
    },
  };
}

/** Built-in modules are loaded by who needs them, not by the file as a whole. */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === 'builtin' ? { path, external: true } : { path, namespace: 'builtin' },
    );
    onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

async function textOf(options: BuildOptions): Promise<{ readonly text: string; readonly notices: string }> {
  const { outputFiles } = await build({
    ...options,
    outfile: 'program.js',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // Of a byte a character, as far as it can be: read fastest.
    charset: 'ascii',
    conditions: ['matchbox-source'],
    legalComments: 'external',
    // Less to parse; names stay, for stacks that can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
  });
  const endingWith = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return { text: endingWith('.js').replace(notAscii, escaped), notices: endingWith('.LEGAL.txt') };
}

/** esbuild leaves it in regular expressions and comments; one of them, and all of the text takes two bytes a character. */
const notAscii = /[\u0080-\uffff]/g;

/** For `matchbox version`, as an expression; `undefined` where there is no clone, as in a container. */
export function commit(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: sources, encoding: 'utf8' });
  return status === 0 ? JSON.stringify(stdout.trim()) : 'undefined';
}
