/** The data directory's files in PostgreSQL, for any number of replicas. */

import type { Pool } from 'pg';
import { checkChanges } from '../../data/change.ts';
import type { Kind } from '../../data/kind.ts';
import { createSerialQueue } from '../../data/serial-queue.ts';
import { type Position, type Store, StoreError } from '../../data/store.ts';
import { type PostgresAddress, parsePostgresUrl } from '../../engine/postgres/address.ts';
import { inTransaction, openPool } from '../../engine/postgres/pool.ts';
import { commitChanges } from './commit.ts';
import { toStoreError } from './fault.ts';
import { followCommits, type PostgresFollowing } from './follow.ts';
import { loadFiles } from './load.ts';
import { migrations, schemaVersion } from './schema.ts';

const limits = {
  bytesPerFile: 16 * 1024 * 1024,
  filesPerCommit: 10_000,
  bytesPerCommit: 64 * 1024 * 1024,
  atomic: true,
} as const;

/**
 * Does not connect yet.
 * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE`; what it leaves out comes from `PGHOST`, `PGPASSFILE` and the like
 * @throws StoreError `denied` for a URL that is none or not safe
 */
export async function openPostgresStore(url: string): Promise<Store> {
  const { config, shown } = addressOf(url);
  const pool = await openPool(config);
  const describe = (kind: Kind, name?: string) => [shown, kind, ...(name === undefined ? [] : [name])].join('/');
  let following: PostgresFollowing | undefined;
  const commits = createSerialQueue();
  return {
    limits,
    describe,
    load: () =>
      loadFiles(pool, positionOf).catch((error: unknown) => Promise.reject(toStoreError(error, `load ${shown}`))),
    follow: (from, sink, options) => {
      following = followCommits({ pool, config, from }, sink, options);
      return following;
    },
    commit: async (changes, by) => {
      checkChanges(changes, { limits, describe });
      // They wait for each other anyway, at the row that each raises: not with all connections, whose number is bounded.
      return commits.run(() => commitChanges(pool, changes, by, describe));
    },
    barrier: async () => {
      try {
        const position = await positionOf(pool);
        void following?.catchUp().catch(() => {});
        return position;
      } catch (error) {
        throw toStoreError(error, `ask ${shown}`);
      }
    },
    close: async () => {
      await following?.close();
      await pool.end();
    },
  };
}

/** @throws StoreError `denied` */
function addressOf(url: string): PostgresAddress {
  try {
    return parsePostgresUrl(url);
  } catch (error) {
    throw toStoreError(error, 'open');
  }
}

async function positionOf(client: Pick<Pool, 'query'>): Promise<Position> {
  const { rows } = await client.query<{ epoch: string; revision: string; schema: number }>(
    'select epoch, revision, schema from matchbox.state',
  );
  const { epoch, revision, schema } = rows[0]!;
  if (schema > schemaVersion + 1) {
    throw new StoreError(
      'denied',
      `the tables are of version ${schema}, this program knows ${schemaVersion}: use a newer one`,
    );
  }
  return { epoch, revision: Number(revision) };
}

/** Makes the tables that are missing, one replica at a time. @returns the versions before and after. @throws StoreError */
export async function migratePostgres(url: string): Promise<{ readonly from: number; readonly to: number }> {
  const { config, shown } = addressOf(url);
  const pool = await openPool(config);
  try {
    return await inTransaction(pool, 'begin', async (client) => {
      await client.query("select pg_advisory_xact_lock(hashtext('matchbox migrate'))");
      await client.query('create schema if not exists matchbox');
      const { rows } = await client.query<{ exists: boolean }>(
        "select to_regclass('matchbox.state') is not null as exists",
      );
      const from = rows[0]!.exists
        ? (await client.query<{ schema: number }>('select schema from matchbox.state')).rows[0]!.schema
        : 0;
      for (const statements of migrations.slice(from)) await client.query(statements);
      if (from < schemaVersion) await client.query('update matchbox.state set schema = $1', [schemaVersion]);
      return { from, to: Math.max(from, schemaVersion) };
    });
  } catch (error) {
    throw toStoreError(error, `migrate ${shown}`);
  } finally {
    await pool.end();
  }
}
