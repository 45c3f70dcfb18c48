/**
 * Debian's installer as a mirror has it: kernel and initrd of its netboot package, and the index of its components (udebs).
 *
 * Quirk: a mirror may lack components that its index names, those that the last point release changed, while it still has the ones before.
 * Then an installer of that time is taken, and the index that the LAN's mirror serves names what is there, signed by a key of the test's own.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cache } from '../../tools/vm/packages.ts';
import { archiveOf, downloadFile, hasFile, hasProxy, MissingFile } from './apt-source.ts';

export interface Release {
  /** `trixie` */
  readonly name: string;
  /** As the package's name has it: 13. */
  readonly number: number;
}

export interface DebianInstaller {
  readonly kernel: string;
  readonly initrd: string;
  /** What a mirror has to serve itself, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** What a preseed file has to say first, before `early`. */
  readonly preseed: string;
  /** Commands for `preseed/early_command`, each with its `; `. */
  readonly early: string;
}

/** Fields of a package in an index, as they are written. */
interface Stanza {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly path: string;
  readonly text: string;
}

const AT_ONCE = 16;
/** The installer makes its own, `archive.gpg`, of this one unless there is one. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @param folder for what this run alone needs */
export async function debianInstaller({ name, number }: Release, folder: string): Promise<DebianInstaller> {
  const archive = new Archive(archiveOf('main'), folder);
  const index = `dists/${name}/main/debian-installer/binary-amd64/Packages.gz`;
  const components = parseIndex(gunzipSync(await archive.read(index)).toString());
  const there = await archive.which(components.map(({ path }) => path));
  const package_ = `debian-installer-${number}-netboot-amd64`;
  const named = parseIndex(gunzipSync(await archive.read(`dists/${name}/main/binary-amd64/Packages.gz`)).toString());
  const newest = named.find((stanza) => stanza.name === package_);
  if (newest === undefined) throw new Error(`the archive of apt has no ${package_}`);
  for (const path of beforeIt(newest.path)) {
    const images = await archive.unpack(path, number).catch(unlessMissing);
    const own = images === undefined ? undefined : ownComponents(join(images, 'initrd.gz'));
    if (own === undefined || !hasModules(own, components, there)) continue;
    const files = { kernel: join(images!, 'linux'), initrd: join(images!, 'initrd.gz') };
    if (components.every((component) => there.has(component.path)))
      return { ...files, files: new Map(), preseed: '', early: '' };
    console.log(
      `     the archive lacks ${components.length - there.size} components that its index names; this is the installer of before`,
    );
    const list = await archive.indexOf(components, there, own);
    return { ...files, ...ownSuite(name, list, folder) };
  }
  throw new Error(`the archive of apt has no ${package_} with the kernel modules that it needs`);
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof MissingFile)) throw error;
}

/** An archive as apt is configured to reach it. */
class Archive {
  readonly #base: string;
  readonly #folder: string;
  readonly #proxy = hasProxy();

  constructor(base: string, folder: string) {
    this.#base = base;
    this.#folder = folder;
  }

  async read(path: string): Promise<Buffer> {
    const target = join(this.#folder, path.replaceAll('/', '_'));
    await downloadFile(`${this.#base}${path}`, target, this.#proxy);
    return readFileSync(target);
  }

  /** Those of the paths that are there; all, where a proxy does not let it be asked for cheaply. */
  async which(paths: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.#proxy) return new Set(paths);
    const there = new Set<string>();
    const queue = [...paths];
    const ask = async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift())
        if (await hasFile(`${this.#base}${path}`)) there.add(path);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    return there;
  }

  /** @returns the folder of the images of a netboot package. @throws MissingFile */
  async unpack(path: string, number: number): Promise<string> {
    const root = join(cache, 'packages', path.slice(path.lastIndexOf('/') + 1, -'.deb'.length));
    if (!existsSync(root)) {
      mkdirSync(join(cache, 'packages'), { recursive: true });
      const work = mkdtempSync(join(cache, 'unpacking-'));
      try {
        await downloadFile(`${this.#base}${path}`, join(work, 'deb'), this.#proxy);
        execFileSync('dpkg-deb', ['-x', join(work, 'deb'), join(work, 'root')]);
        renameSync(join(work, 'root'), root);
      } finally {
        rmSync(work, { recursive: true });
      }
    }
    return join(root, `usr/lib/debian-installer/images/${number}/amd64/text/debian-installer/amd64`);
  }

  /** The index of what is there: components that are missing are the ones before, or those that the installer has, or absent. */
  async indexOf(components: readonly Stanza[], there: ReadonlySet<string>, own: readonly Stanza[]): Promise<string> {
    const versionOfSource = new Map(own.map(({ source, version }) => [source, version]));
    const ownTexts = new Map(own.map(({ name, text }) => [name, text]));
    const texts: string[] = [];
    for (const component of components) {
      if (there.has(component.path)) texts.push(component.text);
      else if (ownTexts.has(component.name)) texts.push(ownTexts.get(component.name)!);
      else {
        const before = await this.#before(component, versionOfSource.get(component.source));
        if (before !== undefined) texts.push(before);
      }
    }
    return `${texts.join('\n\n')}\n`;
  }

  /** A component's version before the one that is missing: of the same source as what the installer has, or built once less. */
  async #before({ path, version }: Stanza, ofSource: string | undefined): Promise<string | undefined> {
    const paths = [...(ofSource === undefined ? [] : [path.replace(`_${inName(version)}_`, `_${inName(ofSource)}_`)])];
    paths.push(...beforeIt(path).slice(1));
    for (const each of paths) {
      if (!(await hasFile(`${this.#base}${each}`))) continue;
      const target = join(this.#folder, each.replaceAll('/', '_'));
      await downloadFile(`${this.#base}${each}`, target, this.#proxy);
      const control = execFileSync('dpkg-deb', ['-f', target], { encoding: 'utf8' }).trim();
      const sha256 = createHash('sha256').update(readFileSync(target)).digest('hex');
      return `${control}\nFilename: ${each}\nSize: ${statSync(target).size}\nSHA256: ${sha256}`;
    }
    return undefined;
  }
}

/** Names of files have a version without its epoch. */
function inName(version: string): string {
  return version.replace(/^\d+:/, '');
}

/** The path, and those of builds (`+b12`) or point releases (`+deb13u8`) before it, the newest first. */
function beforeIt(path: string): string[] {
  const [, start = '', count = '', end = ''] = /^(.*\+(?:b|deb\d+u))(\d+)(_[^_]+)$/.exec(path) ?? [];
  const paths = [path];
  for (let each = Number(count) - 1; each > 0; each--) paths.push(`${start}${each}${end}`);
  return paths;
}

function parseIndex(text: string): Stanza[] {
  return text
    .split('\n\n')
    .filter((each) => each.trim() !== '')
    .map((each) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(each)?.[1] ?? '';
      const source = field('Source').split(' ')[0] || field('Package');
      const trimmed = each.trim();
      return { name: field('Package'), version: field('Version'), source, path: field('Filename'), text: trimmed };
    });
}

/** The components that an initrd brings. */
function ownComponents(initrd: string): Stanza[] {
  const list = execFileSync('busybox', ['cpio', '-i', '--to-stdout', 'var/lib/dpkg/status'], {
    input: gunzipSync(readFileSync(initrd)),
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 16 * 1024 * 1024,
  });
  return parseIndex(list.toString());
}

/** Whether there are modules for the kernel. */
function hasModules(own: readonly Stanza[], components: readonly Stanza[], there: ReadonlySet<string>): boolean {
  const kernel = own.map(({ name }) => /^kernel-image-(.+-di)$/.exec(name)?.[1]).find(Boolean);
  const modules = components.filter(({ name }) => name.endsWith(`-modules-${kernel}`));
  return modules.length > 0 && modules.every(({ path }) => there.has(path));
}

/** A suite of the installer's components alone, signed by a key that the installer is told of. */
function ownSuite(release: string, list: string, folder: string): Omit<DebianInstaller, 'kernel' | 'initrd'> {
  const suite = `${release}-components`;
  const path = 'main/debian-installer/binary-amd64/Packages';
  const sha256 = createHash('sha256').update(list).digest('hex');
  const home = mkdtempSync(join(folder, 'gpg-'));
  const gpg = (...words: string[]) => execFileSync('gpg', ['--homedir', home, '--batch', '--yes', '-q', ...words]);
  const write = (name: string, content: string) => {
    const file = join(home, name);
    writeFileSync(file, content);
    return file;
  };
  const packages = write('Packages', list);
  const about = `Suite: ${suite}\nCodename: ${suite}\nComponents: main\nArchitectures: amd64\n`;
  const signed = write('Release', `${about}SHA256:\n ${sha256} ${Buffer.byteLength(list)} ${path}\n`);
  gpg('--passphrase', '', '--quick-generate-key', 'e2e', 'rsa3072', 'sign', 'never');
  gpg('--export', '--output', join(home, 'key.gpg'));
  gpg('--detach-sign', '--output', join(home, 'Release.gpg'), signed);
  const at = `/debian/dists/${suite}`;
  return {
    files: new Map([
      [`${at}/Release`, signed],
      [`${at}/Release.gpg`, join(home, 'Release.gpg')],
      [`${at}/${path}`, packages],
      ['/debian/key.gpg', join(home, 'key.gpg')],
    ]),
    preseed: `d-i mirror/udeb/suite string ${suite}\n`,
    early: `wget -q -O /tmp/key.gpg http://deb.debian.org/debian/key.gpg; cat ${KEYRING} /tmp/key.gpg > /usr/share/keyrings/archive.gpg; `,
  };
}
