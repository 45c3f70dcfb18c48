/** Finds the files of a kind: names, not contents. Folders below are followed, links to folders too. */
import { statSync } from 'node:fs';
import { opendir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, isWellFormed } from '@matchbox/gotext';
import { maxFolderDepth, nameFault } from '../data/file-name.ts';
import { pathError } from './path-error.ts';

export interface FolderListing {
  /** Device and inode of the kind's own folder. */
  readonly identity: string;
  /** Of the folder above it. */
  readonly parentIdentity: string;
  /** File names relative to the kind's folder, in no order. */
  readonly names: readonly string[];
  /** Those of them that are, or may be, something else than plain files. */
  readonly irregular: ReadonlySet<string>;
  /** The kind's folder and those below it. */
  readonly folders: readonly string[];
  /** Whether there are symbolic links: what they lead to changes without the folder's knowledge. */
  readonly hasLinks: boolean;
}

/** Entries taken at once: each batch is a step of its own on the event loop. */
const batchEntries = 512;

interface MutableListing {
  identity: string;
  parentIdentity: string;
  readonly root: string;
  readonly atOnce: boolean;
  readonly names: string[];
  readonly irregular: Set<string>;
  readonly folders: string[];
  hasLinks: boolean;
}

interface FolderEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/**
 * @param atOnce by as few calls as can be, for the time in which nobody waits
 * @throws StoreError `not_found` if there is no such folder, `unreadable`
 */
export async function listFolder(root: string, atOnce: boolean): Promise<FolderListing> {
  const listing: MutableListing = {
    identity: '',
    parentIdentity: '',
    root,
    atOnce,
    names: [],
    irregular: new Set(),
    folders: [],
    hasLinks: false,
  };
  await visit(listing, '', []);
  return listing;
}

/** @param above identities of the folders on the way here, so that a link to one of them ends */
async function visit(listing: MutableListing, prefix: string, above: readonly string[]): Promise<void> {
  const folder = join(listing.root, prefix);
  try {
    const identity = await identityOf(folder, listing.atOnce);
    if (above.includes(identity) || above.length > maxFolderDepth) return;
    if (above.length === 0) {
      listing.identity = identity;
      listing.parentIdentity = await identityOf(dirname(folder), listing.atOnce);
    }
    const inner = await takeEntries(listing, prefix);
    listing.folders.push(folder);
    for (const each of inner) await visit(listing, each, [...above, identity]);
  } catch (error) {
    // A subfolder that cannot be read is of no consequence: upstream does not look into it.
    if (above.length > 0) return;
    // A file in the folder's place holds no files either.
    const absent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    throw pathError(absent ? 'not_found' : 'unreadable', 'open', folder, error);
  }
}

/** Takes the names of files. @returns the folders among the entries, as prefixes */
async function takeEntries(listing: MutableListing, prefix: string): Promise<string[]> {
  const inner: string[] = [];
  for await (const batch of entriesOf(join(listing.root, prefix), listing.atOnce)) {
    for (const entry of batch) {
      // Nearly all, and nothing has to be waited for.
      if (entry.isFile()) takeName(listing, prefix + entry.name);
      else if (await isFolderTaken(listing, prefix, entry)) inner.push(`${prefix}${entry.name}/`);
    }
  }
  return inner;
}

/** Takes the name of what is no plain file, or may be none. @returns whether the entry is a folder to look into */
async function isFolderTaken(listing: MutableListing, prefix: string, entry: FolderEntry): Promise<boolean> {
  const name = prefix + entry.name;
  const isLink = entry.isSymbolicLink();
  listing.hasLinks ||= isLink;
  const isFolder = entry.isDirectory() || (isLink && (await isDirectory(join(listing.root, name))));
  // Quirk: Kubernetes (pkg/volume/util/atomic_writer.go) keeps a ConfigMap's versions in `..2024_…` folders beside the links that are the files.
  if (isFolder) return !entry.name.startsWith('.') && isWellFormed(name);
  if (takeName(listing, name)) listing.irregular.add(name);
  return false;
}

/** @returns whether a file may have this name */
function takeName({ names }: MutableListing, name: string): boolean {
  const isTaken = isWellFormed(name) && nameFault(name) === undefined;
  if (isTaken) names.push(name);
  return isTaken;
}

async function* entriesOf(folder: string, atOnce: boolean): AsyncGenerator<readonly FolderEntry[]> {
  if (atOnce) {
    const entries = await readdir(folder, { withFileTypes: true });
    for (let at = 0; at < entries.length; at += batchEntries) {
      yield entries.slice(at, at + batchEntries);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return;
  }
  let batch: FolderEntry[] = [];
  for await (const entry of await opendir(folder, { bufferSize: batchEntries })) {
    batch.push(entry);
    if (batch.length < batchEntries) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

async function identityOf(folder: string, atOnce: boolean): Promise<string> {
  const { dev, ino } = atOnce ? statSync(folder) : await stat(folder);
  return `${dev}:${ino}`;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
