/** Compiles every package to its dist/ folder with the project references of tsconfig.json, and builds the web page. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildPage } from './page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
try {
  execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-b'], { cwd: root, stdio: 'inherit' });
} catch (error) {
  process.exit(error instanceof Error && 'status' in error ? Number(error.status) : 1);
}
await buildPage();
