/** Changes groups of a data directory in a process of its own: catalog-run.ts FOLDER → JSON of a CatalogRun. */
import { openCatalog, openFileStore } from 'matchbox';
import { openMemoryStore } from 'matchbox/testing';
import { groupText, macOf } from './know/data.ts';

export interface CatalogRun {
  /** Of one group, in the catalog alone. */
  readonly 'change CPU ms': number;
  /** Of one group, to the disk and back. */
  readonly 'put CPU ms': number;
  /** Of the group of a machine. */
  readonly 'select CPU µs': number;
}

const changes = 300;
const puts = 100;
const selections = 200_000;

const [, , folder = ''] = process.argv;
const catalog = await openCatalog(openFileStore(folder), { watch: false });
const count = catalog.snapshot.counts.groups;
const content = Object.fromEntries(
  catalog.snapshot.files('groups').map(({ name, bytes }) => [`groups/${name}`, bytes]),
);
const inMemory = await openCatalog(openMemoryStore(content), { watch: false });
const run: CatalogRun = {
  'change CPU ms': (await cpuMs(() => putMany(inMemory, changes))) / changes,
  'put CPU ms': (await cpuMs(() => putMany(catalog, puts))) / puts,
  'select CPU µs': ((await cpuMs(selectMany)) * 1000) / selections,
};
console.log(
  JSON.stringify(run, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value)),
);
process.exit(0);

async function putMany(into: Pick<typeof catalog, 'put'>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await into.put('groups', `node-${i}.json`, Buffer.from(groupText(i, `note ${i}`)));
}

async function selectMany(): Promise<void> {
  for (let i = 0; i < selections; i++) catalog.snapshot.select(new Map([['mac', macOf(i % count)]]));
}

/** Processor time of this process, in milliseconds. */
async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
