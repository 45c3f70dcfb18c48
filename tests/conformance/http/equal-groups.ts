/** The groups of a working copy by their selectors: which are equal, which are defaults. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSelector } from '../group-file.ts';
import { isFile } from './last-good.ts';

export function groupFiles(dir: string): string[] {
  const folder = join(dir, 'data/groups');
  return existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    : [];
}

export function selectorOf(dir: string, name: string): string | undefined {
  const file = join(dir, 'data/groups', name);
  const selector = isFile(file) ? readSelector(readFileSync(file, 'utf8')) : undefined;
  return (
    selector &&
    Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',')
  );
}

/** Sets of groups with equal selectors: their file names in order. */
export function identicalGroups(dir: string): string[][] {
  const sets = new Map<string, string[]>();
  for (const name of groupFiles(dir)) {
    const selector = selectorOf(dir, name);
    if (selector !== undefined) sets.set(selector, [...(sets.get(selector) ?? []), name]);
  }
  return [...sets.values()].filter((names) => names.length > 1);
}

/** Of each set, only the file at that place (the last one, where there are fewer). */
export function keepOnly(copy: string, sets: readonly (readonly string[])[], kept: number): void {
  for (const names of sets) {
    const survivor = names[Math.min(kept, names.length - 1)];
    for (const name of names) if (name !== survivor) rmSync(join(copy, 'data/groups', name));
  }
}

export function removeDefaultGroups(copy: string): void {
  for (const name of groupFiles(copy)) {
    if (selectorOf(copy, name) === '') rmSync(join(copy, 'data/groups', name));
  }
}
