/** What a place that keeps the data directory's files can do: a few verbs on bytes, addressed by kind and name. */
import type { Kind } from './kind.ts';

/** One file of a listing. */
export interface StoreEntry {
  /** Relative to the kind's folder, with forward slashes: `node1.json`, `sub/inner.json`. */
  readonly name: string;
  /** Opaque; equal stamps mean equal content. '' when nothing is known, then the file has to be read. */
  readonly stamp: string;
  /** Written to so recently that a writer may be at it still; whoever has an older version had better wait a moment. */
  readonly settling?: boolean;
  /** The file is there and cannot be used: it is a FIFO, a socket or a device, a link to nowhere, … */
  readonly fault?: StoreError;
}

/** Notices changes; `onHint` may be called too often, and after any change at all within a second or so. */
export interface Watcher {
  close(): Promise<void>;
}

export interface Store {
  /**
   * All files of a kind, subfolders included, in byte order of their names.
   * @throws StoreError `not_found` when the kind's folder is not there, `unreadable` when it cannot be read
   */
  list(kind: Kind): Promise<readonly StoreEntry[]>;
  /** @throws StoreError `not_found`, `unreadable`, `not_a_file`, `bad_name` */
  read(kind: Kind, name: string): Promise<Uint8Array>;
  /** Resolves once the bytes would survive a power cut. @throws StoreError `write_failed`, `bad_name` */
  write(kind: Kind, name: string, bytes: Uint8Array): Promise<void>;
  /** @throws StoreError `not_found`, `write_failed`, `bad_name` */
  remove(kind: Kind, name: string): Promise<void>;
  watch(onHint: () => void): Watcher;
  /** Where a kind or a file is, as users know it (a path); for messages only. */
  describe(kind: Kind, name?: string): string;
}

export type StoreErrorCode = 'not_found' | 'unreadable' | 'not_a_file' | 'bad_name' | 'write_failed';

/** A store could not do what was asked. The message says what, on what and why, in the words of Go's `os.PathError`. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/**
 * The file name that an id or a reference stands for, as upstream resolves it inside a folder: `./a//b` is `a/b`.
 * @returns undefined for what leaves the folder, is empty or has control characters
 */
export function resolveName(reference: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(reference)) return undefined;
  const parts = reference.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..')) return undefined;
  return parts.join('/');
}
