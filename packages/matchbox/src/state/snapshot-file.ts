/** All records at one moment, in a file that is replaced whole: what a start reads instead of the whole journal. */
import { constants } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { syncFolder } from '../disk/sync-folder.ts';
import { type StateTable, stateTables } from '../machines/state-store.ts';

export type Tables = ReadonlyMap<StateTable, Map<string, unknown>>;

export interface StateSnapshot {
  /** Everything before this number is in it. */
  readonly nextSeq: number;
  readonly tables: Tables;
}

const fileName = 'snapshot.jsonl';
/** Records that are written in one turn of the event loop: a fifth of a millisecond, which a request may have to wait for. */
const recordsAtOnce = 20;
/** Characters that are written in one piece: each write is handed to another thread, which takes as long as encoding some records. */
const pieceLength = 64 * 1024;

export function emptyTables(): Tables {
  return new Map(stateTables.map((name) => [name, new Map<string, unknown>()]));
}

/**
 * Lines of JSON: the number, then `[table, key, value]` for each record, then the checksum of what stands above it.
 * @param onDamaged told of one that is not whole
 * @returns undefined when there is none, or none that is whole
 * @throws what the system says of one that cannot be read
 */
export async function readSnapshot(
  folder: string,
  onDamaged: (path: string) => void = () => {},
): Promise<(StateSnapshot & { readonly bytes: number }) | undefined> {
  const path = join(folder, fileName);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const end = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  if (end <= 0 || bytes.toString('latin1', end).trimEnd() !== format(crc32(bytes.subarray(0, end)))) {
    onDamaged(path);
    return undefined;
  }
  const [head = '0', ...lines] = bytes.toString('utf8', 0, end - 1).split('\n');
  const tables = emptyTables();
  for (const line of lines) {
    const [table, key, value] = JSON.parse(line) as [StateTable, string, unknown];
    tables.get(table)?.set(key, value);
  }
  return { nextSeq: Number(head), tables, bytes: bytes.length };
}

/**
 * Records may change while they are written, a few at a time: what the journal has after `nextSeq` is done again at the start, and
 * doing it twice comes to the same.
 * @returns its length in bytes, about. @throws what the system says; the old one is there still then
 */
export async function writeSnapshot(folder: string, { nextSeq, tables }: StateSnapshot): Promise<number> {
  const path = join(folder, fileName);
  const temporary = `${path}.tmp`;
  const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  let length = 0;
  try {
    let checksum = 0;
    for await (const chunk of chunksOf(nextSeq, tables)) {
      length += chunk.length;
      checksum = crc32(chunk, checksum);
      await file.writeFile(chunk);
    }
    await file.writeFile(`${format(checksum)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
  return length;
}

async function* chunksOf(nextSeq: number, tables: Tables): AsyncGenerator<string> {
  let text = `${nextSeq}\n`;
  let records = 0;
  for (const [name, table] of tables) {
    for (const [key, value] of table) {
      text += `${JSON.stringify([name, key, value])}\n`;
      if (++records % recordsAtOnce !== 0) continue;
      if (text.length >= pieceLength) {
        yield text;
        text = '';
      }
      await nextTurn();
    }
  }
  yield text;
}

function format(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
