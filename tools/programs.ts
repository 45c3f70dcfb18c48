/** The programs as they are shipped, bundled from the sources as they are now: as words of a command, which run from any folder. */
import { fileURLToPath } from 'node:url';
import { bundle, type programs } from './bundle.ts';

const folder = fileURLToPath(new URL('../node_modules/.cache/matchbox-programs/', import.meta.url));

/** Bundled when this module is loaded, which costs less than starting a few of them from source. */
export const matchbox = await bundled('matchbox');
export const bootcmd = await bundled('bootcmd');

async function bundled(name: keyof typeof programs): Promise<readonly [string, string]> {
  const file = `${folder}${name}.mjs`;
  await bundle(name, file);
  return [process.execPath, file];
}

/** A shell script that runs a program, to stand on a PATH. */
export function scriptOf(words: readonly string[]): string {
  return `#!/bin/sh\nexec ${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')} "$@"\n`;
}
