/** Connections to PostgreSQL that may break at any time without ending the process. */
import type { Pool, PoolClient, PoolConfig } from 'pg';

/** The library is loaded where it is wanted: most servers have their files on disk. */
export async function openPool(config: PoolConfig): Promise<Pool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool(config);
  // Quirk: an error of an idle client is an event of the pool, one of a client in use an event of its own
  // (pg-pool, index.js, idleListener; pg, lib/client.js, _handleErrorEvent); either
  // ends the process when nobody listens. Whoever uses the client hears of it by its query.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  return pool;
}

/** Runs statements in one transaction; rolls back what fails. */
export async function inTransaction<T>(
  pool: Pool,
  begin: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    try {
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((fault: Error) => {
        broken = fault;
      });
      throw error;
    }
  } catch (error) {
    // A client of which nobody knows where it stands is not used again.
    if (!(error instanceof Error && 'severity' in error)) broken ??= error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}
