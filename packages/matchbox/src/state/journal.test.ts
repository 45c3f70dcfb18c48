import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { createLogger, silentLogger } from '../log/log.ts';
import { openJournal } from './journal.ts';
import { describeStateStore, event } from './state-store.contract.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-state-'));
  folders.push(folder);
  return folder;
}

const whatOf = (events: readonly { what: string }[]) => events.map(({ what }) => what);

describeStateStore('openJournal', async () => {
  const store = await openJournal(makeFolder(), { logger: silentLogger });
  return { store, dispose: store.close };
});

describeStateStore('openJournal with tiny segments', async () => {
  const store = await openJournal(makeFolder(), { logger: silentLogger, segmentBytes: 200, snapshotBytes: 500 });
  return { store, dispose: store.close };
});

test('openJournal has everything again after it was closed', async () => {
  const folder = makeFolder();
  const first = await openJournal(folder, { logger: silentLogger });
  await first.commit({ events: [event('m-1', 'a')], puts: [{ table: 'machines', key: 'm-1', value: { n: 1 } }] });
  await first.close();
  const again = await openJournal(folder, { logger: silentLogger });
  await again.commit({ events: [event('m-1', 'b')] });
  expect(again.table('machines').get('m-1')).toEqual({ n: 1 });
  expect(whatOf(await again.events('m-1', { limit: 9 }))).toEqual(['b', 'a']);
  await again.close();
});

test('openJournal writes what was recorded in passing when it is closed', async () => {
  const folder = makeFolder();
  const first = await openJournal(folder, { logger: silentLogger });
  for (let i = 0; i < 1500; i++) first.record(event('m-1', `${i}`));
  await first.close();
  const again = await openJournal(folder, { logger: silentLogger });
  expect((await again.events('m-1', { limit: 2000 })).length).toBe(1500);
  await again.close();
});

test('openJournal tells of folders that it makes above its own, which a slip in the path brings about', async () => {
  const above = makeFolder();
  const told: unknown[] = [];
  const logger = { ...silentLogger, warn: (...words: unknown[]) => void told.push(words) };
  await (await openJournal(join(above, 'state'), { logger })).close();
  expect(told).toEqual([]);
  const slip = join(above, 'lib/matchbox/state');
  await (await openJournal(slip, { logger })).close();
  expect(told).toEqual([
    [
      'the folder of the state was made, and those above it that were not there, either',
      { path: slip, from: join(above, 'lib') },
    ],
  ]);
});

test('openJournal refuses a folder that another process of this machine has', async () => {
  const folder = makeFolder();
  const first = await openJournal(folder, { logger: silentLogger });
  await expect(openJournal(folder, { logger: silentLogger })).rejects.toMatchObject({
    code: 'locked',
    message: `open ${folder}: another process of this machine keeps its state there`,
  });
  await first.close();
  await (await openJournal(folder, { logger: silentLogger })).close();
});

test('openJournal refuses a folder in which another machine was heard of a moment ago', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ id: 'x', host: 'other', pid: 7, at: Date.now() - 3000 }));
  await expect(openJournal(folder, { logger: silentLogger })).rejects.toThrow(
    /process 7 on other keeps its state there/,
  );
  writeFileSync(
    join(folder, 'owner.json'),
    JSON.stringify({ id: 'x', host: 'other', pid: 7, at: Date.now() - 60_000 }),
  );
  await (await openJournal(folder, { logger: silentLogger })).close();
});

test('openJournal takes a folder over at once from an owner that the socket has shown to be dead, and from none that it cannot show', async () => {
  const folder = makeFolder();
  const path = join(folder, 'owner.json');
  const first = await openJournal(folder, { logger: silentLogger });
  const dead = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  await first.close();
  writeFileSync(path, JSON.stringify({ ...dead, at: Date.now() }));
  await (await openJournal(folder, { logger: silentLogger })).close();
  // Two containers: the same name and process id, and another network namespace.
  writeFileSync(path, JSON.stringify({ ...dead, scope: 'another', at: Date.now() }));
  await expect(openJournal(folder, { logger: silentLogger })).rejects.toMatchObject({ code: 'locked' });
});

/** A folder with three commits of which nothing is in a snapshot. */
async function unclean(): Promise<{ folder: string; journal: string }> {
  const folder = makeFolder();
  const store = await openJournal(folder, { logger: silentLogger });
  for (const what of ['a', 'b', 'c']) {
    await store.commit({ events: [event('m-1', what)], puts: [{ table: 'tokens', key: what, value: what }] });
  }
  await store.close();
  rmSync(join(folder, 'snapshot.jsonl'), { force: true });
  return { folder, journal: join(folder, 'journal-000000000001.log') };
}

async function reopen(folder: string) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  const store = await openJournal(folder, { logger });
  const told = whatOf(await store.events('m-1', { limit: 9 }));
  const tokens = [...store.table('tokens').keys()];
  return { store, told, tokens, log: lines.join('') };
}

test('openJournal cuts off a torn line at the end, says so, and goes on', async () => {
  const { folder, journal } = await unclean();
  const whole = readFileSync(journal);
  for (let cut = 1; cut < 60; cut += 7) {
    writeFileSync(journal, whole.subarray(0, whole.length - cut));
    const { store, told, tokens, log } = await reopen(folder);
    expect(told).toEqual(['b', 'a']);
    expect(tokens).toEqual(['a', 'b']);
    expect(log).toMatch(/ends in a torn line: \d+ bytes are cut off/);
    await store.commit({ events: [event('m-1', 'd')] });
    await store.close();
    rmSync(join(folder, 'snapshot.jsonl'), { force: true });
    const next = await reopen(folder);
    expect(next.told).toEqual(['d', 'b', 'a']);
    expect(next.log).toBe('');
    await next.store.close();
    rmSync(join(folder, 'snapshot.jsonl'), { force: true });
  }
});

test('openJournal leaves out a damaged line in the middle, says so, and keeps the rest', async () => {
  const { folder, journal } = await unclean();
  const bytes = readFileSync(journal);
  bytes[bytes.indexOf(0x0a) + 30]! ^= 1;
  writeFileSync(journal, bytes);
  const { store, told, tokens, log } = await reopen(folder);
  expect([told, tokens]).toEqual([
    ['c', 'a'],
    ['a', 'c'],
  ]);
  expect(log).toContain('has 1 damaged lines: they are left out');
  await store.close();
});

test('openJournal takes a damaged snapshot for none and reads the journal', async () => {
  const { folder } = await unclean();
  writeFileSync(join(folder, 'snapshot.jsonl'), '9\n00000000\n');
  const { store, tokens } = await reopen(folder);
  expect(tokens).toEqual(['a', 'b', 'c']);
  await store.close();
});

test('openJournal makes an index anew that is missing or of another length', async () => {
  const folder = makeFolder();
  const options = { logger: silentLogger, segmentBytes: 100 };
  const store = await openJournal(folder, options);
  for (let i = 0; i < 20; i++) await store.commit({ events: [event(`m-${i % 2}`, `${i}`)] });
  const sidecars = readdirSync(folder).filter((name) => name.endsWith('.idx'));
  expect(sidecars.length).toBeGreaterThan(3);
  rmSync(join(folder, sidecars[0]!));
  appendFileSync(join(folder, sidecars[1]!), 'x');
  expect(whatOf(await store.events('m-1', { limit: 50 }))).toEqual([
    '19',
    '17',
    '15',
    '13',
    '11',
    '9',
    '7',
    '5',
    '3',
    '1',
  ]);
  await store.close();
});

test('openJournal removes the oldest segments beyond its bound, and their indexes', async () => {
  const folder = makeFolder();
  const store = await openJournal(folder, { logger: silentLogger, segmentBytes: 1000, maxBytes: 5000 });
  for (let i = 0; i < 300; i++) await store.commit({ events: [event('m-1', `${i}`)] });
  const names = readdirSync(folder).filter((name) => name.startsWith('journal-'));
  expect(names.filter((name) => name.endsWith('.log')).length).toBeLessThanOrEqual(7);
  expect(names.filter((name) => name.endsWith('.idx')).length).toBeLessThanOrEqual(6);
  const told = whatOf(await store.events('m-1', { limit: 1000 }));
  expect(told[0]).toBe('299');
  expect(told.length).toBeLessThan(150);
  await store.close();
});

test('openJournal removes no segment of which a record is in no snapshot yet', async () => {
  const folder = makeFolder();
  const store = await openJournal(folder, { logger: silentLogger, segmentBytes: 1000, maxBytes: 5000 });
  await store.commit({ puts: [{ table: 'machines', key: 'm-1', value: { n: 1 } }] });
  for (let i = 0; i < 100; i++) await store.commit({ events: [event('m-1', `${i}`)] });
  const killed = makeFolder();
  for (const name of readdirSync(folder).filter((each) => /\.(log|jsonl)$/.test(each)))
    copyFileSync(join(folder, name), join(killed, name));
  await store.close();
  const again = await openJournal(killed, { logger: silentLogger });
  expect(again.table('machines').get('m-1')).toEqual({ n: 1 });
  await again.close();
});

test('openJournal writes its records whole once the journal has grown by twice what they take', async () => {
  const folder = makeFolder();
  const options = { logger: silentLogger, snapshotBytes: 100 };
  const store = await openJournal(folder, options);
  const path = join(folder, 'snapshot.jsonl');
  const put = (n: number) => store.commit({ puts: [{ table: 'machines', key: 'm-1', value: 'x'.repeat(1000) + n }] });
  const kept = () => (/x(\d+)/.exec(existsSync(path) ? readFileSync(path, 'utf8') : '') ?? [])[1];
  for (const [n, wanted] of ['0', '0', '2', '2', '4'].entries()) {
    await put(n);
    await vi.waitFor(() => expect(kept()).toBe(wanted));
  }
  await store.close();
});

test('openJournal forgets segments by age', async () => {
  const folder = makeFolder();
  let now = 1_000_000;
  const store = await openJournal(folder, { logger: silentLogger, segmentMs: 100, maxAgeMs: 1000, now: () => now });
  for (let i = 0; i < 30; i++) {
    await store.commit({ events: [event('m-1', `${i}`)] });
    now += 150;
  }
  const told = whatOf(await store.events('m-1', { limit: 100 }));
  expect(told.length).toBeGreaterThanOrEqual(6);
  expect(told.length).toBeLessThanOrEqual(10);
  await store.close();
});

test('openJournal says so when its snapshot is damaged, and has what the journal still has', async () => {
  const folder = makeFolder();
  const first = await openJournal(folder, { logger: silentLogger });
  await first.commit({ puts: [{ table: 'machines', key: 'm-1', value: { n: 1 } }] });
  await first.close();
  appendFileSync(join(folder, 'snapshot.jsonl'), 'x\n');
  const errors: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const again = await openJournal(folder, { logger });
  expect(errors).toEqual([
    'the snapshot of the machines’ state is damaged: what is known of machines is what the journal still has',
  ]);
  expect(again.table('machines').get('m-1')).toEqual({ n: 1 });
  await again.close();
});
