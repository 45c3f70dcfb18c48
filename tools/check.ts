/** The one gate: format, lint, types, import law, docs, tests. The same command locally and in CI; `npm run check -- STEP…` runs some of it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromSource } from './from-source.ts';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string): string => `${root}node_modules/.bin/${name}`;
const tool = (name: string): readonly string[] => fromSource(`${root}tools/${name}`);

const steps: readonly Step[] = [
  { name: 'format and lint', command: [bin('biome'), 'check', '.', '--error-on-warnings', '--diagnostic-level=warn'] },
  { name: 'types', command: tool('build.ts') },
  { name: 'types of tests', command: [bin('tsc'), '-p', 'tsconfig.test.json'] },
  { name: 'types of the page', command: [bin('tsc'), '-p', 'packages/ui'] },
  { name: 'promises', command: [bin('oxlint'), '--type-aware', '--quiet'] },
  { name: 'import law', command: tool('import-law.ts') },
  { name: 'docs', command: [...tool('docs.ts'), '--check'] },
  { name: 'tests', command: [bin('vitest'), 'run'] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `check: no step is named ${unknown.join(', ')}; there are: ${steps.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
for (const { name, command } of steps) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = Date.now();
  const [program = '', ...words] = command;
  const { status, error } = spawnSync(program, words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check: ${name} failed (${error?.message ?? command.join(' ')})`);
    process.exit(status ?? 1);
  }
  console.error(`check: ${name} ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
