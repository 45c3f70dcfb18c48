/** How long the event loop is held while thousands of files are read: catalog-loop.ts FOLDER → JSON of a CatalogLoop. Moves the folder’s groups away. */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openCatalog, openFileStore } from 'matchbox';

export interface CatalogLoop {
  /** The longest that anybody had to wait while everything was read anew (SIGHUP); and nothing at all happened, which says how busy the computer is. */
  readonly 'reload held ms': number;
  /** The same while all groups appeared at once in the folder of a server that had none. */
  readonly 'appear held ms': number;
  readonly 'idle held ms': number;
}

const [, , folder = ''] = process.argv;
const full = await openCatalog(openFileStore(folder));
const count = full.snapshot.counts.groups;
const idle = await heldMs(() => sleep(1000));
const reload = await heldMs(() => full.reload());
await full.close();

const late = join(folder, 'late');
mkdirSync(late);
const empty = await openCatalog(openFileStore(late));
const appear = await heldMs(async () => {
  renameSync(join(folder, 'groups'), join(late, 'groups'));
  while (empty.snapshot.counts.groups < count) await sleep(20);
});
const run: CatalogLoop = { 'reload held ms': reload, 'appear held ms': appear, 'idle held ms': idle };
console.log(JSON.stringify(run));
process.exit(0);

async function heldMs(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  await sleep(50);
  delay.disable();
  return Math.round(delay.max / 1e6);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
