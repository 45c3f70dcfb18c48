/**
 * Fails when a file imports what its room may not (tools/import-law/rooms.ts), when files import each other in a circle, and when
 * a module uses what it has not come to yet.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { circlesAmong } from './import-law/circles.ts';
import { earlyUsesIn } from './import-law/early-use.ts';
import { faultsOf, type Source } from './import-law/law.ts';
import { unreviewed } from './import-law/reviewers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Made, fetched or recorded, and not read by people. */
const notOurs = /^(node_modules|dist|gen|golden|cache|\.git|\.vm)$/;

const sources = [...sourcesBelow(root)];
const faults = sources
  .flatMap((source) => [...faultsOf(source), ...earlyUsesIn(source)])
  .map(({ file, line, message }) => `${file}:${line} ${message}`);
const circles = circlesAmong(sources).map((files) => `circle of imports: ${[...files, files[0]].join(' → ')}`);
const unknown = unreviewed(readFileSync(join(root, 'MAINTAINERS.md'), 'utf8'));
const lacking = unknown.map((folder) => `MAINTAINERS.md: nobody looks at ${folder}`);
const messages = [...faults, ...circles, ...lacking];
for (const message of messages) console.error(message);
if (messages.length > 0) process.exitCode = 1;

function* sourcesBelow(folder: string): Generator<Source> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !notOurs.test(entry.name)) yield* sourcesBelow(path);
    if (entry.isFile() && /\.[jt]sx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) {
      yield { file: relative(root, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') };
    }
  }
}
