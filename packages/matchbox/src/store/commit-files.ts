/** Makes changes to the files of a data directory: compared with what is there, written to last, read back. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkExpected, inSafeOrder } from '../data/change.ts';
import type { Kind } from '../data/kind.ts';
import { type Change, StoreError } from '../data/store.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { asynchronous } from './file-calls.ts';
import { finishJournal, type JournalStep, writeJournal } from './journal.ts';
import { isFresh, stampOf } from './look-at-file.ts';
import { pathError } from './path-error.ts';
import { readRegular } from './read-file.ts';
import { discardFile, type PreparedFile, prepareFile, publishFile, removeFile } from './write-file.ts';

/** What a change is going to replace, as it was when it was looked at. */
interface Seen {
  readonly bytes: Uint8Array | undefined;
  /** As long as the file has this one, it was not written to; undefined where it has to be read again in any case. */
  readonly stamp: string | undefined;
}

/** What is done to the disk. */
interface Hands {
  readonly prepare: typeof prepareFile;
  readonly sync: (folder: string) => Promise<void>;
}

interface Work extends Hands {
  readonly dataPath: string;
  /** Called when everything is on the disk and only has to be put in its place, which takes no time any more. */
  readonly confirm: () => Promise<void>;
}

/**
 * Others may write to the files, too. What is replaced is therefore looked at once more when the new content, which takes
 * milliseconds to be written to last, only has to be put in its place: what a change does not expect is a conflict, and what
 * a change that expects nothing replaces is what is returned.
 * @param dataPath has the kinds' folders
 * @param hands how a file is written that is not yet in its place, and a folder synced, which others may share
 * @returns what each change has replaced
 * @throws StoreError; nothing was changed unless its code is `unknown_outcome`
 */
export async function commitFiles(
  dataPath: string,
  changes: readonly Change[],
  hands: Partial<Hands> = {},
): Promise<readonly (Uint8Array | undefined)[]> {
  const seen: Seen[] = [];
  const look = async (change: Change) => {
    const found = await lookAt(pathOf(dataPath, change), change);
    checkExpected(change, found.bytes);
    return found;
  };
  for (const change of changes) seen.push(await look(change));
  const confirm = async () => {
    for (const [index, change] of changes.entries()) {
      if (await isAsSeen(pathOf(dataPath, change), seen[index]!)) continue;
      seen[index] = await look(change);
    }
  };
  const [first] = changes;
  const work = { dataPath, confirm, prepare: prepareFile, sync: syncFolder, ...hands };
  if (changes.length === 1) await makeOne(work, first!);
  else await makeSeveral(work, changes, seen);
  for (const change of changes) await readBack(pathOf(dataPath, change), change);
  return seen.map(({ bytes }) => bytes);
}

function pathOf(dataPath: string, { kind, name }: { readonly kind: Kind; readonly name: string }): string {
  return join(dataPath, kind, name);
}

async function lookAt(path: string, { expected }: Change): Promise<Seen> {
  try {
    const { bytes, stats } = await readRegular(path, asynchronous);
    // Quirk: a file's times are as coarse as the kernel's clock (Linux, fs/inode.c), so that a second write within milliseconds leaves no trace.
    return { bytes, stamp: isFresh(stats) ? undefined : stampOf(stats) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // What cannot be read can still be replaced or removed, but not compared.
    if (error.code === 'not_found' || expected === undefined) return { bytes: undefined, stamp: undefined };
    throw error;
  }
}

async function isAsSeen(path: string, { stamp }: Seen): Promise<boolean> {
  if (stamp === undefined) return false;
  try {
    return stampOf(await stat(path)) === stamp;
  } catch {
    return false;
  }
}

async function makeOne({ dataPath, confirm, prepare, sync }: Work, change: Change): Promise<void> {
  const path = pathOf(dataPath, change);
  if (change.bytes === undefined) {
    await confirm();
    return removeFile(path, sync);
  }
  const file = await prepare(join(dataPath, change.kind), change.name, change.bytes);
  try {
    await confirm();
    await publishFile(file);
  } catch (error) {
    await discardFile(file);
    throw error instanceof StoreError ? error : pathError('write_failed', 'open', path, error);
  }
  await sync(dirname(file.target)).catch((error: unknown) => {
    throw unknownOutcome(path, error);
  });
}

async function makeSeveral(
  { dataPath, confirm, prepare }: Work,
  changes: readonly Change[],
  seen: readonly Seen[],
): Promise<void> {
  for (const [index, { kind, name, bytes }] of changes.entries()) {
    if (bytes !== undefined || seen[index]!.bytes !== undefined) continue;
    throw new StoreError('not_found', `remove ${join(dataPath, kind, name)}: no such file or directory`);
  }
  const steps: JournalStep[] = [];
  const prepared: PreparedFile[] = [];
  try {
    for (const { kind, name, bytes } of inSafeOrder(changes)) {
      const file = bytes && (await prepare(join(dataPath, kind), name, bytes));
      if (file) prepared.push(file);
      steps.push({ kind, name, temporary: file?.temporary });
    }
    await confirm();
    await writeJournal(dataPath, steps);
  } catch (error) {
    await Promise.all(prepared.map(discardFile));
    throw error;
  }
  await finishJournal(dataPath).catch((error: unknown) => {
    throw unknownOutcome(dataPath, error);
  });
}

/** What is acknowledged is what will be loaded. */
async function readBack(path: string, { bytes }: Change): Promise<void> {
  if (bytes === undefined) return;
  const found = await readRegular(path, asynchronous).catch((error: unknown) => {
    throw unknownOutcome(path, error);
  });
  if (Buffer.compare(found.bytes, bytes) === 0) return;
  throw new StoreError('unknown_outcome', `open ${path}: has other content than was written to it a moment ago`);
}

function unknownOutcome(path: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `open ${path}: the change may have been made; read before you write again: ${why}`;
  return new StoreError('unknown_outcome', message, { cause });
}
