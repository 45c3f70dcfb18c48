// Generates packages/matchbox/src/grpc/gen from packages/matchbox/proto (run by hand after a change, the result is committed).
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFolder = join(root, 'packages/matchbox');
const generated = join(packageFolder, 'src/grpc/gen');

execFileSync(join(root, 'node_modules/.bin/buf'), ['generate'], {
  cwd: packageFolder,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
});
for (const name of readdirSync(generated, { recursive: true })) {
  if (!name.endsWith('.ts')) continue;
  const file = join(generated, name);
  writeFileSync(file, withoutEnums(readFileSync(file, 'utf8')));
}

/** The plugin writes TypeScript enums, which are not erasable; the same as a constant and a union of its values. */
function withoutEnums(source) {
  return source.replace(/^export enum (\w+) \{\n([\s\S]*?)^\}/gm, (_, name, members) => {
    const table = members.replace(/^(\s*\w+) = (\d+),/gm, '$1: $2,');
    return `export const ${name} = {\n${table}} as const;\n\nexport type ${name} = (typeof ${name})[keyof typeof ${name}];`;
  });
}
