/**
 * Prints the generated parts of the documents from the code, or with --check fails when they differ.
 * A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME is a key of `parts`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parts } from './docs-parts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
let stale = 0;
for (const file of documents(root)) {
  const text = readFileSync(file, 'utf8');
  const made = text.replace(
    /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, open: string, name: string, close: string) => {
      const part = parts[name];
      if (!part) throw new Error(`${relative(root, file)}: no generated part is named ${name}`);
      return `${open}\n${part().trim()}\n\n${close}`;
    },
  );
  if (made === text) continue;
  stale++;
  if (check) console.error(`${relative(root, file)}: generated parts are stale; run npm run docs:print`);
  else writeFileSync(file, made);
}
if (check && stale > 0) process.exit(1);

function documents(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (/^(node_modules|dist|golden|\..*)$/.test(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return documents(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}
