import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectOf, readManifest } from './manifests.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const instructions = parseDockerfile(read('contrib/docker/Dockerfile'));
const ignored = read('.dockerignore').split('\n').filter(Boolean);
const copied = instructions
  .filter(({ stage, name, rest }) => stage === 0 && name === 'COPY' && !rest.startsWith('--'))
  .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
const last = instructions.at(-1)?.stage;
const final = (name: string) =>
  instructions.filter((one) => one.stage === last && one.name === name).map(({ rest }) => rest);

/** A folder with what the build stage copies and the dependencies that are installed, and one with what it made. */
let source: string;
let image: string;
beforeAll(() => {
  source = mkdtempSync(join(tmpdir(), 'matchbox-docker-'));
  image = mkdtempSync(join(tmpdir(), 'matchbox-image-'));
  const kept = (path: string) => !['node_modules', 'dist'].includes(basename(path));
  for (const path of copied) cpSync(join(root, path), join(source, path), { recursive: true, filter: kept });
  linkDependencies(join(source, 'node_modules'));
});
afterAll(() => {
  for (const folder of [source, image]) rmSync(folder, { recursive: true, force: true });
});

it('the Dockerfile copies what there is, and nothing that .dockerignore keeps out', () => {
  expect(copied).toContain('packages');
  expect(copied.filter((path) => !existsSync(join(root, path)) || ignored.includes(path))).toEqual([]);
});

it('the image has two stages, on a Node that we support, and runs as the user of the Kubernetes manifest', () => {
  const stages = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest);
  expect(stages).toEqual(['node:22-bookworm-slim AS build', 'node:22-bookworm-slim']);
  const [user] = final('USER');
  const manifest = readManifest(read('contrib/kubernetes/matchbox.yaml'));
  const { runAsUser, runAsGroup } = objectOf(manifest, 'Deployment').spec.template.spec.securityContext;
  expect(user).toBe(`${runAsUser}:${runAsGroup}`);
  expect(runAsUser).toBeGreaterThan(0);
});

it('the build stage’s command works with what it copies, and the programs it makes run alone', () => {
  const [command] = instructions.filter(({ stage, name }) => stage === 0 && name === 'RUN');
  expect(command?.rest).toBe('npm ci --ignore-scripts && npm run package');
  const built = spawnSync('npm', ['run', '-s', 'package'], { cwd: source, encoding: 'utf8' });
  expect(built.stderr).toBe('');
  expect(final('COPY')).toEqual(['--from=build /source/dist/ /opt/matchbox/']);
  const folder = join(source, 'dist');
  expect(readdirSync(folder).sort()).toEqual(['bootcmd.mjs', 'matchbox.mjs']);
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(image, name));
  const [entry = ''] = JSON.parse(final('ENTRYPOINT')[0] ?? '[]');
  const run = (name: string, ...words: string[]) =>
    spawnSync(join(image, name), words, { encoding: 'utf8', cwd: image });

  expect(run(basename(entry), '-version').stdout).toMatch(/^v\d+\.\d+\.\d+/);
  // A command that is loaded when it is asked for, with the largest of the dependencies.
  expect(run('matchbox.mjs', 'certs', 'init', '--san', 'DNS:localhost').status).toBe(0);
  expect(run('bootcmd.mjs', '--help').status).toBe(0);
  mkdirSync(join(image, 'assets'));
  // The port is not a number, so the server says that it cannot listen: everything before that was loaded.
  const serving = run(
    'matchbox.mjs',
    '-data-path=.',
    '-assets-path=assets',
    '-address=127.0.0.1:none',
    '-rpc-address=127.0.0.1:0',
    '-ca-file=ca.crt',
    '-cert-file=server.crt',
    '-key-file=server.key',
  );
  expect(serving.stderr).toContain('failed to start listening');
});

interface Instruction {
  /** From 0. */
  readonly stage: number;
  readonly name: string;
  readonly rest: string;
}

/** Every instruction, its continuation lines joined. */
function parseDockerfile(text: string): Instruction[] {
  let stage = -1;
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      if (name === 'FROM') stage++;
      return { stage, name, rest };
    });
}

/** Everything that is installed, but our own packages as they were copied. */
function linkDependencies(folder: string): void {
  mkdirSync(folder);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@matchbox' || name === 'matchbox' || name.startsWith('.vite')) continue;
    symlinkSync(join(root, 'node_modules', name), join(folder, name));
  }
  mkdirSync(join(folder, '@matchbox'));
  for (const name of readdirSync(join(root, 'node_modules/@matchbox'))) {
    symlinkSync(join(source, 'packages', name), join(folder, '@matchbox', name));
  }
  symlinkSync(join(source, 'packages/matchbox'), join(folder, 'matchbox'));
  // A package may need another version than the others.
  for (const name of readdirSync(join(root, 'packages'))) {
    const own = join(root, 'packages', name, 'node_modules');
    if (existsSync(own)) symlinkSync(own, join(source, 'packages', name, 'node_modules'));
  }
}
