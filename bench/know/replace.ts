/**
 * Replaces the files of so many groups at once, each atomically, as a configuration management tool does.
 * replace.ts FOLDER FIRST COUNT NOTE → JSON { tookMs }
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupFile, groupText } from './data.ts';

const [folder = '', first, count, note] = process.argv.slice(2);
const started = performance.now();
for (let i = Number(first); i < Number(first) + Number(count); i++) {
  const path = join(folder, groupFile(i));
  writeFileSync(`${path}.new`, groupText(i, note));
  renameSync(`${path}.new`, path);
}
console.log(JSON.stringify({ tookMs: Math.round(performance.now() - started) }));
