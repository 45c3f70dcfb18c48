/** Looks at all files of a kind, and judges whether what it finds missing is to be believed. */
import { lstat, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '@matchbox/gotext';
import { inSlices } from '../data/in-slices.ts';
import { StoreError } from '../data/store.ts';
import type { Verdict } from './doubt.ts';
import { type FolderListing, listFolder } from './list-folder.ts';
import { loadFile } from './load-file.ts';
import { inBatches, type KindView, type MutableLook } from './look.ts';
import { type LookContext, lookAtFile } from './look-at-file.ts';

export async function lookAtKind(context: LookContext): Promise<void> {
  const { view, look, atOnce } = context;
  let listing: FolderListing;
  try {
    listing = await listFolder(view.root, atOnce);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    view.fault = error;
    if (error.code === 'not_found' && (await isSameParent(context))) lookAtNothing(context);
    return;
  }
  const missing = await missingFrom(listing, view);
  const isKnownFolder = view.listing === undefined || view.listing.identity === listing.identity;
  const verdict = judge(context, listing, missing);
  if (verdict.is === 'doubted') {
    againAll(look, verdict.againMs);
    look.doubtMs = Math.max(look.doubtMs ?? 0, verdict.againMs);
  }
  view.fault = verdict.is === 'refused' ? lossOf(context, missing.length) : undefined;
  // Another folder is taken whole or not at all. The known one tells the truth about what it has.
  if (verdict.is !== 'believed' && !isKnownFolder) return;
  view.listing = listing;
  const isPlain = (name: string) => !listing.irregular.has(name);
  const left: string[] = [];
  // Nobody is served yet, but there are signals and a watchdog to answer.
  await inSlices(listing.names, (name) => {
    if (!atOnce || !isPlain(name) || !loadFile(view, look, name)) left.push(name);
  });
  await inBatches(left, (name) => lookAtFile(context, name, isPlain(name)));
  if (verdict.is === 'believed') await inBatches(missing, (name) => takeAway(context, name));
}

/** Files that are known and not listed. */
async function missingFrom(listing: FolderListing, { files }: KindView): Promise<string[]> {
  if (files.size === 0) return [];
  const present = new Set<string>();
  await inSlices(listing.names, (name) => present.add(name));
  const missing: string[] = [];
  await inSlices(files.keys(), (name) => {
    if (!present.has(name)) missing.push(name);
  });
  return missing;
}

/** There is no such folder: what was known of it stays, unless git has taken it away with its last file. */
function lookAtNothing({ view, look }: LookContext): void {
  const names = [...view.files.keys()];
  const finding = {
    identity: '',
    knownIdentity: view.listing?.identity,
    known: names.length,
    missing: names.length,
    signature: names.join('\0'),
  };
  const verdict = view.doubt.judge(finding, performance.now());
  if (verdict.is === 'doubted') {
    againAll(look, verdict.againMs);
    look.doubtMs = Math.max(look.doubtMs ?? 0, verdict.againMs);
  }
  if (verdict.is !== 'believed') return;
  view.listing = undefined;
  for (const name of names)
    look.found.push({ kind: view.kind, name, known: undefined, content: undefined, isNews: true });
}

/** Whether the data directory is the one in which the folder was. */
async function isSameParent({ view }: LookContext): Promise<boolean> {
  try {
    const { dev, ino } = await stat(dirname(view.root));
    return view.listing?.parentIdentity === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

function judge({ view }: LookContext, listing: FolderListing, missing: readonly string[]): Verdict {
  const finding = {
    identity: listing.identity,
    knownIdentity: view.listing?.identity,
    known: view.files.size,
    missing: missing.length,
    signature: missing.join('\0'),
  };
  return view.doubt.judge(finding, performance.now());
}

function lossOf({ view }: LookContext, missing: number): StoreError {
  const message = `open ${view.root}: is another folder than the one that was read, and ${missing} of its ${view.files.size} files are not there`;
  return new StoreError('unavailable', message);
}

/** A listing can miss a file that is renamed over while it is read; one that misses it again and again knows why. */
async function takeAway({ view, look }: LookContext, name: string): Promise<void> {
  const known = view.files.get(name);
  const missedListings = (known?.missedListings ?? 0) + 1;
  if (known === undefined || missedListings > maxMissedListings || (await isGone(join(view.root, name)))) {
    look.found.push({ kind: view.kind, name, known: undefined, content: undefined, isNews: true });
    return;
  }
  look.found.push({ kind: view.kind, name, known: { ...known, missedListings }, content: undefined, isNews: false });
  againAll(look, 0);
}

const maxMissedListings = 3;

async function isGone(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
  }
}

function againAll(look: MutableLook, afterMs: number): void {
  look.againMs = Math.min(look.againMs ?? afterMs, afterMs);
  look.unsettledAll = true;
}
