/** Looks at one file: is it there, has it changed, is somebody writing to it at this moment? */
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '@matchbox/gotext';
import { revisionOf } from '../data/revision.ts';
import { StoreError } from '../data/store.ts';
import type { DoubtTimes } from './doubt.ts';
import { asynchronous, type FileCalls, synchronous } from './file-calls.ts';
import type { KindView, Known, MutableLook } from './look.ts';
import { pathError } from './path-error.ts';
import { notAFile, readRegular } from './read-file.ts';

/** A file that changed less than this ago may still be written to. */
const settlingMs = 50;
/** A file that is being written to is looked at again after this, at most `maxPostponed` times. */
const againAfterMs = 60;
const maxPostponed = 8;

export interface LookContext {
  readonly view: KindView;
  readonly look: MutableLook;
  readonly atOnce: boolean;
  readonly patient: boolean;
  readonly times: DoubtTimes;
  /** There is a folder of this name, or there was one that was listed; or a link that was not known. */
  readonly onOther?: () => void;
}

/** What a look at a file comes to, before it is compared with what is known. */
type Sight =
  | { readonly is: 'gone' }
  | { readonly is: 'folder' }
  | { readonly is: 'fault'; readonly stamp: string; readonly fault: StoreError }
  | { readonly is: 'file'; readonly stamp: string; readonly fresh: boolean; readonly bytes: Uint8Array | undefined };

/** @param isRegular whether the listing says that it is a plain file, so that it can be opened without a look before */
export async function lookAtFile(context: LookContext, name: string, isRegular = false): Promise<void> {
  const { view } = context;
  const known = view.files.get(name);
  const calls = context.atOnce ? synchronous : asynchronous;
  const path = join(view.root, name);
  const sight = known === undefined && isRegular ? await readAt(path, calls) : await statAt(path, calls);
  if (sight.is === 'folder' || view.listing?.folders.includes(path)) context.onOther?.();
  if (context.onOther !== undefined && known === undefined && (await isLink(path))) context.onOther();
  if (sight.is === 'folder' || sight.is === 'gone') missed(context, name, known);
  else if (sight.is === 'fault') faulty(context, name, known, sight.fault);
  else await sighted({ ...context, name, path, known, calls }, sight);
}

function faulty({ view, look }: LookContext, name: string, known: Known | undefined, fault: StoreError): void {
  const digest = fault.message;
  if (known?.digest === digest) return;
  // What is no file stays none until its stamp says otherwise; what cannot be looked at has no stamp.
  look.found.push({ kind: view.kind, name, known: { stamp: '', digest, postponed: 0 }, content: fault, isNews: true });
}

interface FileContext extends LookContext {
  readonly name: string;
  readonly path: string;
  readonly known: Known | undefined;
  readonly calls: FileCalls;
}

async function sighted(context: FileContext, sight: Sight & { is: 'file' }): Promise<void> {
  const { look, name, known } = context;
  if (sight.stamp === known?.stamp) {
    if (known.missedAtMs !== undefined) remember(context, { stamp: known.stamp, postponed: 0 });
    return;
  }
  if (sight.fresh) again(look, againAfterMs, context);
  if (context.patient && sight.fresh && known !== undefined && known.postponed < maxPostponed) {
    remember(context, { ...known, postponed: known.postponed + 1 });
    return;
  }
  const now = sight.bytes === undefined ? await readAt(context.path, context.calls) : sight;
  if (now.is === 'gone' || now.is === 'folder') missed(context, name, known);
  else taken(context, now);
}

/** Nothing new is said of the file. */
function remember({ view, look, name }: FileContext, known: Known): void {
  look.found.push({ kind: view.kind, name, known, content: undefined, isNews: false });
}

function taken({ view, look, name, known }: FileContext, now: Sight & { is: 'file' | 'fault' }): void {
  const content = now.is === 'fault' ? now.fault : now.bytes!;
  // Quirk: a file's times are as coarse as the kernel's clock (Linux, fs/inode.c), so that a second write within a few milliseconds leaves no
  // trace in them. What was read while it was fresh is therefore read once more.
  const stamp = now.is === 'file' && now.fresh ? '' : now.stamp;
  const digest = stamp === '' || known?.digest !== undefined ? digestOf(content) : undefined;
  const isSame = digest !== undefined && digest === known?.digest;
  const remembered = stamp === '' && digest !== undefined ? { stamp, digest, postponed: 0 } : { stamp, postponed: 0 };
  look.found.push({ kind: view.kind, name, known: remembered, content, isNews: !isSame });
}

function digestOf(content: Uint8Array | StoreError): string {
  return content instanceof StoreError ? content.message : revisionOf(content);
}

/** A file that is gone is believed to be so at a second look; in between somebody may have put another in its place. */
function missed(context: LookContext, name: string, known: Known | undefined): void {
  if (known === undefined) return;
  const { view, look, times } = context;
  const nowMs = performance.now();
  const missedAtMs = known.missedAtMs ?? nowMs;
  const leftMs = missedAtMs + times.fewGoneMs - nowMs;
  if (leftMs <= 0) {
    look.found.push({ kind: view.kind, name, known: undefined, content: undefined, isNews: true });
    return;
  }
  look.found.push({ kind: view.kind, name, known: { ...known, missedAtMs }, content: undefined, isNews: false });
  look.doubtMs = Math.max(look.doubtMs ?? 0, leftMs);
  again(look, leftMs, { view, name });
}

function again(look: MutableLook, afterMs: number, file: { readonly view: KindView; readonly name: string }): void {
  look.againMs = Math.min(look.againMs ?? afterMs, afterMs);
  look.unsettled.push([file.view.kind, file.name]);
}

async function statAt(path: string, calls: FileCalls): Promise<Sight> {
  try {
    const found = await calls.stat(path);
    if (found.isDirectory()) return { is: 'folder' };
    if (!found.isFile()) return { is: 'fault', stamp: stampOf(found), fault: notAFile(path, found) };
    return { is: 'file', stamp: stampOf(found), fresh: isFresh(found), bytes: undefined };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && !(await isLink(path))) return { is: 'gone' };
    if (errnoOf(error) === 'ENOTDIR') return { is: 'gone' };
    return { is: 'fault', stamp: '', fault: pathError('unreadable', 'open', path, error) };
  }
}

async function readAt(path: string, calls: FileCalls): Promise<Sight> {
  try {
    const { bytes, stats } = await readRegular(path, calls);
    return { is: 'file', stamp: stampOf(stats), fresh: isFresh(stats), bytes };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code === 'not_found' ? { is: 'gone' } : { is: 'fault', stamp: '', fault: error };
  }
}

/** Whatever changes a file's content or time of change changes its time of status change. */
export function stampOf({ ctimeMs, size, ino, dev }: Stats): string {
  // Joined, since a text that is put together keeps its parts: four times the memory, for each of 100,000 files.
  return [ctimeMs, size, ino, dev].join(' ');
}

export function isFresh({ mtimeMs, ctimeMs }: Stats): boolean {
  const ageMs = Date.now() - Math.max(mtimeMs, ctimeMs);
  return ageMs >= 0 && ageMs < settlingMs;
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}
