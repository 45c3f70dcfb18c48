/**
 * What a place that keeps the data directory's files can do, whatever it is: load everything as it is at one moment, follow
 * what changes from there on, make several changes as one, and say how far it has come.
 */
import { CodedError } from '../fault/coded-error.ts';
import type { Kind } from './kind.ts';

/** A moment in the life of a store. */
export interface Position {
  /** Whose counter it is. A store that was restored, or one that counts anew with every start, has another epoch. */
  readonly epoch: string;
  /** Grows with every commit; two positions compare only within an epoch. */
  readonly revision: number;
}

/** The bytes of a file; or why it cannot be used: unreadable, a device, a link to nowhere. */
export type Content = Uint8Array | StoreError;

/** A file as the store has it, or had it: without content it is gone. */
export interface StoredFile {
  readonly kind: Kind;
  /** Relative to the kind's folder, with forward slashes; see `nameFault`. */
  readonly name: string;
  readonly content: Content | undefined;
}

/** Kinds that cannot be read as a whole at the moment. What was known of them stays in force. */
export type KindFaults = ReadonlyMap<Kind, StoreError>;

/** Everything, at one position. */
export interface Loaded {
  readonly position: Position;
  readonly files: readonly StoredFile[];
  readonly faults: KindFaults;
}

/** Takes what a follower hears. No call may throw. */
export interface Sink {
  /**
   * What one commit, or one look at what others did, has changed. All of it is to be in force before any of it is seen.
   * Positions grow; no change is told twice.
   * @param by the commit's id, if it was made through this store
   */
  changes(position: Position, changes: readonly StoredFile[], by?: WriteId): void;
  /** What follows from here on cannot be told change by change: load() again, then follow() from there. Nothing else comes. */
  reset(reason: string): void;
  /** Replaces what was said before; only for stores that have folders. */
  faults(faults: KindFaults): void;
  /** Whether the store can be reached. While it is lost, what is known stays in force. */
  state(state: StoreState): void;
}

export type StoreState =
  | { readonly is: 'live' }
  /** @property reason what the last attempt met */
  | { readonly is: 'lost'; readonly reason: string };

export interface Following {
  /** Resolves when nothing more will be told. */
  close(): Promise<void>;
}

export interface FollowOptions {
  /** Tell changes of others only when somebody asks with barrier(). For commands, and for tests that want no clock. */
  readonly passive?: boolean;
}

/** One file to be written, or to be removed. */
export interface Change {
  readonly kind: Kind;
  readonly name: string;
  /** undefined: remove the file, which has to be there. */
  readonly bytes: Uint8Array | undefined;
  /** The revision (SHA-256, hex) that the file has to have; '' for no file. Left out: whatever is there. */
  readonly expected?: string | undefined;
}

/** Names one commit among all that were ever made. */
export type WriteId = string;

export interface Committed {
  readonly position: Position;
  /** What each change has replaced, in the order of the changes. */
  readonly before: readonly (Uint8Array | undefined)[];
}

export interface StoreLimits {
  readonly bytesPerFile: number;
  readonly filesPerCommit: number;
  readonly bytesPerCommit: number;
  /** Whether a commit of several files is made whole or not at all, whatever dies in the middle of it. */
  readonly atomic: boolean;
}

export interface Store {
  readonly limits: StoreLimits;
  /**
   * Everything there is. What it finds is the truth, an empty store too.
   * @throws StoreError `unavailable`, `denied`
   */
  load(): Promise<Loaded>;
  /** Tells what changes after `from`, a position of load(). There is one follower at a time. */
  follow(from: Position, sink: Sink, options?: FollowOptions): Following;
  /**
   * Makes all changes, as one commit: compares what is expected in the same transaction, resolves once they would survive
   * a power cut. The follower is told of it like of any other commit, before or after.
   * @throws StoreError `bad_name`, `too_large`, `not_found` (nothing to remove), `conflict`, `write_failed`, `denied`,
   *   `unavailable`: nothing was changed; `unknown_outcome`: whether it was, nobody knows
   */
  commit(changes: readonly Change[], by: WriteId): Promise<Committed>;
  /**
   * The newest position, which covers every commit that was acknowledged, by anybody, before the call. The follower will
   * be told of everything up to it, or has been.
   * @throws StoreError `unavailable`
   */
  barrier(): Promise<Position>;
  /** Where a kind or a file is, as users know it (a path, a URL without secrets); for messages only. */
  describe(kind: Kind, name?: string): string;
  close(): Promise<void>;
}

export type StoreErrorCode =
  | 'not_found'
  | 'unreadable'
  | 'not_a_file'
  | 'bad_name'
  | 'too_large'
  | 'conflict'
  | 'write_failed'
  | 'denied'
  | 'unavailable'
  | 'unknown_outcome';

/** A store could not do what was asked. The message says what, on what and why, in the words of Go's `os.PathError`. */
export class StoreError extends CodedError<StoreErrorCode> {
  override name = 'StoreError';
}
