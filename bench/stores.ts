/** npm run bench -- stores: what files, PostgreSQL and etcd need to load thousands of groups, to change one on all replicas, and to take puts one by one. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalog, openFileStore } from 'matchbox';
import { storeAccess } from 'matchbox/testing';
import { type EtcdCluster, etcdObstacle, startEtcd } from '../tests/stores/etcd-server.ts';
import { type PostgresServer, postgresObstacle, startPostgres } from '../tests/stores/postgres-server.ts';
import { percentile } from './percentile.ts';
import { printTable } from './table.ts';

type Store = ReturnType<typeof openFileStore>;
type Catalog = Awaited<ReturnType<typeof openCatalog>>;

/** The most that it may be, on a computer that has nothing else to do. */
const wanted = {
  'load 10,000 s': 3,
  'load 100,000 s': 15,
  'change p50 ms': 50,
  'change p99 ms': 500,
  '10,000 puts s': 60,
} as const;

interface Engine {
  readonly name: string;
  /** Servers that follow it; a data directory is one's own. */
  readonly replicas: number;
  /** A store of its own, opened as often as it is asked for. */
  create(): Promise<() => Promise<Store>>;
  /** A store like that with so many groups. */
  createFull(groups: number): Promise<() => Promise<Store>>;
  close(): Promise<void>;
}

const sizes = (process.env.STORES_SIZES ?? '10000,100000').split(',').map(Number);
const puts = Number(process.env.STORES_PUTS ?? 10_000);
const changes = 100;
/** As Terraform, which does ten things at once unless told otherwise. */
const atOnce = 10;

export async function main(): Promise<void> {
  const rows: Readonly<Record<string, number | string>>[] = [];
  // What watches files keeps no process alive.
  const awake = setInterval(() => {}, 1000);
  for (const open of [files, postgres, etcd]) {
    const engine = await open();
    if (typeof engine === 'string') {
      console.log(`SKIPPED: ${engine}`);
      continue;
    }
    try {
      const row = await measure(engine);
      console.log(JSON.stringify(row));
      rows.push(row);
    } finally {
      await engine.close();
    }
  }
  clearInterval(awake);
  for (const row of rows)
    for (const [what, most] of Object.entries(wanted)) {
      const found = Number(row[what]);
      console.log(`${row.store}, ${what}: ${found}, wanted at most ${most}: ${found <= most ? 'ok' : 'MISSED'}`);
    }
  printTable(
    'stores: loading groups, one change until it is in force on all replicas (one of files, three of engines), puts one by one, ten at once',
    rows,
  );
  console.log(JSON.stringify({ bench: 'stores', rows }));
}

async function measure(engine: Engine) {
  const row: Record<string, number | string> = { store: engine.name };
  for (const groups of sizes) {
    const open = await engine.createFull(groups);
    Object.assign(row, await measureLoad(open, groups));
    if (groups === sizes[0]) Object.assign(row, await measureChanges(open, engine.replicas));
  }
  Object.assign(row, await measurePuts(await engine.create()));
  return row;
}

const encode = (text: string) => new TextEncoder().encode(text);
const groupOf = (i: number, more = '') =>
  encode(
    JSON.stringify({
      id: `node${i}`,
      profile: 'worker',
      selector: {
        mac: `52:54:00:${[16, 8, 0].map((bits) => ((i >> bits) & 255).toString(16).padStart(2, '0')).join(':')}`,
      },
      metadata: { hostname: `node${i}.example.com`, ip: '10.0.0.1', more },
    }),
  );
const change = (i: number, more?: string) => ({
  kind: 'groups' as const,
  name: `node${i}.json`,
  bytes: groupOf(i, more),
});

/** As much at once as the store takes. */
async function full(create: Engine['create'], groups: number): Promise<() => Promise<Store>> {
  const open = await create();
  const store = await open();
  const most = Math.min(2000, store.limits.filesPerCommit);
  for (let i = 0; i < groups; i += most) {
    const count = Math.min(most, groups - i);
    await store.commit(
      Array.from({ length: count }, (_, k) => change(i + k)),
      randomUUID(),
    );
  }
  await store.close();
  return open;
}

/** Until a catalog is in force. */
async function measureLoad(open: () => Promise<Store>, groups: number) {
  const store = await open();
  const startedAt = performance.now();
  let longestMs = 0;
  let lastAt = startedAt;
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastAt);
    lastAt = performance.now();
  }, 1);
  const catalog = await openCatalog(store);
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(timer);
  if (catalog.snapshot.counts.groups !== groups)
    throw new Error(`${catalog.snapshot.counts.groups} of ${groups} groups`);
  await catalog.close();
  const name = groups.toLocaleString('en');
  return { [`load ${name} s`]: round(seconds), [`loop held ms (${name})`]: Math.round(longestMs) };
}

/** One writes, all have it in force: from the call to the last of them. */
async function measureChanges(open: () => Promise<Store>, replicas: number) {
  const catalogs = await Promise.all(Array.from({ length: replicas }, async () => openCatalog(await open())));
  const times: number[] = [];
  for (let i = 0; i < changes; i++) {
    const { name, bytes } = change(i, `${i}`);
    const startedAt = performance.now();
    const revision = createHash('sha256').update(bytes).digest('hex');
    const inForce = catalogs.map((catalog) => untilInForce(catalog, name, revision));
    await catalogs[i % replicas]!.put('groups', name, bytes);
    await Promise.all(inForce);
    times.push(performance.now() - startedAt);
  }
  await Promise.all(catalogs.map((catalog) => catalog.close()));
  return { 'change p50 ms': round(percentile(times, 0.5)), 'change p99 ms': round(percentile(times, 0.99)) };
}

function untilInForce(catalog: Catalog, name: string, revision: string): Promise<void> {
  return new Promise((resolve) => {
    const end = catalog.onChange((snapshot) => {
      if (snapshot.file('groups', name)?.revision !== revision) return;
      end();
      resolve();
    });
  });
}

async function measurePuts(open: () => Promise<Store>) {
  const catalog = await openCatalog(await open());
  const startedAt = performance.now();
  let next = 0;
  const client = async () => {
    for (let i = next++; i < puts; i = next++) {
      const { name, bytes } = change(i);
      await catalog.put('groups', name, bytes);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  const seconds = (performance.now() - startedAt) / 1000;
  await catalog.close();
  return { [`${puts.toLocaleString('en')} puts s`]: round(seconds) };
}

const round = (value: number) => Number(value.toPrecision(3));

async function files(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-bench-stores-'));
  let count = 0;
  const create = (groups: number) => {
    const data = join(folder, `${++count}`);
    mkdirSync(join(data, 'groups'), { recursive: true });
    // Not by the store, which takes care that each of them outlives a power cut: minutes of what is not measured.
    for (let i = 0; i < groups; i++) writeFileSync(join(data, 'groups', change(i).name), groupOf(i));
    return async () => openFileStore(data);
  };
  return {
    name: 'files',
    replicas: 1,
    create: async () => create(0),
    createFull: async (groups) => create(groups),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function postgres(): Promise<Engine | string> {
  const obstacle = postgresObstacle();
  if (obstacle !== undefined) return obstacle;
  const server: PostgresServer = await startPostgres();
  return shared(
    'PostgreSQL',
    () => server.createDatabase(),
    () => server.close(),
  );
}

/** Three members, as it is run. */
async function etcd(): Promise<Engine | string> {
  const obstacle = etcdObstacle();
  if (obstacle !== undefined) return obstacle;
  const cluster: EtcdCluster = await startEtcd({ size: 3 });
  return shared(
    'etcd, 3 members',
    async () => cluster.newUrl(),
    () => cluster.close(),
  );
}

function shared(name: string, newUrl: () => Promise<string>, close: () => Promise<void>): Engine {
  const create = async () => {
    const url = await newUrl();
    await storeAccess.migrate(url);
    return () => storeAccess.open(url);
  };
  return { name, replicas: 3, create, createFull: (groups) => full(create, groups), close };
}
