/**
 * npm run release -- VERSION [--dry-run]: makes a release of what is committed: version, changelog, packages, programs, software bill of materials, checksums
 * and notes from what it was made, in dist/release/. Without --dry-run it also commits the version and tags it; it pushes and publishes nothing.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorMessage } from './error-message.ts';
import { billOfMaterials } from './release/bill-of-materials.ts';
import { releaseChangelog } from './release/changelog.ts';
import { output } from './release/command.ts';
import { provenance } from './release/provenance.ts';
import { publishedPackages } from './release/published-packages.ts';
import { isVersion, lockWithVersion, sourceWithVersion, withVersion } from './release/versions.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const versionSource = 'packages/matchbox/src/version.ts';

const words = process.argv.slice(2);
const isDryRun = words.includes('--dry-run');
const [version = '', ...rest] = words.filter((word) => word !== '--dry-run');
try {
  if (!isVersion(version) || rest.length > 0)
    throw new Error('wanted: npm run release -- VERSION [--dry-run], such as 1.2.0');
  release();
} catch (error) {
  console.error(`release: ${errorMessage(error)}`);
  process.exitCode = 1;
}

function release(): void {
  const commit = output(root, 'git', 'rev-parse', 'HEAD');
  const committedAt = output(root, 'git', 'show', '--no-patch', '--format=%cI', commit);
  const uncommitted = output(root, 'git', 'status', '--porcelain');
  if (uncommitted !== '' && !isDryRun) throw new Error(`there are changes that are not committed:\n${uncommitted}`);
  if (uncommitted !== '') console.log('Changes that are not committed are left out.');
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-release-'));
  try {
    output(root, 'git', 'archive', '--output', join(folder, 'source.tar'), commit);
    output(folder, 'tar', '-xf', 'source.tar');
    rmSync(join(folder, 'source.tar'));
    const { changed, notes } = setVersion(folder);
    const artifacts = makeArtifacts(folder, { commit, committedAt, notes });
    const target = join(root, 'dist/release');
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    for (const name of artifacts) copyFileSync(join(folder, 'release', name), join(target, name));
    console.log(`dist/release/:\n${artifacts.map((name) => `  ${name}`).join('\n')}`);
    if (!isDryRun) commitRelease(folder, changed);
    else console.log(`\nThis was a dry run: nothing is changed, committed or tagged.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the version and the changelog. @returns the files that changed */
function setVersion(folder: string): { readonly changed: readonly string[]; readonly notes: string } {
  const changed: string[] = [];
  const change = (path: string, make: (text: string) => string): void => {
    writeFileSync(join(folder, path), make(readFileSync(join(folder, path), 'utf8')));
    changed.push(path);
  };
  const packages = readdirSync(join(folder, 'packages')).map((name) => `packages/${name}/package.json`);
  const own = new Set(packages.map((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')).name as string));
  for (const path of ['package.json', ...packages]) change(path, (text) => withVersion(text, version, own));
  change('package-lock.json', (text) => lockWithVersion(text, version, own));
  change(versionSource, (text) => sourceWithVersion(text, version));
  const changelog = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
  const { text, notes } = releaseChangelog(changelog, version, new Date().toISOString().slice(0, 10));
  change('CHANGELOG.md', () => text);
  return { changed, notes };
}

/** What is made, and from what. */
interface About {
  readonly commit: string;
  readonly committedAt: string;
  readonly notes: string;
}

/** Builds everything from the folder alone. @returns the names of the files in its folder `release` */
function makeArtifacts(folder: string, about: About): string[] {
  const made = join(folder, 'release');
  mkdirSync(made);
  // The dependencies that are installed here, which the lock file names; the packages of the workspace are the folder's own.
  linkModules(folder);
  output(folder, process.execPath, 'tools/run.js', 'tools/build.ts');
  output(folder, process.execPath, 'tools/run.js', 'tools/package.ts');
  for (const name of ['matchbox', 'bootcmd']) copyFileSync(join(folder, `dist/${name}.mjs`), join(made, `${name}.mjs`));
  for (const name of readdirSync(join(folder, 'packages'))) {
    copyFileSync(join(folder, 'LICENSE'), join(folder, 'packages', name, 'LICENSE'));
  }
  const published = publishedPackages(folder).flatMap((name) => ['--workspace', `packages/${name}`]);
  output(folder, 'npm', 'pack', '--silent', ...published, '--pack-destination', made);
  writeFileSync(join(made, 'matchbox.cdx.json'), billOfMaterials({ folder, version, ...about }));
  writeFileSync(join(made, 'RELEASE_NOTES.md'), `${about.notes}\n`);
  writeFileSync(join(made, 'provenance.json'), provenance({ folder, version, commit: about.commit }));
  const names = readdirSync(made).sort();
  const sums = names.map((name) => `${sha256(join(made, name))}  ${name}\n`);
  writeFileSync(join(made, 'SHA256SUMS'), sums.join(''));
  return [...names, 'SHA256SUMS'];
}

function linkModules(folder: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@matchbox'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@matchbox' || name === 'matchbox' || name === '.cache') continue;
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  for (const name of readdirSync(join(folder, 'packages'))) {
    const link = name === 'matchbox' ? name : `@matchbox/${name}`;
    symlinkSync(join(folder, 'packages', name), join(modules, link));
  }
}

function commitRelease(folder: string, changed: readonly string[]): void {
  for (const path of changed) copyFileSync(join(folder, path), join(root, path));
  output(root, 'git', 'add', '--', ...changed);
  output(root, 'git', 'commit', '--quiet', '--message', `Release ${version}`);
  output(root, 'git', 'tag', '--annotate', '--message', `Matchbox ${version}`, `v${version}`);
  console.log(`\nCommitted and tagged v${version}. What is left to you:
  git push && git push origin v${version}
  npm publish --provenance FILE   for each of dist/release/*.tgz
  and a release on the repository's page, with RELEASE_NOTES.md and the files of dist/release/`);
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
