/**
 * npm run bench -- page: 10,000 machines and 100 events a second on the web page, in the distribution's Chromium. Frames while the list
 * scrolls, the memory of a tab (PAGE_MINUTES, 1 unless said otherwise; 0: not at all), and what machines notice of 20 open pages. For that last
 * one the pages are plain clients at the lowest priority that ask and read as browsers do: 20 browsers would take the processors themselves. The
 * server and the machines go first, where the system allows it, so that the figure is what the server's own work for pages costs, and not
 * what clients on the same computer do.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../tests/browser.ts';
import { makeFleet } from '../tools/fleet/behaviour.ts';
import { writeFleetSite } from '../tools/fleet/site.ts';
import { fromSource } from '../tools/from-source.ts';
import { cpuSeconds, runScript, withFolder } from './child.ts';
import { goFirst } from './go-first.ts';
import type { Asked } from './page/machines.ts';
import { framesOf, memoryOf, showBareList, type TabMemory } from './page/tab.ts';
import { median } from './percentile.ts';
import { printTable } from './table.ts';

const machines = 10_000;
const eventsPerSecond = 100;
const pages = 20;
const scrollSeconds = 8;
const scrollRounds = 3;
const pairs = 5;
const pairSeconds = 10;
const minutes = Number(process.env.PAGE_MINUTES ?? 1);
const sampleMs = 15_000;

interface Site {
  readonly machinesPort: number;
  readonly link: string;
}

export async function main(): Promise<void> {
  await withFolder(async (folder) => {
    writeFleetSite(folder, makeFleet(machines));
    const server = forkScript('page/server.ts', [folder, join(folder, 'state')]);
    const browser = await openBrowser();
    try {
      const [site] = (await once(server, 'message')) as [Site];
      await ask(site, 0, 0);
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      await page.goto(site.link);
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      const frames = await scroll(page, site);
      const memory = minutes > 0 ? await stayOpen(page, site) : undefined;
      const cookie = await cookieOf(context);
      await context.close();
      const besidePages = await beside(site, cookie, server.pid!);
      console.log(JSON.stringify({ bench: 'page', machines, eventsPerSecond, frames, memory, besidePages }));
    } finally {
      await browser.close();
      server.disconnect();
      await once(server, 'exit');
    }
  });
}

function forkScript(name: string, args: readonly string[]): ChildProcess {
  const [, ...words] = fromSource(fileURLToPath(new URL(name, import.meta.url)));
  return fork(words.at(-1)!, [...args], { execArgv: words.slice(0, -1) });
}

function ask({ machinesPort }: Site, perSecond: number, seconds: number, place: '' | 'first' = ''): Promise<Asked> {
  return runScript<Asked>('page/machines.ts', [machinesPort, machines, perSecond, seconds, place]);
}

async function cookieOf(context: BrowserContext): Promise<string> {
  const [{ name, value } = { name: '', value: '' }] = await context.cookies();
  return `${name}=${value}`;
}

/** A list that scrolls under load, and for comparison, in the same browser, a page on which nothing moves, and a list of bare rows. */
async function scroll(page: Page, site: Site) {
  const origin = new URL(site.link).origin;
  const told = [];
  for (let round = 0; round < scrollRounds; round++) {
    for (const what of ['nothing moves', 'bare rows scroll', 'the list scrolls'] as const) {
      const isList = what === 'the list scrolls';
      const scrolls = { 'nothing moves': undefined, 'bare rows scroll': '.bare', 'the list scrolls': '.grid' }[what];
      const load = ask(site, eventsPerSecond, scrollSeconds + 4);
      await page.goto(`${origin}${isList ? '/machines' : '/help'}`);
      await page.getByRole('heading', { level: 1, name: isList ? 'Machines' : 'Help' }).waitFor();
      if (scrolls === '.bare') await showBareList(page, machines);
      await page.waitForTimeout(1500);
      told.push({
        what,
        round,
        ...(await framesOf(page, scrollSeconds, scrolls)),
        load: loadNow(),
      });
      await load;
    }
  }
  printTable(`${machines} machines, ${eventsPerSecond} events a second, milliseconds between frames`, told);
  return told;
}

/** What stays in memory of a tab that is open for long. */
async function stayOpen(page: Page, site: Site) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const load = ask(site, eventsPerSecond, minutes * 60);
  await page.goto(`${new URL(site.link).origin}/machines`);
  await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor();
  const samples: TabMemory[] = [];
  for (let passed = 0; passed < minutes * 60_000; passed += sampleMs) {
    await page.waitForTimeout(sampleMs);
    samples.push(await memoryOf(session));
  }
  const { requests, errors } = await load;
  const third = Math.max(1, Math.floor(samples.length / 3));
  const mediansOf = (some: readonly TabMemory[]) => median(some.map(({ heapMiB }) => heapMiB));
  const [first, last] = [mediansOf(samples.slice(0, third)), mediansOf(samples.slice(-third))];
  const row = {
    what: 'memory of a tab',
    minutes,
    'first third MiB': first,
    'last third MiB': last,
    ratio: Number((last / first).toFixed(3)),
    'nodes then': samples[0]!.nodes,
    'nodes last': samples.at(-1)!.nodes,
    'listeners then': samples[0]!.listeners,
    'listeners last': samples.at(-1)!.listeners,
    requests,
    errors,
    load: loadNow(),
  };
  printTable('a tab with the list open, after its rubbish was collected', [row]);
  return row;
}

/** @property cpu processors that the server was busy with */
type Run = Asked & { readonly cpu: number };

/** Pairs of runs, with pages open and without, by turns, so that what else the computer does meets both; the first pair is for warming up. */
async function beside(site: Site, cookie: string, pid: number) {
  const [without, withPages]: [Run[], Run[]] = [[], []];
  const isFirst = goFirst(pid);
  const run = async (): Promise<Run> => {
    const before = cpuSeconds([pid]);
    const asked = await ask(site, eventsPerSecond, pairSeconds, 'first');
    return { ...asked, cpu: (cpuSeconds([pid]) - before) / pairSeconds };
  };
  let read = { stream: 0, lists: 0 };
  for (let pair = 0; pair <= pairs; pair++) {
    const order = pair % 2 === 0 ? ([false, true] as const) : ([true, false] as const);
    for (const isWith of order) {
      if (!isWith) {
        without.push(await run());
        continue;
      }
      const watchers = forkScript('page/watchers.ts', [site.link, cookie, `${pages}`]);
      await once(watchers, 'message');
      withPages.push(await run());
      watchers.send('tell');
      [read] = (await once(watchers, 'message')) as [typeof read];
      watchers.disconnect();
      await once(watchers, 'exit');
    }
    if (pair === 0) for (const runs of [without, withPages]) runs.length = 0;
  }
  const cpu = (all: readonly Run[]) => Number(median(all.map((each) => each.cpu)).toFixed(3));
  const p99 = (all: readonly Asked[]) => median(all.map(({ p99Ms }) => p99Ms));
  const p50 = (all: readonly Asked[]) => median(all.map(({ p50Ms }) => p50Ms));
  const ratios = withPages.map(({ p99Ms }, index) => p99Ms / without[index]!.p99Ms);
  const row = {
    what: 'machines beside pages',
    pages,
    'p50 ms without': p50(without),
    'p50 ms with': p50(withPages),
    'p99 ms without': p99(without),
    'p99 ms with': p99(withPages),
    'p99 ratio (median of pairs)': Number(median(ratios).toFixed(3)),
    'processors without': cpu(without),
    'processors with': cpu(withPages),
    'server goes first': isFirst ? 'yes' : 'no',
    'KiB of streams': Math.round(read.stream / 1024),
    'KiB of lists': Math.round(read.lists / 1024),
    late: [...without, ...withPages].reduce((sum, each) => sum + each.late, 0),
    errors: [...without, ...withPages].reduce((sum, each) => sum + each.errors, 0),
    load: loadNow(),
  };
  printTable(`${eventsPerSecond} machines a second, ${pages} pages open or none (median of ${pairs} pairs)`, [row]);
  return row;
}

function loadNow(): string {
  return `${loadavg()[0]!.toFixed(1)} on ${cpus().length}`;
}
