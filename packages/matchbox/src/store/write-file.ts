/**
 * Writes files so that a crash leaves the old content or the new one, never half: a temporary file, fsync, rename, fsync of
 * the folder. In two steps, since several files are prepared before the first of them is put in its place.
 */
import { randomInt } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errnoOf } from '@matchbox/gotext';
import { temporarySuffix } from '../data/file-name.ts';
import { StoreError } from '../data/store.ts';
import { makeFolder } from '../disk/make-folder.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { pathError } from './path-error.ts';

/** A file that is on the disk and not yet in its place. */
export interface PreparedFile {
  /** Where it will be: behind all links. */
  readonly target: string;
  /** Its name until then, in the same folder. */
  readonly temporary: string;
}

/** The names that files have while they are written; anything else that ends like it is somebody else's. */
export const temporaryName = /\.\d+-\d+\.matchbox-tmp$/;

const maxLinks = 40;
const newFileMode = 0o644;

/**
 * @param root folder of the kind
 * @param name relative to it
 * @throws StoreError `write_failed`, `bad_name`; then nothing is left behind
 */
export async function prepareFile(root: string, name: string, bytes: Uint8Array): Promise<PreparedFile> {
  const path = join(root, name);
  let temporary: string | undefined;
  try {
    await makeFolderToLast(dirname(path));
    await refuseCircles(root, name);
    const target = await followLinks(path);
    const before = await statOf(target);
    if (before?.isDirectory()) throw new StoreError('write_failed', `open ${path}: is a directory`);
    // A name of its own, so that a long name does not become too long.
    temporary = join(dirname(target), `.${process.pid}-${randomInt(2 ** 47)}${temporarySuffix}`);
    await writeSynced(temporary, bytes, before);
    return { target, temporary: basename(temporary) };
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof StoreError) throw error;
    throw pathError('write_failed', 'open', path, error);
  }
}

/** The folder is to be synced afterwards. @throws the error of rename(2) */
export async function publishFile({ target, temporary }: PreparedFile): Promise<void> {
  await rename(join(dirname(target), temporary), target);
}

export async function discardFile({ target, temporary }: PreparedFile): Promise<void> {
  await rm(join(dirname(target), temporary), { force: true }).catch(() => {});
}

/** @throws StoreError `not_found`, `write_failed` */
export async function removeFile(path: string, sync: (folder: string) => Promise<void>): Promise<void> {
  try {
    // Quirk: Go's os.Remove (os/file_unix.go) takes empty folders too, and says of others that they are not empty.
    if ((await lstat(path)).isDirectory()) await rmdir(path);
    else await unlink(path);
    await sync(dirname(path));
  } catch (error) {
    throw pathError(errnoOf(error) === 'ENOENT' ? 'not_found' : 'write_failed', 'remove', path, error);
  }
}

/** What a link leads to is written, and the link stays, as upstream does it; a link to nowhere gets its file. */
export async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let followed = 0; followed <= maxLinks; followed++) {
    const link = await readlink(target).catch((error: unknown) => {
      if (errnoOf(error) === 'EINVAL' || errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (link === undefined) return target;
    target = resolve(dirname(target), link);
  }
  throw new StoreError('write_failed', `open ${path}: too many levels of symbolic links`);
}

/** A folder that is reached through a link to one above it is not listed, so nothing is written to it either. */
async function refuseCircles(root: string, name: string): Promise<void> {
  const seen = new Set<string>();
  let folder = root;
  for (const part of ['.', ...name.split('/').slice(0, -1)]) {
    folder = join(folder, part);
    const { dev, ino } = await stat(folder);
    const identity = `${dev}:${ino}`;
    if (seen.has(identity)) {
      throw new StoreError('bad_name', `open ${join(root, name)}: goes round in a circle of links`);
    }
    seen.add(identity);
  }
}

async function makeFolderToLast(folder: string): Promise<void> {
  const first = await makeFolder(folder, 0o755).catch((error: unknown) => refuseFolder(folder, error));
  if (first === undefined) return;
  // A folder that was made lasts once the one above knows of it.
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}

/** As Go's `os.MkdirAll`: what is named when it fails is the part of the path that cannot be made, or is no folder. */
async function refuseFolder(folder: string, error: unknown): Promise<never> {
  let culprit = folder;
  for (let parent = dirname(culprit); parent !== culprit; parent = dirname(culprit)) {
    if ((await statOf(parent).catch(() => undefined))?.isDirectory()) break;
    culprit = parent;
  }
  const isThere = ['EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '');
  throw pathError('write_failed', 'mkdir', culprit, isThere ? Object.assign(new Error(), { code: 'ENOTDIR' }) : error);
}

async function writeSynced(path: string, bytes: Uint8Array, before: Stats | undefined): Promise<void> {
  const file = await open(path, 'wx', newFileMode);
  try {
    if (before !== undefined) await takeOver(file, before);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whom a file belongs to and who may read it does not change by a write; where we may not see to that, it does. */
async function takeOver(file: FileHandle, before: Stats): Promise<void> {
  const now = await file.stat();
  if (now.uid !== before.uid || now.gid !== before.gid) await file.chown(before.uid, before.gid).catch(() => {});
  if ((now.mode & 0o777) !== (before.mode & 0o777)) await file.chmod(before.mode & 0o777);
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
