/** What the packages promise is there: entrances, files, READMEs, and the map of who looks at what. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { unreviewed } from '../../tools/import-law/reviewers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Those that are published: the page goes with the server. */
const names = readdirSync(`${root}packages`).filter((name) => !('private' in manifestOf(name)));

interface Manifest {
  readonly files: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<
    Record<string, { readonly 'matchbox-source': string; readonly types?: string; readonly default?: string }>
  >;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'));
}

const inPackage = (name: string, path: string): boolean => existsSync(`${root}packages/${name}/${path}`);

it.each(names)('%s: what it ships and what it runs is there', (name) => {
  const { files, bin = {} } = manifestOf(name);
  // The build makes dist/ from src/.
  expect(files).toEqual(expect.arrayContaining(['dist', 'src', 'README.md']));
  expect(files.filter((path) => path !== 'dist' && !inPackage(name, path))).toEqual([]);
  expect(Object.values(bin).filter((path) => !inPackage(name, path))).toEqual([]);
});

it.each(names)('%s: every entrance has a source, and what is built is built from it', (name) => {
  for (const { 'matchbox-source': source, types, default: built } of Object.values(manifestOf(name).exports)) {
    expect(inPackage(name, source), source).toBe(true);
    if (built === undefined) continue;
    expect(built).toBe(source.replace('/src/', '/dist/').replace(/\.ts$/, '.js'));
    expect(types).toBe(source.replace('/src/', '/dist/').replace(/\.ts$/, '.d.ts'));
  }
});

it.each(names)('%s: the README has an example that is run', (name) => {
  expect(readFileSync(`${root}packages/${name}/README.md`, 'utf8')).toContain('```js\n');
  const tests = readdirSync(`${root}packages/${name}/src`).filter((file) => file === 'readme.test.ts');
  expect(tests).toEqual(['readme.test.ts']);
});

it('MAINTAINERS.md has every room, and nothing that is not there', () => {
  const text = readFileSync(`${root}MAINTAINERS.md`, 'utf8');
  const paths = [...text.matchAll(/`([\w./-]+\/)`/g)].map(([, path = '']) => path);
  expect(paths.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
  expect(unreviewed(text)).toEqual([]);
  expect(unreviewed('`packages/`, `tools/`, `tests/`, `bench/`')).toEqual(['docs/.vitepress/']);
});
