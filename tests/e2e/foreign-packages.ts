/** Debian packages of another architecture or suite than this computer's, unpacked and never installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../../tools/vm/packages.ts';
import { archiveOf } from './apt-source.ts';

/** What is unpacked: a package of a suite; `contents` where it is empty but for what it depends on, as the kernel's is. */
export interface ForeignPackage {
  readonly name: string;
  readonly suite: string;
  readonly contents?: RegExp;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Fetches packages by apt, with lists of its own, so that nothing changes for this computer's. What was unpacked before is not
 * fetched again. @returns the folder that holds the files of all of them
 */
export function unpackForeign(architecture: string, packages: readonly ForeignPackage[]): string {
  const root = join(cache, 'packages', `${architecture}-${packages.map(({ name }) => name).join('-')}`);
  if (existsSync(root)) return root;
  mkdirSync(join(cache, 'packages'), { recursive: true });
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    const apt = aptFor(architecture, [...new Set(packages.map(({ suite }) => suite))], work);
    apt('apt-get', 'update');
    for (const { name, suite, contents } of packages) {
      apt(
        'apt-get',
        'download',
        `${contents === undefined ? name : dependencyOf(apt, name, suite, contents)}/${suite}`,
      );
    }
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb')))
      execFileSync('dpkg-deb', ['-x', join(work, file), join(work, 'root')]);
    renameSync(join(work, 'root'), root);
    return root;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type Apt = (program: 'apt-get' | 'apt-cache', ...words: string[]) => string;

function aptFor(architecture: string, suites: readonly string[], work: string): Apt {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(work, folder), { recursive: true });
  const sources = join(work, 'sources.list');
  const archive = archiveOf('main');
  writeFileSync(sources, suites.map((suite) => `deb [signed-by=${keyring}] ${archive} ${suite} main\n`).join(''));
  const options = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Dir::Cache': join(work, 'cache'),
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::State::Status': '/dev/null',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return (program, ...further) =>
    execFileSync(program, ['-q', ...words, ...further], {
      cwd: work,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
}

function dependencyOf(apt: Apt, name: string, suite: string, contents: RegExp): string {
  const version = new RegExp(`^ *${name} \\| *(\\S+) \\|.* ${suite}/`, 'm').exec(
    apt('apt-cache', 'madison', name),
  )?.[1];
  const found = contents.exec(apt('apt-cache', 'show', `${name}=${version}`))?.[0];
  if (found === undefined) throw new Error(`${name} of ${suite} depends on nothing like ${contents}`);
  return found;
}
