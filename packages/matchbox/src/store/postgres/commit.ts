/** One commit: compared, made and noted in one transaction; and what became of one whose answer was lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { checkExpected } from '../../data/change.ts';
import { type Change, type Committed, type Store, StoreError, type WriteId } from '../../data/store.ts';
import { inTransaction } from '../../engine/postgres/pool.ts';
import { isRefusal } from '../../engine/postgres/sql-state.ts';
import { toStoreError } from './fault.ts';
import { channel, rememberedCommits } from './schema.ts';

/** History is cut now and then, not at each commit. */
const pruneEvery = 500;
/** For so long it is asked what became of a commit. */
const doubtMs = 4000;

/** All that a commit writes, in one statement: whoever commits next waits for each way to the server and back. */
const writeAll = `
  with change as (select k, m, b, n from unnest($3::text[], $4::text[], $5::bytea[]) with ordinality as t (k, m, b, n)),
  noted as (insert into matchbox.commits (revision, write_id) values ($1::bigint, $2)),
  history as (insert into matchbox.changes (revision, ordinal, kind, name, bytes) select $1::bigint, n, k, m, b from change),
  written as (
    insert into matchbox.files (kind, name, bytes) select k, m, b from change where b is not null
    on conflict (kind, name) do update set bytes = excluded.bytes
  ),
  removed as (delete from matchbox.files f using change where f.kind = k and f.name = m and b is null)
  select pg_notify($6, $1::bigint::text)`;

/** @throws StoreError */
export async function commitChanges(
  pool: Pool,
  changes: readonly Change[],
  by: WriteId,
  describe: Store['describe'],
): Promise<Committed> {
  let made: Committed | undefined;
  try {
    return await inTransaction(pool, 'begin', async (client) => {
      made = await make(client, changes, by, describe);
      return made;
    });
  } catch (error) {
    if (error instanceof StoreError) throw error;
    // As long as not all of it was made nobody has told the server to commit.
    if (made === undefined || isRefusal(error)) throw toStoreError(error, 'commit');
    return settle(pool, made, by, error);
  }
}

async function make(
  client: PoolClient,
  changes: readonly Change[],
  by: WriteId,
  describe: Store['describe'],
): Promise<Committed> {
  const { rows } = await client.query<{ epoch: string; revision: string }>(
    'update matchbox.state set revision = revision + 1 returning epoch, revision',
  );
  const { epoch, revision } = rows[0]!;
  const before = await replacedBy(client, changes, describe);
  const kinds = changes.map(({ kind }) => kind);
  const names = changes.map(({ name }) => name);
  const contents = changes.map(({ bytes }) => (bytes === undefined ? null : Buffer.from(bytes)));
  await client.query(writeAll, [revision, by, kinds, names, contents, channel]);
  if (Number(revision) % pruneEvery === 0) await prune(client, Number(revision) - rememberedCommits);
  return { position: { epoch, revision: Number(revision) }, before };
}

/** @throws StoreError `conflict`, `not_found` */
async function replacedBy(client: PoolClient, changes: readonly Change[], describe: Store['describe']) {
  const { rows } = await client.query<{ kind: string; name: string; bytes: Buffer }>(
    'select f.kind, f.name, f.bytes from matchbox.files f join unnest($1::text[], $2::text[]) as t (k, m) on f.kind = k and f.name = m',
    [changes.map(({ kind }) => kind), changes.map(({ name }) => name)],
  );
  const found = new Map(rows.map(({ kind, name, bytes }) => [`${kind}/${name}`, new Uint8Array(bytes)]));
  return changes.map((change) => {
    const { kind, name, bytes } = change;
    const content = found.get(`${kind}/${name}`);
    checkExpected(change, content);
    if (bytes === undefined && content === undefined) {
      throw new StoreError('not_found', `remove ${describe(kind, name)}: no such file or directory`);
    }
    return content;
  });
}

async function prune(client: PoolClient, to: number): Promise<void> {
  if (to <= 0) return;
  await client.query('delete from matchbox.commits where revision <= $1', [to]);
  await client.query('update matchbox.state set pruned = $1', [to]);
}

/**
 * The answer to a commit was lost: it was made or not, and its id says which. It is never made again blindly.
 * @throws StoreError `unavailable`: it was not made; `unknown_outcome`
 */
async function settle(pool: Pool, made: Committed, by: WriteId, cause: unknown): Promise<Committed> {
  const until = Date.now() + doubtMs;
  for (;;) {
    try {
      if (!(await wasMade(pool, by))) break;
      return made;
    } catch {
      if (Date.now() > until) {
        throw new StoreError(
          'unknown_outcome',
          `commit: the change may have been made; read before you write again (${(cause as Error).message})`,
          { cause },
        );
      }
      await sleep(100);
    }
  }
  throw toStoreError(cause, 'commit');
}

/** The server may be at the commit still: it holds the row that every commit raises first, so that row is waited for before anybody looks. */
function wasMade(pool: Pool, by: WriteId): Promise<boolean> {
  return inTransaction(pool, 'begin', async (client) => {
    await client.query('select revision from matchbox.state for update');
    const { rows } = await client.query('select 1 from matchbox.commits where write_id = $1', [by]);
    return rows.length > 0;
  });
}
