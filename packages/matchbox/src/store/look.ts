/** A look at files while it is taken: what is known of them, and what it has found so far. */
import type { Kind } from '../data/kind.ts';
import type { StoredFile, StoreError } from '../data/store.ts';
import type { Doubt } from './doubt.ts';
import type { FolderListing } from './list-folder.ts';

/** So many files at a time: Node has four threads for them. */
const filesAtOnce = 64;

/** What is remembered of a file. */
export interface Known {
  /** Equal stamps mean equal content; '' when it has to be read again in any case. */
  readonly stamp: string;
  /** Of a file that has to be read again: what it was, so that nothing is told twice. */
  readonly digest?: string;
  /** How many looks in a row left it alone because it was being written. */
  readonly postponed: number;
  /** When it was first missed, in milliseconds of `performance.now()`. */
  readonly missedAtMs?: number;
  /** How many listings in a row did not have it although it was there. */
  readonly missedListings?: number;
}

export interface KindView {
  readonly kind: Kind;
  readonly root: string;
  readonly files: Map<string, Known>;
  readonly doubt: Doubt;
  /** The last one that was believed. */
  listing: FolderListing | undefined;
  fault: StoreError | undefined;
}

export type FileId = readonly [kind: Kind, name: string];

/** A look while it is taken. */
export interface MutableLook {
  found: Found[];
  readonly unsettled: FileId[];
  againMs: number | undefined;
  unsettledAll: boolean;
  doubtMs: number | undefined;
}

/** What a file has come to. */
export interface Found extends StoredFile {
  /** undefined: it is gone. */
  readonly known: Known | undefined;
  /** Whether it is to be told. */
  readonly isNews: boolean;
}

export async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += filesAtOnce) {
    await Promise.all(items.slice(at, at + filesAtOnce).map(work));
  }
}
