/** `matchbox get --from-iso` with images that genisoimage and xorriso made, of Debian's packages. */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { getCommand } from 'matchbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackPackage } from '../../tools/vm/packages.ts';
import { createCommandContext } from './command-context.ts';

const work = mkdtempSync(join(tmpdir(), 'matchbox-iso-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Maker {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The one that is installed, else the one of the package. @returns undefined, and says why, where there is neither */
function makerOf(name: string, libraries: readonly string[], words: readonly string[]): Maker | undefined {
  const works = (maker: Maker) => spawnSync(maker.program, words, { env: maker.env }).status === 0;
  const installed = { program: name, env: { PATH: process.env.PATH ?? '' } };
  if (works(installed)) return installed;
  try {
    const folder = (each: string) => join(unpackPackage(each), 'usr/lib/x86_64-linux-gnu');
    const env = { ...installed.env, LD_LIBRARY_PATH: libraries.map(folder).join(':') };
    const unpacked = { program: join(unpackPackage(name), 'usr/bin', name), env };
    if (works(unpacked)) return unpacked;
    throw new Error('it does not run');
  } catch (error) {
    process.stderr.write(`NOT RUN: ${name} cannot be had here: ${String(error)}\n`);
    return undefined;
  }
}

const genisoimage = makerOf('genisoimage', [], ['-version']);
const xorriso = makerOf('xorriso', ['libisoburn1', 'libisofs6', 'libburn4', 'libjte2'], ['-version']);

const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A folder with these files, each with bytes of its own. */
function tree(
  name: string,
  paths: readonly string[],
): { readonly folder: string; readonly contents: ReadonlyMap<string, Buffer> } {
  const folder = join(work, name);
  const contents = new Map(paths.map((path, i) => [path, randomBytes(50_000 + 4_001 * i)] as const));
  for (const [path, bytes] of contents) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return { folder, contents };
}

function make(maker: Maker, words: readonly string[]): void {
  const { status, stderr } = spawnSync(maker.program, words, { env: maker.env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

async function get(...args: readonly string[]) {
  const { context, output } = createCommandContext(work);
  const code = await getCommand.run([...args, '--assets-path', join(work, 'assets')], context);
  return { code, ...output };
}

const asset = (path: string) => readFileSync(join(work, 'assets', path));

/** Name of the image → the files that are wanted of it, and how a program writes its names. */
const images = [
  ['ubuntu', 'Ubuntu', ['casper/vmlinuz', 'casper/initrd'], ['-R', '-J']],
  ['proxmox', 'Proxmox', ['boot/linux26', 'boot/initrd.img'], ['-R']],
  ['fedora', 'Fedora or its family', ['images/pxeboot/vmlinuz', 'images/pxeboot/initrd.img'], ['-J']],
  ['suse', 'SUSE', ['boot/x86_64/loader/linux', 'boot/x86_64/loader/initrd'], ['-R', '-J', '-iso-level', '3']],
] as const;

describe.each([
  ['genisoimage', genisoimage, []],
  ['xorriso', xorriso, ['-as', 'mkisofs']],
] as const)('an image that %s made', (program, maker, first) => {
  test.skipIf(maker === undefined).each(images)(
    'of %s gives kernel and initrd, as they are, with their sums',
    async (name, system, paths, words) => {
      const { folder, contents } = tree(`${program}-${name}`, [...paths, 'README', 'pool/main/a/a.deb']);
      const image = join(work, `${program}-${name}.iso`);
      make(maker!, [...first, '-quiet', '-V', 'A volume', ...words, '-o', image, folder]);
      const { code, stdout, stderr } = await get('--from-iso', image, '--into', `${program}/${name}`);
      expect([code, stderr.split('\n')[0]]).toEqual([0, `${image}: A volume, laid out as ${system}`]);
      const sums = [...paths].map((path) => `${sumOf(contents.get(path)!)}  ${basename(path)}\n`);
      expect(asset(`${program}/${name}/SHA256SUMS`).toString()).toBe(sums.join(''));
      for (const path of paths) expect(asset(`${program}/${name}/${basename(path)}`)).toEqual(contents.get(path));
      expect(readdirSync(join(work, 'assets', program, name)).sort()).toEqual(
        ['SHA256SUMS', ...paths.map((path) => basename(path))].sort(),
      );
      const at = (path: string) => `/assets/${program}/${name}/${basename(path)}`;
      expect(JSON.parse(stdout).boot).toEqual({
        kernel: at(paths[0]),
        initrd: [`--name main ${at(paths[1])}`],
        args: ['initrd=main'],
      });
    },
  );
});

describe.skipIf(genisoimage === undefined)('get --from-iso', () => {
  const long = `${'a-long-name-'.repeat(15)}.img`;
  const image = join(work, 'any.iso');

  const { folder, contents } = tree('any', [`boot/${long}`, 'boot/kernel']);
  beforeAll(() => make(genisoimage!, ['-quiet', '-R', '-o', image, folder]));

  test('takes what is named, names as long as Rock Ridge has them, and plain ones in any case', async () => {
    expect((await get('--from-iso', image, '--file', `boot/${long}`, '--file', '/boot/kernel')).code).toBe(0);
    expect(asset(`any/${long}`)).toEqual(contents.get(`boot/${long}`));
    make(genisoimage!, ['-quiet', '-o', join(work, 'plain.iso'), folder]);
    expect((await get('--from-iso', join(work, 'plain.iso'), '--file', 'boot/kernel')).code).toBe(0);
    expect(asset('plain/KERNEL')).toEqual(contents.get('boot/kernel'));
  });

  test('verifies the image by the operator’s sums before anything is taken out', async () => {
    const sums = join(work, 'SHA256SUMS');
    writeFileSync(sums, `${'0'.repeat(64)} *any.iso\n`);
    const args = ['--from-iso', image, '--file', 'boot/kernel', '--into', 'verified', '--checksums', sums];
    expect((await get(...args)).stderr).toMatch(
      /any\.iso: SHA-256 is [0-9a-f]{64}, wanted 0{64} \(stated by .*SHA256SUMS\); nothing was taken/,
    );
    writeFileSync(sums, `${sumOf(readFileSync(image))} *any.iso\n`);
    expect((await get(...args)).code).toBe(0);
  });

  test.each([
    [['--file', 'boot/none'], 'any.iso: there is no file "boot/none"'],
    [
      [],
      /any\.iso: kernel and initrd are not where Ubuntu, .* have them; name them with --file.* Its topmost folder has "boot\/"/,
    ],
    [['--file', 'boot/kernel', '--into', '../out'], '"../out" is no folder below the assets'],
    [['--file', 'boot/kernel', '--into', '/out'], '"/out" is no folder below the assets'],
    [['flatcar'], '--from-iso downloads nothing: what is flatcar for?'],
  ])('refuses %j in words', async (args, message) => {
    const { code, stderr } = await get('--from-iso', image, ...args);
    expect([code === 0, stderr]).toEqual([
      false,
      typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    ]);
  });

  test('refuses an image that was not fetched whole, and what is none', async () => {
    const cut = join(work, 'cut.iso');
    writeFileSync(cut, readFileSync(image));
    truncateSync(cut, statSync(cut).size - 370_000);
    expect((await get('--from-iso', cut, '--file', 'boot/kernel')).stderr).toMatch(
      /cut\.iso: a file ends at byte \d+ of an image that has \d+/,
    );
    writeFileSync(cut, 'no image');
    expect((await get('--from-iso', cut)).stderr).toContain('cut.iso: this is no ISO 9660 image');
    expect((await get('--from-iso', join(work, 'none.iso'))).stderr).toContain('none.iso: no such file or directory');
    expect((await get('--from-iso', work)).stderr).toContain('is no file');
  });
});
