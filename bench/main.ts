/**
 * npm run bench [-- [--keep] SUITE…]: prints a table and one line of JSON for each suite. With `--keep` the tables go into
 * `measured/` beside this file, too, and from there into the documentation (`npm run docs:print`).
 */
import { keepMeasured } from './measured.ts';

/** What runs a suite; loaded when it is asked for. */
type Suite = () => Promise<{ main(): Promise<void> }>;

const suites: Readonly<Record<string, Suite>> = {
  http: () => import('./http.ts'),
  assets: () => import('./assets.ts'),
  https: () => import('./https.ts'),
  signatures: () => import('./signatures.ts'),
  gotemplate: () => import('./gotemplate.ts'),
  butane: () => import('./butane.ts'),
  know: () => import('./know.ts'),
  netboot: () => import('./netboot.ts'),
  catalog: () => import('./catalog.ts'),
  stores: () => import('./stores.ts'),
  beside: () => import('./beside.ts'),
  recorder: () => import('./recorder.ts'),
  fleet: () => import('./fleet.ts'),
  page: () => import('./page.ts'),
  hostile: () => import('./hostile.ts'),
};
// What follows `beside` is another build, which only that suite takes; nobody else asks for it.
const given = process.argv.slice(2);
const keep = given.includes('--keep');
const words = given.filter((word) => word !== '--keep');
const wanted = words[0] === 'beside' ? words.slice(0, 1) : words;
const unknown = wanted.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`no bench is named ${unknown.join(', ')}; there are: ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
for (const [name, load] of Object.entries(suites)) {
  if (wanted.length > 0 ? !wanted.includes(name) : name === 'beside') continue;
  await (await load()).main();
  if (keep) keepMeasured(name);
}
