import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LeaseJournal, readLeaseJournal } from './journal.ts';
import { formatRecord, type JournalRecord, leasesAfterRestart, parseJournal } from './journal-record.ts';
import type { Lease } from './lease.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leases-'));
});
afterAll(() => rm(folder, { recursive: true }));

const lease = (number: number, more: Partial<Lease> = {}): Lease => ({
  mac: `52:54:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`,
  address: `10.77.${number >> 8}.${number & 255}`,
  known: true,
  seconds: 600,
  expiresAtMs: 1_000_000,
  ...more,
});
const bind = (number: number, more?: Partial<Lease>): JournalRecord => ({
  kind: 'bind',
  atMs: 500_000,
  lease: lease(number, more),
});
const bytesOf = (...records: JournalRecord[]) => new TextEncoder().encode(records.map(formatRecord).join(''));

test('formatRecord writes a checksum and JSON', () => {
  expect(formatRecord({ kind: 'release', atMs: 5, mac: '52:54:00:00:00:01' })).toBe(
    '0e4f06d2 {"kind":"release","atMs":5,"mac":"52:54:00:00:00:01"}\n',
  );
});

test('parseJournal reads the last state of each machine', () => {
  const bytes = bytesOf(
    bind(2),
    bind(3, { hostName: 'node3', clientIdentifier: '01525400000003' }),
    { kind: 'release', atMs: 600_000, mac: lease(2).mac },
    bind(3, { expiresAtMs: 2_000_000 }),
  );
  expect(parseJournal(bytes)).toEqual({
    leases: [lease(2, { expiresAtMs: 600_000 }), lease(3, { expiresAtMs: 2_000_000 })],
    lastAtMs: 600_000,
    records: 4,
    damagedLines: 0,
    wholeBytes: bytes.length,
  });
});

test('parseJournal gives an address to the machine that had it last', () => {
  const { leases } = parseJournal(
    bytesOf(bind(2), bind(3, { address: lease(2).address }), bind(2, { address: '10.77.0.9' })),
  );
  expect(leases.map(({ mac, address }) => [mac, address])).toEqual([
    [lease(3).mac, '10.77.0.2'],
    [lease(2).mac, '10.77.0.9'],
  ]);
});

test('parseJournal reads the whole records of every truncation', () => {
  const bytes = bytesOf(bind(2), bind(3));
  const first = bytesOf(bind(2)).length;
  for (let length = 0; length < bytes.length; length++) {
    const read = parseJournal(bytes.subarray(0, length));
    expect([read.records, read.wholeBytes, read.damagedLines]).toEqual(length < first ? [0, 0, 0] : [1, first, 0]);
  }
});

test('parseJournal passes over lines that are damaged or of a wrong shape, and counts them', () => {
  const shapes = [
    {},
    { kind: 'bind', atMs: 1 },
    { kind: 'bind', atMs: 1, lease: { ...lease(4), mac: 'x' } },
    { kind: 'release', atMs: 'x' },
  ];
  const odd = [...shapes, { kind: 'bind', atMs: 1, lease: { ...lease(4), address: '0.0.0.0' } }, null, 'x'];
  const bytes = new TextEncoder().encode(
    `${odd.map((each) => formatRecord(each as never)).join('')}00000000 {}\n\n${formatRecord(bind(5)).replace('600', '601')}${formatRecord(bind(6))}`,
  );
  expect(parseJournal(bytes)).toMatchObject({ leases: [lease(6)], records: 1, damagedLines: 10 });
});

test('parseJournal never throws', () => {
  const text = formatRecord(bind(7));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array(), fc.constant(new TextEncoder().encode(text)))), (parts) => {
      expect(parseJournal(Buffer.concat(parts)).wholeBytes).toBeGreaterThanOrEqual(0);
    }),
  );
});

const [ended, running] = [lease(2, { expiresAtMs: 400_000 }), lease(3, { expiresAtMs: 800_000 })];
test.each([
  ['at once', 500_000, [400_000, 1_100_000]],
  ['after the lease ended: it goes on for a while', 90_000_000, [400_000, 90_600_000]],
  ['with a clock that went back by years: what was left is left', 1000, [-99_000, 601_000]],
])('leasesAfterRestart %s', (_, nowMs, expected) => {
  const read = parseJournal(
    bytesOf({ kind: 'bind', atMs: 500_000, lease: ended }, { kind: 'bind', atMs: 500_000, lease: running }),
  );
  expect(leasesAfterRestart(read, nowMs).map(({ expiresAtMs }) => expiresAtMs)).toEqual(expected);
});

async function openJournal(path: string, snapshot: () => Iterable<Lease> = () => []) {
  return LeaseJournal.open({ path, snapshot, now: () => 700_000 }, await readLeaseJournal(path));
}

test('LeaseJournal keeps what was appended, and goes on behind a torn tail', async () => {
  const path = join(folder, 'sub', 'torn.journal');
  const journal = await openJournal(path);
  await Promise.all([journal.append(bind(2)), journal.append(bind(3))]);
  await journal.close();
  await appendFile(path, formatRecord(bind(4)).slice(0, 30));
  const again = await openJournal(path);
  await again.append(bind(5));
  await again.close();
  expect(await readLeaseJournal(path)).toMatchObject({ leases: [lease(2), lease(3), lease(5)], damagedLines: 0 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('LeaseJournal refuses a folder above which another lacks: a disk may not be mounted', async () => {
  const path = join(folder, 'unmounted', 'state', 'leases.journal');
  await expect(openJournal(path)).rejects.toMatchObject({
    code: 'lease_journal',
    message: expect.stringContaining(`cannot write the leases to ${path}: ENOENT`),
  });
  await expect(stat(join(folder, 'unmounted'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('LeaseJournal is written anew when most of it is past', async () => {
  const path = join(folder, 'compact.journal');
  const journal = await openJournal(path, () => [lease(2, { expiresAtMs: 9_000_000 })]);
  for (let count = 0; count < 1100; count += 100) {
    await Promise.all(Array.from({ length: 100 }, () => journal.append(bind(2))));
  }
  await journal.append(bind(2));
  await journal.append(bind(3));
  await journal.close();
  const { records, leases } = await readLeaseJournal(path);
  expect(records).toBeLessThan(100);
  expect(leases).toEqual([lease(2, { expiresAtMs: 9_000_000 }), lease(3)]);
});

test('LeaseJournal says that a lease is not safe when the disk refuses, and writes all of them when it takes them again', async () => {
  const path = join(folder, 'fails.journal');
  const journal = await openJournal(path, () => [lease(2), lease(3)]);
  const handle = (await import('node:fs/promises')).open;
  const probe = await handle(path, 'r');
  const prototype = Object.getPrototypeOf(probe) as { datasync: () => Promise<void> };
  await probe.close();
  const { datasync } = prototype;
  prototype.datasync = () => Promise.reject(new Error('ENOSPC: no space left on device'));
  try {
    await expect(journal.append(bind(2))).rejects.toThrow(
      `cannot write the leases to ${path}: ENOSPC: no space left on device`,
    );
  } finally {
    prototype.datasync = datasync;
  }
  await journal.append(bind(3));
  await journal.close();
  expect((await readLeaseJournal(path)).leases).toEqual([lease(2), lease(3)]);
});

test('LeaseJournal refuses a file that a living process writes, and takes over a dead one’s', async () => {
  const path = join(folder, 'locked.journal');
  await writeFile(`${path}.lock`, `${process.ppid}\n`);
  await expect(openJournal(path)).rejects.toThrow(
    `${path} is in use by process ${process.ppid}; two servers cannot share leases in a file`,
  );
  await writeFile(`${path}.lock`, '4194999\n');
  await (await openJournal(path)).close();
});

test('readLeaseJournal says what it cannot read', async () => {
  await expect(readLeaseJournal(folder)).rejects.toThrow(`cannot read the leases of ${folder}: EISDIR`);
});

test('LeaseJournal has every lease that was confirmed before kill -9', async () => {
  const path = join(folder, 'killed.journal');
  const register = new URL('../../../../tools/typescript/register.js', import.meta.url).href;
  const journalFile = new URL('journal.ts', import.meta.url);
  const script = `
    import { LeaseJournal, readLeaseJournal } from ${JSON.stringify(journalFile)};
    const leases = new Map();
    const options = { path: ${JSON.stringify(path)}, snapshot: () => leases.values(), now: () => 500000 };
    const read = await readLeaseJournal(options.path);
    for (const lease of read.leases) leases.set(lease.mac, lease);
    const journal = await LeaseJournal.open(options, read);
    for (let count = 0; ; count++) {
      await Promise.all([0, 1, 2].map(async (each) => {
        const number = (count * 3 + each) % 60000;
        const [high, low] = [number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, '0'));
        const lease = { mac: '52:54:00:00:' + high + ':' + low, address: '10.77.' + (number >> 8) + '.' + (number & 255),
          known: true, seconds: 600, expiresAtMs: 1000000 };
        leases.set(lease.mac, lease);
        await journal.append({ kind: 'bind', atMs: 500000, lease });
        process.stdout.write(lease.mac + '\\n');
      }));
    }`;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--import', register, '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const confirmed = new Set<string>();
    let rest = '';
    for await (const chunk of child.stdout) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) confirmed.add(line);
      if (confirmed.size >= 200) child.kill('SIGKILL');
    }
    const { leases, damagedLines } = await readLeaseJournal(path);
    const kept = new Set(leases.map(({ mac }) => mac));
    expect(confirmed.size).toBeGreaterThanOrEqual(200);
    expect([...confirmed].filter((mac) => !kept.has(mac))).toEqual([]);
    expect(damagedLines).toBe(0);
  }
});
