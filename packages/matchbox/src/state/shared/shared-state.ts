/** The state of machines in an engine that several replicas share: a view that follows, and changes that are merged with those of others. */
import { systemMessage } from '@matchbox/gotext';
import type { Logger } from '../../log/log.ts';
import { wholeOf } from '../../machines/event.ts';
import { readMachine } from '../../machines/machine.ts';
import { mergeRecords } from '../../machines/merge-records.ts';
import {
  type HeardPut,
  type StateChange,
  type StateError,
  type StatePut,
  type StateStore,
  type StateTable,
  type StateValue,
  stateTables,
} from '../../machines/state-store.ts';
import { createCommitter } from '../committer.ts';
import { refusalOf } from '../conditions.ts';
import { emptyTables } from '../snapshot-file.ts';
import { type EngineRecord, fromPath, pathOf, type StateEngine, type Texts } from './engine.ts';

/** How long an engine that is away at the start is waited for; what it has comes when it is back. */
const openWithinMs = 3000;
const againMs = 1000;

/** Resolves when everything is there, or the engine has not answered for some seconds. @throws StateError `denied` */
export async function openSharedState(engine: StateEngine, logger: Logger): Promise<StateStore> {
  const shared = new SharedState(engine, logger);
  await shared.open();
  return shared;
}

/** A change, with the records as they were known when it was made. */
interface Entry {
  /** Among those that are written at once. */
  readonly index: number;
  readonly change: StateChange;
  readonly base: Texts;
}

class SharedState implements StateStore {
  readonly #engine: StateEngine;
  readonly #logger: Logger;
  readonly #tables = emptyTables();
  /** What the engine has, as far as it was heard: text and revision by path. */
  readonly #known = new Map<string, { readonly text: string | undefined; readonly revision: number }>();
  readonly #bases = new WeakMap<StateChange, Texts>();
  readonly #committer: ReturnType<typeof createCommitter>;
  readonly #listeners: ((heard: readonly HeardPut[]) => void)[] = [];
  #following: { close(): Promise<void> } | undefined;
  #isClosed = false;
  #isLost = false;
  #isLoaded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: StateEngine, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
    this.#committer = createCommitter({
      write: (changes) => this.#write(changes),
      folder: engine.shown,
      logger,
      gatherMs: engine.limits.gatherMs,
    });
  }

  async open(): Promise<void> {
    const until = performance.now() + openWithinMs;
    while (performance.now() < until) {
      if (await this.#load()) return;
      await new Promise((resolve) => setTimeout(resolve, againMs / 4));
    }
    this.#loadAgain();
  }

  table(name: StateTable): ReadonlyMap<string, StateValue> {
    return this.#tables.get(name)!;
  }

  commit(change: StateChange): Promise<void> {
    const base = new Map<string, string>();
    for (const { table, key } of change.puts ?? []) {
      const text = this.#known.get(pathOf(table, key))?.text;
      if (text !== undefined) base.set(pathOf(table, key), text);
    }
    this.#bases.set(change, base);
    return this.#committer.commit(change);
  }

  record(event: Parameters<StateStore['record']>[0]): boolean {
    return this.#committer.record(event);
  }

  events(...args: Parameters<StateStore['events']>): ReturnType<StateStore['events']> {
    return this.#engine.events(...args);
  }

  watch(listener: (heard: readonly HeardPut[]) => void): void {
    this.#listeners.push(listener);
  }

  get isAway(): boolean {
    return this.#isLost || !this.#isLoaded;
  }

  get dropped(): number {
    return this.#committer.dropped;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#committer.close();
    await this.#following?.close();
    await this.#engine.close();
  }

  /** @returns whether it worked. @throws StateError `denied` */
  async #load(): Promise<boolean> {
    try {
      const { records, revision } = await this.#engine.load();
      if (this.#isClosed) return true;
      const present = new Set(records.map(({ table, key }) => pathOf(table, key)));
      const gone = [...this.#known].flatMap(([path, { text }]): EngineRecord[] =>
        text === undefined || present.has(path) ? [] : [{ ...fromPath(path), text: undefined, revision }],
      );
      this.#hear([...gone, ...records]);
      this.#following = this.#engine.follow(revision, {
        records: (heard) => this.#hear(heard),
        reset: () => this.#loadAgain(),
      });
      if (this.#isLost) this.#logger.info("the machines' state can be reached again", { store: this.#engine.shown });
      this.#isLost = false;
      this.#isLoaded = true;
      return true;
    } catch (error) {
      if ((error as StateError).code === 'denied') throw error;
      if (!this.#isLost) this.#logger.error(`the machines' state cannot be reached: ${systemMessage(error)}`);
      this.#isLost = true;
      return false;
    }
  }

  #loadAgain(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.#following?.close();
      this.#following = undefined;
      void this.#load()
        .catch(() => false)
        .then((isThere) => isThere || this.#loadAgain());
    }, againMs);
  }

  /** What is newer than what is known, and differs from it. */
  #hear(records: readonly EngineRecord[]): void {
    const heard: HeardPut[] = [];
    for (const { table, key, text, revision } of records) {
      const path = pathOf(table, key);
      const known = this.#known.get(path);
      if (!stateTables.includes(table) || (known !== undefined && known.revision >= revision)) continue;
      this.#known.set(path, { text, revision });
      if (known?.text === text) continue;
      const before = this.#tables.get(table)!.get(key);
      const value = this.#keep(table, key, text);
      heard.push({ table, key, before, value });
    }
    this.#tell(heard);
  }

  #tell(heard: readonly HeardPut[]): void {
    if (heard.length > 0) for (const listener of this.#listeners) listener(heard);
  }

  #keep(table: StateTable, key: string, text: string | undefined): StateValue | undefined {
    const records = this.#tables.get(table)!;
    const value = text === undefined ? undefined : parse(text);
    if (value === undefined) records.delete(key);
    else records.set(key, value);
    return value;
  }

  async #write(changes: readonly StateChange[]): Promise<ReadonlyMap<number, StateError>> {
    const refused = new Map<number, StateError>();
    const entries = changes.map((change, index) => ({ index, change, base: this.#bases.get(change) ?? new Map() }));
    for (const part of partsOf(entries, this.#engine.limits)) await this.#writePart(part, refused);
    return refused;
  }

  async #writePart(part: readonly Entry[], refused: Map<number, StateError>): Promise<void> {
    const puts = part.flatMap(({ change }) => change.puts ?? []);
    const events = part.flatMap(({ change }) => change.events ?? []).map(wholeOf);
    if (puts.length === 0 && events.length === 0) return;
    let decided: Decision | undefined;
    const revision = await this.#engine.write({
      events,
      paths: [...new Set(puts.map(({ table, key }) => pathOf(table, key)))],
      decide: (found, isInDoubt) => {
        decided = decide(part, found, isInDoubt);
        return isRefused(part, decided) ? undefined : decided.texts;
      },
    });
    for (const [index, refusal] of decided?.refused ?? []) refused.set(index, refusal);
    if (decided !== undefined) this.#made(decided, revision);
  }

  /** What was written is in force; what others made of it, and what a refused change found instead, is told. */
  #made(decided: Decision, revision: number): void {
    const heard: HeardPut[] = [];
    for (const [path, text] of decided.texts) {
      const { table, key } = fromPath(path);
      const known = this.#known.get(path);
      if (known !== undefined && known.revision >= revision) continue;
      this.#known.set(path, { text, revision });
      const before = this.#tables.get(table)!.get(key);
      const value = known?.text === text ? before : this.#keep(table, key, text);
      if (decided.foreign.has(path)) heard.push({ table, key, before, value });
    }
    this.#tell(heard);
  }
}

interface Decision {
  readonly texts: ReadonlyMap<string, string | undefined>;
  /** Paths whose record is not what was put. */
  readonly foreign: ReadonlySet<string>;
  readonly refused: ReadonlyMap<number, StateError>;
}

/** Nothing of it is made: no event is kept of a change that is refused, and such a one is alone. */
function isRefused(part: readonly Entry[], { refused }: Decision): boolean {
  return part.every(({ index }) => refused.has(index));
}

/** One change after the other: what one has made of a record is what the next one finds. */
function decide(part: readonly Entry[], found: Texts, isInDoubt: boolean): Decision {
  const now = new Map<string, string | undefined>(found);
  const foreign = new Set<string>();
  const refused = new Map<number, StateError>();
  for (const { index, change, base } of part) {
    const puts = change.puts ?? [];
    // An attempt whose answer was lost may have made just this.
    const isMade = isInDoubt && puts.every((put) => now.get(pathOf(put.table, put.key)) === textOf(put));
    const refusal = isMade ? undefined : refusalOf(change, (table, key) => parse(now.get(pathOf(table, key))));
    if (refusal === undefined) for (const put of puts) take(put, base, now, foreign);
    else {
      refused.set(index, refusal);
      for (const { table, key } of puts) noteFound(pathOf(table, key), now, foreign);
    }
  }
  return { texts: now, foreign, refused };
}

/** Also that there is nothing. */
function noteFound(path: string, now: Map<string, string | undefined>, foreign: Set<string>): void {
  now.set(path, now.get(path));
  foreign.add(path);
}

function take(put: StatePut, base: Texts, now: Map<string, string | undefined>, foreign: Set<string>): void {
  const path = pathOf(put.table, put.key);
  const wanted = textOf(put);
  const there = now.get(path);
  const before = base.get(path);
  const text = there === before || put.ifIs !== undefined ? wanted : merge(put, { before, wanted, there });
  if (text !== wanted) foreign.add(path);
  else foreign.delete(path);
  now.set(path, text);
}

interface Versions {
  readonly before: string | undefined;
  readonly wanted: string | undefined;
  readonly there: string | undefined;
}

/** Somebody else has written the record meanwhile. */
function merge({ table, key }: StatePut, { before, wanted, there }: Versions): string | undefined {
  // All have to sign with one secret: that of the first.
  if (table === 'tokens' && key === 'secret') return there ?? wanted;
  if (table !== 'machines' || wanted === undefined) return wanted;
  // It was forgotten, or is part of another.
  if (there === undefined) return before === undefined ? wanted : undefined;
  const [base, mine, theirs] = [before ?? there, wanted, there].map((text) => readMachine(parse(text)));
  if (base === undefined || mine === undefined || theirs === undefined) return wanted;
  return JSON.stringify(mergeRecords(base, mine, theirs));
}

function textOf({ value }: StatePut): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function parse(text: string | undefined): StateValue | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as StateValue;
  } catch {
    // Others may write there what is none.
    return undefined;
  }
}

/** As few parts as the engine's limits allow. A change stays whole, unless it is only records that depend on nothing. */
function partsOf(entries: readonly Entry[], limits: StateEngine['limits']): Entry[][] {
  const parts: Entry[][] = [];
  let room = { paths: 0, bytes: 0 };
  for (const entry of entries.flatMap((each) => piecesOf(each, limits))) {
    // One that may be refused is alone where it has events, since none of them is kept then.
    const isAlone = isOnCondition(entry.change) && (entry.change.events ?? []).length > 0;
    const { paths, bytes } = sizeOf(entry.change);
    if (parts.length === 0 || isAlone || paths > room.paths || bytes > room.bytes) {
      parts.push([]);
      room = limits;
    }
    parts.at(-1)!.push(entry);
    room = isAlone ? { paths: 0, bytes: 0 } : { paths: room.paths - paths, bytes: room.bytes - bytes };
  }
  return parts;
}

function piecesOf(entry: Entry, { paths }: StateEngine['limits']): Entry[] {
  const { puts = [], events = [] } = entry.change;
  const most = Math.floor(paths / 4);
  const isWhole = (events.length > 0 && puts.length > 0) || isOnCondition(entry.change);
  const { paths: size } = sizeOf(entry.change);
  if (isWhole || size <= most) return [entry];
  const pieces: Entry[] = [];
  for (let i = 0; i < puts.length; i += most) pieces.push({ ...entry, change: { puts: puts.slice(i, i + most) } });
  const machines = [...new Set(events.map(({ machine }) => machine))];
  for (let i = 0; i < machines.length; i += most) {
    const some = new Set(machines.slice(i, i + most));
    pieces.push({ ...entry, change: { events: events.filter(({ machine }) => some.has(machine)) } });
  }
  return pieces;
}

function isOnCondition({ puts = [] }: StateChange): boolean {
  return puts.some(({ ifIs }) => ifIs !== undefined);
}

function sizeOf({ puts = [], events = [] }: StateChange): { readonly paths: number; readonly bytes: number } {
  const machines = new Set(events.map(({ machine }) => machine)).size;
  const bytes = puts.reduce((sum, put) => sum + (textOf(put)?.length ?? 0), machines * ringBytes);
  return { paths: puts.length + machines, bytes };
}

/** What a machine's events take, where they are kept in one piece. */
const ringBytes = 16 * 1024;
