/** What an engine does for the state that replicas share. */
import type { MachineEvent, StoredEvent } from '../../machines/event.ts';
import type { EventQuery, StateTable } from '../../machines/state-store.ts';

/** A record as the engine has it. */
export interface EngineRecord {
  readonly table: StateTable;
  readonly key: string;
  /** JSON; undefined: there is none any more. */
  readonly text: string | undefined;
  /** Grows with every write of the record. */
  readonly revision: number;
}

/** The records that a write is about, as texts by `pathOf`. */
export type Texts = ReadonlyMap<string, string>;

export interface EngineWrite {
  readonly events: readonly MachineEvent[];
  /** The records that are looked at, by `pathOf`. */
  readonly paths: readonly string[];
  /**
   * What becomes of the records, given what they are. It may be asked several times: only what it said last counts.
   * @param isInDoubt an earlier attempt may have been made
   * @returns what is to be written, undefined to be removed; nothing at all: no event is to be kept either
   */
  decide(found: Texts, isInDoubt: boolean): ReadonlyMap<string, string | undefined> | undefined;
}

export interface EngineSink {
  /** What was changed, by anybody; the same may be told again. */
  records(records: readonly EngineRecord[]): void;
  /** What changed since cannot be told: everything has to be loaded. */
  reset(): void;
}

export interface StateEngine {
  /** Without user and password. */
  readonly shown: string;
  readonly limits: { readonly paths: number; readonly bytes: number; readonly gatherMs: number };
  /** @throws StateError, or what the engine's library says */
  load(): Promise<{ readonly records: readonly EngineRecord[]; readonly revision: number }>;
  follow(revision: number, sink: EngineSink): { close(): Promise<void> };
  /** Reads, decides and writes as one. @returns the revision that the records have then. @throws StateError */
  write(write: EngineWrite): Promise<number>;
  events(machine: string, query: EventQuery): Promise<readonly StoredEvent[]>;
  close(): Promise<void>;
}

export function pathOf(table: StateTable, key: string): string {
  return `${table}/${key}`;
}

export function fromPath(path: string): { readonly table: StateTable; readonly key: string } {
  const slash = path.indexOf('/');
  return { table: path.slice(0, slash) as StateTable, key: path.slice(slash + 1) };
}
