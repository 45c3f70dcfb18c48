/** Reads all files at one revision, a page at a time: whoever is served meanwhile does not wait for all of them. */
import type { Pool, PoolClient } from 'pg';
import type { Kind } from '../../data/kind.ts';
import type { Loaded, Position, StoredFile } from '../../data/store.ts';
import { inTransaction } from '../../engine/postgres/pool.ts';

/** Rows of a page: few at first, since nobody knows yet how large they are. */
const firstPage = 128;
const largestPage = 1000;
/** Node reads on as long as there is something, and hands out in one turn what it has read. */
const pageBytes = 256 * 1024;

interface Row {
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: Buffer;
}

/** @param positionOf asked first, in the transaction that the files are read in */
export function loadFiles(
  pool: Pool,
  positionOf: (client: Pick<PoolClient, 'query'>) => Promise<Position>,
): Promise<Loaded> {
  return inTransaction(pool, 'begin isolation level repeatable read read only', async (client) => {
    const position = await positionOf(client);
    await client.query('declare files no scroll cursor for select kind, name, bytes from matchbox.files');
    const files: StoredFile[] = [];
    for (let limit = firstPage; ; ) {
      const { rows } = await client.query<Row>(`fetch ${limit} from files`);
      let size = 0;
      for (const { kind, name, bytes } of rows) {
        files.push({ kind, name, content: new Uint8Array(bytes) });
        size += bytes.length;
      }
      if (rows.length < limit) return { position, files, faults: new Map() };
      limit = Math.max(1, Math.min(largestPage, 2 * limit, Math.floor((pageBytes * limit) / Math.max(1, size))));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
}
