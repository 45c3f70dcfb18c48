/** npm run package: bundles `matchbox` and `bootcmd` into one file each, dist/matchbox.mjs and dist/bootcmd.mjs. */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
for (const name of ['matchbox', 'bootcmd'] as const) {
  const outfile = `${dist}${name}.mjs`;
  await bundle(name, outfile);
  console.log(`dist/${name}.mjs  ${(statSync(outfile).size / 1e6).toFixed(1)} MB`);
}
