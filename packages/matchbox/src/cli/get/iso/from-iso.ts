/** `matchbox get --from-iso`: kernel and initrd taken out of an ISO image into the assets, where distributions publish nothing else. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { systemMessage } from '@matchbox/gotext';
import type { CommandContext } from '../../command.ts';
import { readChecksums } from '../checksums.ts';
import { GetError } from '../error.ts';
import type { GetOptions } from '../options.ts';
import { showProgress } from '../progress.ts';
import { openStaging, type Staging } from '../staging.ts';
import { IsoError } from './iso-error.ts';
import { type IsoEntry, type IsoImage, type IsoSource, openIso } from './iso-image.ts';
import { type FoundLayout, findLayout, layouts } from './layouts.ts';

/** Read and written at once. */
const chunkBytes = 1024 * 1024;
/** Files that one command takes out. */
const maxFiles = 64;

export async function getFromIso(options: GetOptions, { stdout, stderr, signal }: CommandContext): Promise<void> {
  const path = options.fromIso!;
  const folder = folderOf(options);
  const handle = await openImage(path);
  try {
    if (options.checksums !== undefined) await verifyImage(path, options.checksums);
    const source = await sourceOf(handle, path);
    const image = await told(path, () => openIso(source));
    const layout = await told(path, () => chooseFiles(image, options));
    stderr.write(`${path}: ${image.volume}${layout.system === '' ? '' : `, laid out as ${layout.system}`}\n`);
    const staging = await openStaging(options.assetsPath, options.stagingFolder);
    try {
      const sums: string[] = [];
      for (const inside of layout.paths) {
        const entry = await told(path, () => fileOf(image, inside));
        sums.push(`${await takeOut({ entry, source, staging, folder, stderr, signal })}  ${entry.name}\n`);
      }
      await writeFile(staging.pathOf(posix.join(folder, 'SHA256SUMS')), sums.join(''));
      await staging.install(posix.join(folder, 'SHA256SUMS'));
    } finally {
      await staging.close();
    }
    if (layout.kernel !== '') stdout.write(`${JSON.stringify(profileOf(folder, layout), null, 2)}\n`);
  } finally {
    await handle.close();
  }
}

/** Below the assets; an image's name without its ending, unless another is given. */
function folderOf({ fromIso, into }: GetOptions): string {
  const folder = into ?? basename(fromIso!).replace(/\.iso$/i, '');
  if (/^[\w.+-]+(\/[\w.+-]+)*$/.test(folder) && !folder.split('/').some((part) => /^\.+$/.test(part))) return folder;
  throw new GetError(
    'usage',
    `${JSON.stringify(folder)} is no folder below the assets; name one with --into, such as --into ubuntu`,
  );
}

async function openImage(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (cause) {
    throw new GetError('not_found', `${path}: ${systemMessage(cause)}`, { cause });
  }
  throw new GetError('not_a_file', `${path} is no file`);
}

/** @throws GetError unless the image is the one that the operator's file of sums states */
async function verifyImage(path: string, checksums: string): Promise<void> {
  const stated = (await readChecksums(checksums)).find((file) => basename(file.path) === basename(path));
  if (stated === undefined) throw new GetError('wrong_checksum', `${checksums} has no checksum of ${basename(path)}`);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found === stated.sha256) return;
  throw new GetError(
    'wrong_checksum',
    `${path}: SHA-256 is ${found}, wanted ${stated.sha256} (stated by ${checksums}); nothing was taken out of it. Fetch the image again`,
  );
}

async function sourceOf(handle: FileHandle, path: string): Promise<IsoSource> {
  const { size: sizeBytes } = await handle.stat();
  return {
    sizeBytes,
    read: async (offset, length) => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      if (bytesRead < length) throw new GetError('changed', `${path} became shorter while it was read`);
      return bytes;
    },
  };
}

/** What is wrong with an image, with its name before it. */
async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof IsoError)) throw cause;
    throw new GetError('not_a_file', `${path}: ${cause.message}`, { cause });
  }
}

async function chooseFiles(image: IsoImage, { files }: GetOptions): Promise<FoundLayout> {
  if (files.length > maxFiles)
    throw new GetError('usage', `${files.length} files are wanted at once, ${maxFiles} are the most`);
  if (files.length > 0) return { system: '', kernel: '', initrd: '', paths: files };
  const layout = await findLayout(image);
  if (layout !== undefined) return layout;
  const top = (await image.list('')) ?? [];
  const some = top.slice(0, 12).map(({ name, isFolder }) => JSON.stringify(isFolder ? `${name}/` : name));
  const known = [...new Set(layouts.map(({ system }) => system))].join(', ');
  throw new IsoError(
    'no_iso',
    `kernel and initrd are not where ${known} have them; name them with --file, such as --file boot/vmlinuz --file boot/initrd. Its topmost folder has ${some.join(', ') || 'nothing'}`,
  );
}

async function fileOf(image: IsoImage, inside: string): Promise<IsoEntry> {
  const entry = await image.find(inside);
  if (entry === undefined) throw new IsoError('no_iso', `there is no file ${JSON.stringify(inside)}`);
  if (entry.sizeBytes === 0)
    throw new IsoError('no_iso', `${JSON.stringify(inside)} is empty, or a link to another file: name that one`);
  // It becomes a name among the assets.
  if (!/^[\w+-][\w.+-]*$/.test(entry.name)) {
    throw new IsoError('damaged', `${JSON.stringify(entry.name)} is no name that a file among the assets can have`);
  }
  return entry;
}

interface Taking {
  readonly entry: IsoEntry;
  readonly source: IsoSource;
  readonly staging: Staging;
  readonly folder: string;
  readonly stderr: CommandContext['stderr'];
  readonly signal: AbortSignal;
}

/** @returns the SHA-256 of what is in place then */
async function takeOut({ entry, source, staging, folder, stderr, signal }: Taking): Promise<string> {
  const relative = posix.join(folder, entry.name);
  const progress = showProgress(stderr, entry.name);
  await staging.requireSpace(entry.sizeBytes);
  const hash = createHash('sha256');
  const staged = await open(staging.pathOf(relative), 'w');
  try {
    let done = 0;
    for (const { offset, length } of entry.extents) {
      for (let at = 0; at < length; at += chunkBytes) {
        if (signal.aborted) throw new GetError('interrupted', 'stopped; run the same command again');
        const bytes = await source.read(offset + at, Math.min(chunkBytes, length - at));
        hash.update(bytes);
        await staged.writeFile(bytes);
        done += bytes.length;
        progress.update(done, entry.sizeBytes);
      }
    }
    await staged.sync();
  } finally {
    await staged.close();
  }
  await staging.install(relative);
  const sum = hash.digest('hex');
  progress.finish(`${(entry.sizeBytes / 1e6).toFixed(1)} MB, SHA-256 ${sum}`);
  return sum;
}

function profileOf(folder: string, { kernel, initrd }: FoundLayout): object {
  const at = (path: string) => `/assets/${folder}/${basename(path)}`;
  return {
    id: folder.replaceAll('/', '-'),
    boot: { kernel: at(kernel), initrd: [`--name main ${at(initrd)}`], args: ['initrd=main'] },
  };
}
