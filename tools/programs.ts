/**
 * The programs as they are shipped, bundled from the sources as they are now: as words of a command, which run from any folder. What Node makes of
 * them is kept beside those for tests, which start them hundreds of times.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, commit, keepCode, programSources, type programs } from './bundle.ts';
import { digestOf, readStamp } from './digest-of-sources.ts';

const folder = fileURLToPath(new URL('../node_modules/.cache/matchbox-programs/', import.meta.url));
const digest = `${process.version} ${commit()} ${digestOf(programSources)}`;

/** Bundled when this module is loaded, which costs less than starting a few of them from source; once for the same sources. */
export const matchbox = await bundled('matchbox', ['-data-path=/', '-assets-path=', '-address=127.0.0.1:none']);
export const bootcmd = await bundled('bootcmd', ['group', 'list', '--endpoints=127.0.0.1:none']);

/** @param words end it soon after it has loaded what most of its runs need */
function bundled(name: keyof typeof programs, words: readonly string[]): Promise<Words> {
  return once(`${name}.mjs`, async (file) => {
    const old = readdirSync(folder).filter((each) => each.startsWith(`${name}.mjs.`));
    for (const each of old) rmSync(join(folder, each), { force: true });
    await bundle(name, file, { keepsCode: true });
    spawnSync(process.execPath, [file, ...words], { env: { ...process.env, [keepCode]: '1' }, stdio: 'ignore' });
  });
}

/** As users have it, without what Node made of it: for benches of how long an answer takes. */
export function shipped(name: keyof typeof programs): Promise<Words> {
  return once(`shipped-${name}.mjs`, (file) => bundle(name, file));
}

/** Of a command: Node and the program. */
export type Words = readonly [string, string];

/** Made unless it was made of the same sources before. */
async function once(name: string, make: (file: string) => Promise<void>): Promise<Words> {
  const file = `${folder}${name}`;
  const stamp = `${file}.built-from`;
  if (readStamp(stamp) !== digest) {
    mkdirSync(folder, { recursive: true });
    await make(file);
    writeFileSync(stamp, digest);
  }
  return [process.execPath, file];
}

/** A shell script that runs a program, to stand on a PATH. */
export function scriptOf(words: readonly string[]): string {
  return `#!/bin/sh\nexec ${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')} "$@"\n`;
}
