/** Generates code from the .proto files of packages/matchbox (run by hand after a change, the result is committed). */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFolder = join(root, 'packages/matchbox');

/** Our own API, and what we say to etcd. */
const templates = [
  { template: 'buf.gen.yaml', generated: 'src/grpc/gen' },
  { template: 'buf.gen.etcd.yaml', generated: 'src/engine/etcd/gen' },
];

for (const { template, generated } of templates) {
  execFileSync(join(root, 'node_modules/.bin/buf'), ['generate', '--template', template], {
    cwd: packageFolder,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  });
  const folder = join(packageFolder, generated);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const file = join(folder, name);
    writeFileSync(file, withoutEnums(readFileSync(file, 'utf8')));
  }
}

/** The plugin writes TypeScript enums, which are not erasable; the same as a constant and a union of its values. */
function withoutEnums(source: string): string {
  return source.replace(/^export enum (\w+) \{\n([\s\S]*?)^\}/gm, (_, name, members: string) => {
    const table = members.replace(/^(\s*\w+) = (\d+),/gm, '$1: $2,');
    return `export const ${name} = {\n${table}} as const;\n\nexport type ${name} = (typeof ${name})[keyof typeof ${name}];`;
  });
}
