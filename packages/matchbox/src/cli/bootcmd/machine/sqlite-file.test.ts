import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MachineInfo } from '../machine-api.ts';
import { openStoryFile } from './sqlite-file.ts';

const hasSqlite = await import('node:sqlite').then(
  () => true,
  () => false,
);
if (!hasSqlite)
  console.warn(`Node ${process.versions.node} has no SQLite: NOT TESTED: export --sqlite (npm run test:lines does)`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-sqlite-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const machine: MachineInfo = {
  id: 'm-1',
  name: "node'1",
  state: 'running',
  stateSince: 5,
  stateReason: '',
  group: 'node1',
  profile: 'worker',
  inbox: false,
  macs: ['52:54:00:a1:9c:ae'],
  uuids: [],
  serials: [],
  addresses: ['192.0.2.7'],
  firstSeen: 1,
  lastSeen: 9,
  labels: [['rack', 'a1']],
  steps: [],
  orders: [],
  installedAt: 0,
  installedBy: '',
  loopStarts: 0,
  collisions: [],
};

test.runIf(hasSqlite)('openStoryFile writes machines and events that SQL finds again', async () => {
  const path = join(folder, 'stories.sqlite');
  const file = await openStoryFile(path);
  file.machine(machine);
  file.event('m-1', {
    seq: 7,
    kind: 'script',
    machine: '',
    at: 2,
    what: 'ipxe',
    status: 200,
    bytes: 142,
    text: "it's",
  });
  file.event('m-1', { seq: 8, kind: 'report', machine: '', at: 3, what: 'text', state: 'running' });
  file.finish();
  expect(readdirSync(folder)).toEqual(['stories.sqlite']);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path) as unknown as {
    prepare(sql: string): { all(): Record<string, unknown>[] };
    close(): void;
  };
  const query = `SELECT name, json_extract(labels, '$.rack') AS rack, kind, status, bytes, text
    FROM events JOIN machines ON machine_id = id ORDER BY seq`;
  const rows = database
    .prepare(query)
    .all()
    .map((row) => ({ ...row }));
  database.close();
  expect(rows).toEqual([
    { name: "node'1", rack: 'a1', kind: 'script', status: 200, bytes: 142, text: "it's" },
    { name: "node'1", rack: 'a1', kind: 'report', status: null, bytes: null, text: null },
  ]);
  await expect(openStoryFile(path)).rejects.toThrow('is there already, and is not written over');
});

test.runIf(hasSqlite)(
  'openStoryFile leaves nothing behind when it is abandoned, and says what it cannot open',
  async () => {
    const path = join(folder, 'abandoned.sqlite');
    writeFileSync(`${path}.part`, 'left by a process that was killed');
    (await openStoryFile(path)).abandon();
    expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
    await expect(openStoryFile(join(folder, 'nowhere/x.sqlite'))).rejects.toThrow('--sqlite: open');
  },
);

test.skipIf(hasSqlite)('openStoryFile says which Node it wants', async () => {
  await expect(openStoryFile(join(folder, 'x.sqlite'))).rejects.toThrow(
    `this is Node ${process.versions.node}, which has no SQLite; run bootcmd with Node 22.13 or later`,
  );
  expect(existsSync(join(folder, 'x.sqlite'))).toBe(false);
});
