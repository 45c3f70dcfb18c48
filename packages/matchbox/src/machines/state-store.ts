/** What a place that keeps the machines' stories can do. It is apart from the data directory's store: no boot moves a revision there. */
import { CodedError } from '../fault/coded-error.ts';
import type { Recorded, StoredEvent } from './event.ts';

/** Small records by key. A new table is a new name here. */
export const stateTables = [
  'machines',
  'tokens',
  'distrusted',
  'rollouts',
  'users',
  'sessions',
  'deliveries',
  'leases',
] as const;

export type StateTable = (typeof stateTables)[number];

/** JSON, as `JSON.parse` returns it; whoever reads it checks its shape. */
export type StateValue = unknown;

export interface StatePut {
  readonly table: StateTable;
  readonly key: string;
  /** undefined removes the record. */
  readonly value: StateValue | undefined;
  /** Only if this is the record now; null: only if there is none. Left out: whatever it is. */
  readonly ifIs?: StateValue;
}

/** A record that another replica has changed. */
export interface HeardPut {
  readonly table: StateTable;
  readonly key: string;
  /** What was known of it here; undefined for nothing. */
  readonly before: StateValue | undefined;
  /** undefined: it is gone. */
  readonly value: StateValue | undefined;
}

export interface StateChange {
  readonly events?: readonly Recorded[];
  readonly puts?: readonly StatePut[];
}

export interface EventQuery {
  /** At most this many, the newest first. */
  readonly limit: number;
  /** Only events before this one. */
  readonly beforeSeq?: number;
}

export interface StateStore {
  /** All records of a table: a view of what the store holds, changed by each commit once that is durable. */
  table(name: StateTable): ReadonlyMap<string, StateValue>;
  /**
   * Keeps a change whole. Resolves once it would survive what the store promises to survive.
   * @throws StateError `conflict` when a record is not what `ifIs` says: nothing is changed
   */
  commit(change: StateChange): Promise<void>;
  /**
   * Keeps an event some time soon, without anybody waiting.
   * @returns false when there is too much waiting already: it is dropped and counted
   */
  record(event: Recorded): boolean;
  /** Events of a machine, the newest first. @throws StateError */
  events(machine: string, query: EventQuery): Promise<readonly StoredEvent[]>;
  /** Calls with what other replicas change; left out where there are none. */
  watch?(listener: (heard: readonly HeardPut[]) => void): void;
  /** What other replicas change cannot be heard: what is known may be old, or nothing; left out where there are none. */
  readonly isAway?: boolean;
  /** Events that were dropped since the start. */
  readonly dropped: number;
  /** Writes what is waiting. */
  close(): Promise<void>;
}

export type StateErrorCode = 'locked' | 'write_failed' | 'unreadable' | 'closed' | 'conflict' | 'denied';

/** The state store could not do what was asked. The message says what, on what and why. */
export class StateError extends CodedError<StateErrorCode> {
  override name = 'StateError';
}
