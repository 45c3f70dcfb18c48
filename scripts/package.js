// npm run package: bundles `matchbox` and `bootcmd` into one file each, dist/matchbox.mjs and dist/bootcmd.mjs, executables that need only Node.
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(`${root}dist`, { recursive: true });
for (const [name, entry] of [
  ['matchbox', 'main.ts'],
  ['bootcmd', 'bootcmd.ts'],
]) {
  const outfile = `${root}dist/${name}.mjs`;
  await build({
    entryPoints: [`${root}packages/matchbox/src/${entry}`],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // Some dependencies are CommonJS and call `require` for built-in modules.
    banner: {
      js: "import { createRequire as matchboxRequire } from 'node:module'; const require = matchboxRequire(import.meta.url);",
    },
    conditions: ['matchbox-source'],
    legalComments: 'inline',
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
  console.log(`dist/${name}.mjs  ${(statSync(outfile).size / 1e6).toFixed(1)} MB`);
}
