/** The state of machines in PostgreSQL: records with a counter of their own, and a table of events. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemMessage } from '@matchbox/gotext';
import type { Pool, PoolClient } from 'pg';
import { EngineError } from '../../engine/engine-error.ts';
import { parsePostgresUrl } from '../../engine/postgres/address.ts';
import { inTransaction, openPool } from '../../engine/postgres/pool.ts';
import { isRefusal, sqlStateOf } from '../../engine/postgres/sql-state.ts';
import type { MachineEvent, StoredEvent } from '../../machines/event.ts';
import { StateError, type StateTable } from '../../machines/state-store.ts';
import { type EngineRecord, type EngineSink, type EngineWrite, fromPath, pathOf, type StateEngine } from './engine.ts';

/** How late other replicas hear of a change. Notifications would hold up everybody's commits for each boot. */
const pollMs = 500;
const pruneMs = 10 * 60 * 1000;
const limits = { paths: 4000, bytes: 16 * 1024 * 1024, gatherMs: 200 } as const;
/** An answer that was lost is asked for again for so long. */
const doubtMs = 4000;

/** Does not connect yet. @throws StateError `denied` for a URL that is none or not safe */
export async function openPostgresState(url: string): Promise<StateEngine> {
  const { config, shown } = addressOf(url);
  const pool = await openPool({ ...config, application_name: 'matchbox-state', max: 3 });
  const pruning = setInterval(() => void prune(pool).catch(() => {}), pruneMs);
  pruning.unref();
  let ended: Promise<void> | undefined;
  const told = <T>(work: Promise<T>, what: string): Promise<T> =>
    work.catch((error: unknown) => {
      throw toStateError(error, `${what} ${shown}`);
    });
  return {
    shown,
    limits,
    load: () => told(loadRecords(pool), 'load'),
    follow: (revision, sink) => followRecords(pool, revision, sink),
    write: (write) => told(writeOnce(pool, write), 'write'),
    events: (machine, { limit, beforeSeq = Number.MAX_SAFE_INTEGER }) =>
      told(readEvents(pool, machine, [limit, beforeSeq]), 'read'),
    close: () => {
      clearInterval(pruning);
      ended ??= pool.end();
      return ended;
    },
  };
}

function addressOf(url: string) {
  try {
    return parsePostgresUrl(url);
  } catch (error) {
    throw toStateError(error, 'open');
  }
}

function toStateError(error: unknown, what: string): StateError {
  if (error instanceof StateError) return error;
  if (error instanceof EngineError) return new StateError('denied', error.message, { cause: error });
  const sqlState = sqlStateOf(error);
  if (sqlState === '42P01' || sqlState === '3F000') {
    const text = 'there are no tables for the state of machines: matchbox store migrate makes them';
    return new StateError('denied', `${what}: ${text}`, { cause: error });
  }
  const isDenied = sqlState !== undefined && /^(28|3D|42501)/.test(sqlState);
  const message = sqlState === undefined ? systemMessage(error) : (error as Error).message;
  return new StateError(isDenied ? 'denied' : 'write_failed', `${what}: ${message}`, { cause: error });
}

interface Row {
  readonly kind: StateTable;
  readonly key: string;
  readonly value: string | null;
  readonly revision: string;
}

const toRecord = ({ kind, key, value, revision }: Row): EngineRecord => ({
  table: kind,
  key,
  text: value ?? undefined,
  revision: Number(revision),
});

async function headOf(client: Pick<Pool, 'query'>): Promise<{ readonly revision: number; readonly pruned: number }> {
  const { rows } = await client.query<{ revision: string; pruned: string }>(
    'select revision, pruned from matchbox.state_head',
  );
  return { revision: Number(rows[0]!.revision), pruned: Number(rows[0]!.pruned) };
}

function loadRecords(pool: Pool) {
  return inTransaction(pool, 'begin isolation level repeatable read read only', async (client) => {
    const { revision } = await headOf(client as unknown as Pool);
    const { rows } = await client.query<Row>(
      'select kind, key, value, revision from matchbox.records where value is not null',
    );
    return { records: rows.map(toRecord), revision };
  });
}

function followRecords(pool: Pool, from: number, sink: EngineSink): { close(): Promise<void> } {
  const ended = new AbortController();
  let told = from;
  const ask = async (): Promise<boolean> => {
    const { revision, pruned } = await headOf(pool);
    // Restored from a backup, or asleep for longer than what was removed is remembered.
    if (revision < told || pruned > told) return false;
    if (revision === told) return true;
    const { rows } = await pool.query<Row>(
      'select kind, key, value, revision from matchbox.records where revision > $1 order by revision',
      [told],
    );
    told = revision;
    if (!ended.signal.aborted) sink.records(rows.map(toRecord));
    return true;
  };
  const run = async () => {
    while (!ended.signal.aborted) {
      await sleep(pollMs, undefined, { signal: ended.signal, ref: false }).catch(() => {});
      if (ended.signal.aborted) return;
      // Whoever writes says that the engine is away.
      if (await ask().catch(() => true)) continue;
      ended.abort();
      sink.reset();
    }
  };
  const running = run();
  return {
    close: async () => {
      ended.abort();
      await running;
    },
  };
}

/** Whether an attempt was made whose answer was lost is found by the number of its batch. */
async function writeOnce(pool: Pool, write: EngineWrite): Promise<number> {
  const batch = randomUUID();
  const until = performance.now() + doubtMs;
  for (let isInDoubt = false; ; isInDoubt = true) {
    try {
      return await inTransaction(pool, 'begin', (client) => make(client, write, { batch, isInDoubt }));
    } catch (error) {
      if (error instanceof StateError || isRefusal(error) || performance.now() > until) throw error;
      await sleep(100);
    }
  }
}

interface Attempt {
  readonly batch: string;
  readonly isInDoubt: boolean;
}

async function make(client: PoolClient, write: EngineWrite, { batch, isInDoubt }: Attempt): Promise<number> {
  if (write.paths.length === 0) {
    await insertEvents(client, write.events, { batch, isInDoubt });
    return 0;
  }
  // The row that every writer raises first: revisions become visible in their order, and what is read here stays as it is.
  const { rows: heads } = await client.query<{ revision: string }>(
    'update matchbox.state_head set revision = revision + 1 returning revision',
  );
  const names = write.paths.map(fromPath);
  const { rows } = await client.query<Row>(
    `select r.kind, r.key, r.value, r.revision from matchbox.records r
     join unnest($1::text[], $2::text[]) as t (k, n) on r.kind = k and r.key = n where r.value is not null`,
    [names.map(({ table }) => table), names.map(({ key }) => key)],
  );
  const found = new Map(rows.map(({ kind, key, value }) => [pathOf(kind, key), value!]));
  const texts = write.decide(found, isInDoubt);
  const revision = Number(heads[0]!.revision);
  if (texts === undefined) return revision;
  await insertEvents(client, write.events, { batch, isInDoubt });
  const changed = [...texts].filter(([path, text]) => found.get(path) !== text);
  await client.query(
    `insert into matchbox.records (kind, key, value, revision)
     select k, n, v, $1 from unnest($2::text[], $3::text[], $4::text[]) as t (k, n, v)
     on conflict (kind, key) do update set value = excluded.value, revision = excluded.revision, at = now()`,
    [
      revision,
      changed.map(([path]) => fromPath(path).table),
      changed.map(([path]) => fromPath(path).key),
      changed.map(([, text]) => text ?? null),
    ],
  );
  return revision;
}

async function insertEvents(
  client: PoolClient,
  events: readonly MachineEvent[],
  { batch, isInDoubt }: Attempt,
): Promise<void> {
  if (events.length === 0) return;
  if (isInDoubt) {
    const machine = events[0]!.machine;
    const { rows } = await client.query('select 1 from matchbox.events where machine = $1 and batch = $2 limit 1', [
      machine,
      batch,
    ]);
    if (rows.length > 0) return;
  }
  await client.query(
    `insert into matchbox.events (machine, batch, body)
     select m, $1, b from unnest($2::text[], $3::text[]) with ordinality as t (m, b, n) order by n`,
    [batch, events.map(({ machine }) => machine), events.map((event) => JSON.stringify(event))],
  );
}

async function readEvents(pool: Pool, machine: string, bounds: readonly [number, number]): Promise<StoredEvent[]> {
  const { rows } = await pool.query<{ seq: string; body: string }>(
    'select seq, body from matchbox.events where machine = $1 and seq < $3 order by seq desc limit $2',
    [machine, ...bounds],
  );
  return rows.map(({ seq, body }) => ({ ...(JSON.parse(body) as MachineEvent), seq: Number(seq) }));
}

/** By the engine's clock: events for thirty days, what was removed for one. Done by every replica, whoever comes first. */
async function prune(pool: Pool): Promise<void> {
  await pool.query("delete from matchbox.events where at < now() - interval '30 days'");
  await inTransaction(pool, 'begin', async (client) => {
    await client.query('select revision from matchbox.state_head for update');
    await client.query(
      `with gone as (delete from matchbox.records where value is null and at < now() - interval '1 day' returning revision)
       update matchbox.state_head set pruned = greatest(pruned, (select max(revision) from gone))`,
    );
  });
}
