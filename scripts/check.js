// The one gate: format, lint, types, import law, docs, tests. The same command locally and in CI.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps = [
  ['format and lint', 'npx', ['biome', 'check', '.', '--error-on-warnings']],
  ['types', 'node', ['scripts/build.js']],
  ['types of tests', 'npx', ['tsc', '-p', 'tsconfig.test.json']],
  ['promises', 'npx', ['oxlint', '--type-aware', '--quiet']],
  ['import law', 'node', ['scripts/import-law.js']],
  ['docs', 'node', ['scripts/docs.js', '--check']],
  ['tests', 'npx', ['vitest', 'run']],
];
const only = process.argv.slice(2);
for (const [name, command, args] of steps) {
  if (only.length > 0 && !only.includes(name)) continue;
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check: ${name} failed (${command} ${args.join(' ')})`);
    process.exit(status ?? 1);
  }
  console.error(`check: ${name} ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
