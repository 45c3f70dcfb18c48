/** Builds the web page into packages/matchbox/dist/page, unless it was built from the same sources already. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, filesOf, readStamp } from './digest-of-sources.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'packages/matchbox/dist/page');
const stamp = join(output, '.built-from');

/** Folders and files that the page is made of; the lock file stands for the packages. */
export const pageSources = [
  'packages/ui/src',
  'packages/ui/index.html',
  'packages/ui/package.json',
  'packages/ui/vite.config.ts',
  'packages/matchbox/src/api.ts',
  'packages/matchbox/src/grpc/gen/matchbox',
  'packages/gotext/src',
  'packages/gotemplate/src',
  'packages/ignition/src',
  'packages/butane/src',
  'package-lock.json',
];

export async function buildPage(): Promise<void> {
  const digest = digestOf(pageSources);
  if (readStamp(stamp) === digest) return;
  // Loaded where it is needed: it takes longer than to see that nothing is to be done.
  const { build } = await import('vite');
  await build({ configFile: join(root, 'packages/ui/vite.config.ts'), logLevel: 'warn' });
  mkdirSync(output, { recursive: true });
  writeFileSync(stamp, digest);
}

/** For the single-file program: files by path, in base64. */
export async function pageAsText(): Promise<Record<string, string>> {
  await buildPage();
  return Object.fromEntries(
    filesOf(output)
      .filter((path) => path !== stamp)
      .map((path) => [path.slice(output.length + 1), readFileSync(path, 'base64')]),
  );
}
