/** The state store in a folder: an append-only journal in segments, an index beside each old one, a snapshot of the records. */
import { resolve } from 'node:path';
import { systemMessage } from '@matchbox/gotext';
import { makeFolder } from '../disk/make-folder.ts';
import type { Logger } from '../log/log.ts';
import type { Recorded, StoredEvent } from '../machines/event.ts';
import { type EventQuery, type StateChange, StateError, type StateStore } from '../machines/state-store.ts';
import { createCommitter } from './committer.ts';
import { refusalOf } from './conditions.ts';
import { type Batch, encodeLine, type UnwrittenBatch } from './line.ts';
import { ownFolder } from './owner.ts';
import { openSegments, type Segments } from './segments.ts';
import { emptyTables, readSnapshot, type Tables, writeSnapshot } from './snapshot-file.ts';

/**
 * Records are written whole after so many bytes at the latest, however many they are: what a start reads again (MACHINES: 100 MB take a
 * second), and much less than the journal may keep.
 */
const mostBytesSince = 128 * 1024 * 1024;

/** What is known of machines is its owner's alone. */
const folderMode = 0o700;

export interface JournalOptions {
  readonly logger: Logger;
  /** A segment is sealed when it has so many bytes (16 MiB). */
  readonly segmentBytes?: number;
  /** … or when it is so old (an hour). */
  readonly segmentMs?: number;
  /** All segments together; the oldest are removed beyond it. */
  readonly maxBytes?: number;
  /** Segments older than this are removed. */
  readonly maxAgeMs?: number;
  /** Records are written whole when the journal has grown by so many bytes (16 MiB), or by twice what they took, since they were. */
  readonly snapshotBytes?: number;
  readonly now?: () => number;
}

/**
 * What was committed survives SIGKILL and, as far as the disk keeps its word, a power cut.
 * @param folder made if it is not there; of folders above it that are made, too, the log tells
 * @throws StateError `locked` when another process has it, `unreadable`
 */
export async function openJournal(folder: string, options: JournalOptions): Promise<StateStore> {
  const { logger, snapshotBytes = 16 * 1024 * 1024 } = options;
  const made = await makeFolder(folder, folderMode).catch((cause: unknown) => {
    throw new StateError('unreadable', `open ${folder}: ${systemMessage(cause)}`, { cause });
  });
  // A slip in a path begins another story of all machines, where nobody looks for it.
  if (made !== undefined && resolve(made) !== resolve(folder)) {
    logger.warn('the folder of the state was made, and those above it that were not there, either', {
      path: folder,
      from: made,
    });
  }
  const owner = await ownFolder(folder);
  try {
    const snapshot = await readSnapshot(folder, (path) =>
      logger.error(
        'the snapshot of the machines’ state is damaged: what is known of machines is what the journal still has',
        { path },
      ),
    );
    const tables = snapshot?.tables ?? emptyTables();
    let nextSeq = snapshot?.nextSeq ?? 1;
    const segments = await openSegments(folder, options, nextSeq, (batch) => {
      if (batch.seq + sizeOf(batch) <= nextSeq) return;
      apply(tables, batch);
      nextSeq = batch.seq + sizeOf(batch);
    });
    return await journalStore({
      folder,
      segments,
      tables,
      nextSeq,
      snapshot: { nextSeq: snapshot?.nextSeq ?? 1, bytes: snapshot?.bytes ?? 0 },
      logger,
      snapshotBytes,
      release: owner.release,
    });
  } catch (error) {
    await owner.release();
    throw error instanceof StateError
      ? error
      : new StateError('unreadable', `open ${folder}: ${systemMessage(error)}`, { cause: error });
  }
}

interface Opened {
  readonly folder: string;
  readonly segments: Segments;
  readonly tables: Tables;
  readonly nextSeq: number;
  /** The last one: what comes before its number is in it. */
  readonly snapshot: { readonly nextSeq: number; readonly bytes: number };
  readonly logger: Logger;
  readonly snapshotBytes: number;
  readonly release: () => Promise<void>;
}

async function journalStore(opened: Opened): Promise<StateStore> {
  const { folder, segments, tables, logger, snapshotBytes, release } = opened;
  let { nextSeq, snapshot: last } = opened;
  let bytesSince = segments.readBytes;

  const snapshot = async () => {
    const seq = nextSeq;
    // One that fails is tried again when the journal has grown by as much: not with each line on a disk that is full.
    bytesSince = 0;
    try {
      last = { nextSeq: seq, bytes: await writeSnapshot(folder, { nextSeq: seq, tables }) };
    } catch (error) {
      logger.error(`cannot write the snapshot of the state: ${systemMessage(error)}`, { path: folder });
    }
  };
  let snapshotting: Promise<void> | undefined;
  // Nobody waits for it: who reports is answered meanwhile.
  const snapshotSoon = () => {
    snapshotting ??= snapshot().finally(() => {
      snapshotting = undefined;
    });
  };

  const write = async (wanted: readonly StateChange[]) => {
    const { changes, refused } = sift(wanted, tables);
    const batch = toBatch(nextSeq, changes);
    const keepsOld = await segments.rollIfFull(nextSeq, last.nextSeq);
    const line = await encodeLine(batch);
    await segments.append(line, batch);
    nextSeq += sizeOf(batch);
    bytesSince += line.length;
    apply(tables, batch);
    const mostSince = Math.min(Math.max(snapshotBytes, 2 * last.bytes), mostBytesSince);
    if (keepsOld || bytesSince >= mostSince) snapshotSoon();
    return refused;
  };

  const committer = createCommitter({ write, folder, logger });
  return {
    table: (name) => tables.get(name)!,
    commit: (change) => committer.commit(change),
    record: (event) => committer.record(event),
    events: (machine, query) => readEvents(segments, machine, query),
    get dropped() {
      return committer.dropped;
    },
    close: async () => {
      await committer.close();
      await snapshotting;
      if (bytesSince > 0) await snapshot();
      await segments.close();
      await release();
    },
  };
}

/** One change after the other: what one has made of a record is what the next one finds. */
function sift(wanted: readonly StateChange[], tables: Tables) {
  const refused = new Map<number, StateError>();
  if (!wanted.some(({ puts }) => puts?.some(({ ifIs }) => ifIs !== undefined))) return { changes: wanted, refused };
  const made = new Map<string, unknown>();
  const changes = wanted.filter((change, i) => {
    const refusal = refusalOf(change, (table, key) => {
      const path = `${table}/${key}`;
      return made.has(path) ? made.get(path) : tables.get(table)!.get(key);
    });
    if (refusal !== undefined) refused.set(i, refusal);
    else for (const { table, key, value } of change.puts ?? []) made.set(`${table}/${key}`, value);
    return refusal === undefined;
  });
  return { changes, refused };
}

function toBatch(seq: number, changes: readonly StateChange[]): UnwrittenBatch {
  const events: Recorded[] = [];
  const puts: Batch['puts'][number][] = [];
  for (const change of changes) {
    for (const event of change.events ?? []) events.push(event);
    for (const { table, key, value } of change.puts ?? []) puts.push([table, key, value ?? null]);
  }
  return { seq, events, puts };
}

/** Every batch moves the number on, so that a snapshot knows whether it has it. */
function sizeOf({ events }: UnwrittenBatch): number {
  return Math.max(1, events.length);
}

function apply(tables: Tables, { puts }: Pick<Batch, 'puts'>): void {
  for (const [table, key, value] of puts) {
    if (value === null) tables.get(table)?.delete(key);
    else tables.get(table)?.set(key, value);
  }
}

async function readEvents(
  segments: Segments,
  machine: string,
  { limit, beforeSeq = Number.MAX_SAFE_INTEGER }: EventQuery,
): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const { seq, events } of segments.batchesOf(machine, beforeSeq)) {
    for (let i = events.length - 1; i >= 0 && found.length < limit; i--) {
      const event = events[i]!;
      if (event.machine === machine && seq + i < beforeSeq) found.push({ ...event, seq: seq + i });
    }
    if (found.length >= limit) break;
  }
  return found;
}
