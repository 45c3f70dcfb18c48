/** Writes stories of machines into an SQLite file, by the engine that Node brings: from 22.13 on. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { systemMessage } from '@matchbox/gotext';
import type { StoredEvent } from '../../../machines/event.ts';
import { BootcmdError } from '../error.ts';
import type { MachineInfo } from '../machine-api.ts';

type Value = string | number | bigint | null;

/** What is used of `node:sqlite`. */
interface Database {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: Value[]): unknown };
  close(): void;
}

interface Sqlite {
  readonly DatabaseSync: new (path: string) => Database;
}

export interface StoryFile {
  machine(machine: MachineInfo): void;
  event(machine: string, event: StoredEvent): void;
  /** Puts the file in its place. */
  finish(): void;
  /** Leaves nothing behind. */
  abandon(): void;
}

type Columns<T> = readonly (readonly [name: string, type: 'TEXT' | 'INTEGER' | 'REAL', value: (item: T) => Value])[];

const list = (values: readonly string[]) => JSON.stringify(values);
const orNull = (value: string | number | undefined) =>
  value === undefined || value === '' || value === 0 ? null : value;

const machineColumns: Columns<MachineInfo> = [
  ['id', 'TEXT', ({ id }) => id],
  ['name', 'TEXT', ({ name }) => name],
  ['state', 'TEXT', ({ state }) => state],
  ['state_since_ms', 'INTEGER', ({ stateSince }) => stateSince],
  ['state_reason', 'TEXT', ({ stateReason }) => orNull(stateReason)],
  ['group_id', 'TEXT', ({ group }) => orNull(group)],
  ['profile_id', 'TEXT', ({ profile }) => orNull(profile)],
  ['inbox', 'INTEGER', ({ inbox }) => (inbox ? 1 : 0)],
  ['macs', 'TEXT', ({ macs }) => list(macs)],
  ['uuids', 'TEXT', ({ uuids }) => list(uuids)],
  ['serials', 'TEXT', ({ serials }) => list(serials)],
  ['addresses', 'TEXT', ({ addresses }) => list(addresses)],
  ['labels', 'TEXT', ({ labels }) => JSON.stringify(Object.fromEntries(labels))],
  ['orders', 'TEXT', ({ orders }) => list(orders)],
  ['first_seen_ms', 'INTEGER', ({ firstSeen }) => firstSeen],
  ['last_seen_ms', 'INTEGER', ({ lastSeen }) => lastSeen],
  ['installed_at_ms', 'INTEGER', ({ installedAt }) => orNull(installedAt)],
  ['installed_by', 'TEXT', ({ installedBy }) => orNull(installedBy)],
  ['loop_starts', 'INTEGER', ({ loopStarts }) => loopStarts],
];

const eventColumns: Columns<StoredEvent & { readonly of: string }> = [
  ['seq', 'INTEGER', ({ seq }) => seq],
  ['machine_id', 'TEXT', ({ of }) => of],
  ['kind', 'TEXT', ({ kind }) => kind],
  ['at_ms', 'INTEGER', ({ at }) => at],
  ['boot', 'TEXT', ({ boot }) => orNull(boot)],
  ['what', 'TEXT', ({ what }) => what],
  ['address', 'TEXT', ({ address }) => orNull(address)],
  ['query', 'TEXT', ({ query }) => orNull(query)],
  ['status', 'INTEGER', ({ status }) => orNull(status)],
  ['reason', 'TEXT', ({ reason }) => orNull(reason)],
  ['group_id', 'TEXT', ({ group }) => orNull(group)],
  ['profile_id', 'TEXT', ({ profile }) => orNull(profile)],
  ['template', 'TEXT', ({ template }) => orNull(template)],
  ['rollout', 'TEXT', ({ rollout }) => orNull(rollout)],
  ['revision', 'TEXT', ({ revision }) => orNull(revision)],
  ['digest', 'TEXT', ({ digest }) => orNull(digest)],
  ['bytes', 'INTEGER', ({ bytes }) => orNull(bytes)],
  ['wanted_bytes', 'INTEGER', ({ wantedBytes }) => orNull(wantedBytes)],
  ['milliseconds', 'REAL', ({ milliseconds }) => orNull(milliseconds)],
  ['state', 'TEXT', ({ state }) => orNull(state)],
  ['actor', 'TEXT', ({ actor }) => orNull(actor)],
  ['text', 'TEXT', ({ text }) => orNull(text)],
  ['stale', 'INTEGER', ({ stale }) => (stale ? 1 : 0)],
];

/** @throws BootcmdError where this Node has no SQLite, or the file is there already */
export async function openStoryFile(path: string): Promise<StoryFile> {
  const { DatabaseSync } = await loadSqlite();
  if (existsSync(path)) throw new BootcmdError(`--sqlite ${path}: is there already, and is not written over`);
  const part = `${path}.part`;
  rmSync(part, { force: true });
  const database = openAt(part, DatabaseSync);
  database.exec(`${tableOf('machines', machineColumns, 'id')} ${tableOf('events', eventColumns, 'seq')} BEGIN`);
  const machines = database.prepare(insertInto('machines', machineColumns));
  const events = database.prepare(insertInto('events', eventColumns));
  return {
    machine: (machine) => void machines.run(...machineColumns.map(([, , value]) => value(machine))),
    event: (of, event) => void events.run(...eventColumns.map(([, , value]) => value({ ...event, of }))),
    finish: () => {
      database.exec('COMMIT; CREATE INDEX events_of_machine ON events (machine_id, seq)');
      database.close();
      renameSync(part, path);
    },
    abandon: () => {
      database.close();
      rmSync(part, { force: true });
    },
  };
}

async function loadSqlite(): Promise<Sqlite> {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new BootcmdError(
      `--sqlite: this is Node ${process.versions.node}, which has no SQLite; run bootcmd with Node 22.13 or later, or use bootcmd machine list -o json`,
      { cause },
    );
  }
}

function openAt(path: string, DatabaseSync: Sqlite['DatabaseSync']): Database {
  try {
    return new DatabaseSync(path);
  } catch (cause) {
    throw new BootcmdError(`--sqlite: open ${path}: ${systemMessage(cause)}`, { cause });
  }
}

function tableOf<T>(name: string, columns: Columns<T>, key: string): string {
  const defined = columns.map(([column, type]) => `${column} ${type}${column === key ? ' PRIMARY KEY' : ''}`);
  return `CREATE TABLE ${name} (${defined.join(', ')});`;
}

function insertInto<T>(name: string, columns: Columns<T>): string {
  return `INSERT OR IGNORE INTO ${name} VALUES (${columns.map(() => '?').join(', ')})`;
}
