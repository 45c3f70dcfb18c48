/** The pages of docs/, and what their marks may name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Known } from './blocks.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const docs = join(root, 'docs');

/** Names such as `guide/network.md`. */
export function pageNames(folder = docs): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.name.startsWith('.')) return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return pageNames(path);
      return entry.name.endsWith('.md') ? [relative(docs, path)] : [];
    })
    .sort();
}

export function pagePath(name: string): string {
  return join(docs, name);
}

export function readPage(name: string): string {
  return readFileSync(pagePath(name), 'utf8');
}

const cases = new Set(
  [...readFileSync(join(root, 'tests/e2e/main.ts'), 'utf8').matchAll(/\{ name: '([\w-]+)'/g)].map(([, name]) => name),
);

export const known: Known = {
  e2eCase: (name) => cases.has(name),
  file: (path) => existsSync(join(root, path)),
};
