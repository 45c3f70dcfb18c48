/** Builds the web page into packages/matchbox/dist/page, unless it was built from the same sources already. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'packages/matchbox/dist/page');
const stamp = join(output, '.built-from');

/** Folders and files that the page is made of; the lock file stands for the packages. */
const sources = [
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
  const digest = digestOfSources();
  if (readIfThere(stamp) === digest) return;
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

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const path of sources.flatMap((source) => filesOf(join(root, source)))) {
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
