/** Files of a working copy that were good earlier and are broken or gone now, as the rules about the last good version need them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject, readSelector } from '../group-file.ts';
import type { HttpContext } from './replay.ts';

/** A file, and what it held when it was good last. */
interface Restorable {
  readonly path: string;
  readonly content: string;
}

/** Group and profile files that are broken now, or in a folder that cannot be listed now, and were good earlier. */
export function restorable(dir: string, history: HttpContext['history']): Restorable[] {
  const found: Restorable[] = [];
  for (const [path, versions] of history) {
    const [, kind] = /^data\/(groups|profiles)\/[^/]+\.json$/.exec(path) ?? [];
    if (!kind || !(isBrokenFile(join(dir, path)) || isFile(join(dir, 'data', kind)))) continue;
    const content = versions.findLast((json) => isGood(path, json));
    if (content !== undefined) found.push({ path, content });
  }
  return found;
}

/** Files that were there earlier, and whose folder is gone now, or empty. */
export function inGoneFolders(dir: string, history: HttpContext['history']): Restorable[] {
  return [...history].flatMap(([path, versions]) => {
    const [, kind] = /^data\/(groups|profiles|ignition|cloud|generic)\//.exec(path) ?? [];
    const content = versions.at(-1);
    return kind && content !== undefined && isGone(join(dir, 'data', kind)) ? [{ path, content }] : [];
  });
}

function isGone(folder: string): boolean {
  if (!existsSync(folder)) return true;
  return statSync(folder).isDirectory() && readdirSync(folder).length === 0;
}

/** Puts the last good versions back in place. */
export function mend(copy: string, files: readonly Restorable[]): void {
  for (const { path, content } of files) {
    const folder = join(copy, path, '..');
    if (isFile(folder)) rmSync(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(copy, path), content);
  }
}

function isBrokenFile(file: string): boolean {
  return isFile(file) && !isGood(file, readFileSync(file, 'utf8'));
}

function isGood(path: string, json: string): boolean {
  return (/\/groups\/[^/]+$/.test(path) ? readSelector(json) : parseObject(json)) !== undefined;
}

export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
