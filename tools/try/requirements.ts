/** What a virtual machine needs of this computer: which of it is missing, and what to install on which system. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Family = 'arch' | 'debian' | 'fedora' | 'macos';

export interface Requirement {
  readonly what: string;
  /** For the small Linux alone. */
  readonly smallOnly?: true;
  readonly programs: readonly string[];
  /** Whether a program of that name will do. */
  readonly fits?: (file: string) => boolean;
  readonly packages: Readonly<Partial<Record<Family, readonly string[]>>>;
}

/** Programs of one purpose, each with its package on the systems that have one. */
const REQUIREMENTS: readonly Requirement[] = [
  {
    what: 'QEMU, which is the virtual machine',
    programs: ['qemu-system-x86_64'],
    packages: {
      debian: ['qemu-system-x86', 'ipxe-qemu'],
      fedora: ['qemu-system-x86-core', 'ipxe-roms-qemu'],
      arch: ['qemu-system-x86'],
      macos: ['qemu'],
    },
  },
  {
    what: 'a BusyBox without shared libraries, which is the small Linux’s user land',
    smallOnly: true,
    programs: ['busybox'],
    // A program with shared libraries names the loader that it needs.
    fits: (file) => !/\/ld-(?:linux|musl)/.test(readFileSync(file, 'latin1')),
    packages: { debian: ['busybox-static'], fedora: ['busybox'], arch: ['busybox'] },
  },
];

const INSTALLERS: Readonly<Record<Family, { readonly name: string; readonly command: readonly string[] }>> = {
  debian: { name: 'Debian and Ubuntu', command: ['apt-get', 'install', '-y', '--no-install-recommends'] },
  fedora: { name: 'Fedora', command: ['dnf', 'install', '-y'] },
  arch: { name: 'Arch', command: ['pacman', '-S', '--noconfirm'] },
  macos: { name: 'macOS', command: ['brew', 'install'] },
};

/** The family of the system that runs this. */
export function systemFamily(platform = process.platform, osRelease = readOsRelease()): Family | undefined {
  if (platform === 'darwin') return 'macos';
  const names = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value = '']) => value.split(' '));
  if (names.some((name) => name === 'debian' || name === 'ubuntu')) return 'debian';
  if (names.some((name) => name === 'fedora' || name === 'rhel')) return 'fedora';
  return names.includes('arch') ? 'arch' : undefined;
}

/**
 * The requirements that are not there.
 *
 * @param small whether the small Linux is wanted
 * @param find answers where a program is, or undefined
 */
export function missingRequirements(
  small: boolean,
  find: (program: string) => string | undefined = findProgram,
): Requirement[] {
  return REQUIREMENTS.filter(({ smallOnly, programs, fits = () => true }) => {
    if (smallOnly && !small) return false;
    return !programs.every((program) => {
      const file = find(program);
      return file !== undefined && fits(file);
    });
  });
}

/** The path of a program, or undefined. Root's programs are looked for, too. */
export function findProgram(name: string, path = process.env.PATH ?? ''): string | undefined {
  const folders = [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** The command that installs what is missing, as words, or undefined where it is not known. */
export function installCommand(missing: readonly Requirement[], family: Family | undefined): string[] | undefined {
  if (family === undefined) return undefined;
  const packages = missing.flatMap((requirement) => requirement.packages[family] ?? []);
  return packages.length > 0 ? [...INSTALLERS[family].command, ...packages] : undefined;
}

/** What is missing and how to get it, for people. */
export function explainMissing(missing: readonly Requirement[], family: Family | undefined): string {
  const families = family ? [family] : (Object.keys(INSTALLERS) as Family[]);
  const commands = families.flatMap((one) => {
    const command = installCommand(missing, one);
    const root = one === 'macos' ? '' : 'sudo ';
    return command ? [`  ${INSTALLERS[one].name}: ${root}${command.join(' ')}`] : [];
  });
  const wanted = missing.map(({ what, programs }) => `  ${programs.join(', ')}: ${what}`);
  return ['This computer lacks', ...wanted, 'Install it with', ...commands].join('\n');
}

/** Runs the install command where everybody sees it; answers whether it worked. */
export function install([program = '', ...args]: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...words: string[]): boolean =>
    spawnSync(program, words, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
  if (run(...args)) return true;
  // The lists of packages may be old, or not there at all, as in a container.
  return program === 'apt-get' && run('update') && run(...args);
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
