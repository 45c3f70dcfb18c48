/**
 * Five questions that a stranger has at the demonstration, with no more clicks than are written down here: who is stuck and why, what a
 * machine got, what a change for one rack would do, who is new, which certificate ends first.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from 'matchbox';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startDemo } from '../../tools/demo/server.ts';
import { visitDemo } from '../../tools/demo/strangers.ts';
import { makeFleet } from '../../tools/fleet/behaviour.ts';
import { runFleet } from '../../tools/fleet/fleet.ts';
import { buildPage } from '../../tools/page.ts';
import { openBrowser } from '../browser.ts';
import { focused } from './keys.ts';

const slow = 300_000;
/** Of three racks; those of the first are powered on. */
const fleet = makeFleet(120);
let folder: string;
let server: RunningServer;
let browser: Browser;
let page: Page;
let clicks = 0;

beforeAll(async () => {
  await buildPage();
  folder = mkdtempSync(join(tmpdir(), 'matchbox-tasks-'));
  server = await startDemo({ folder, fleet, address: '127.0.0.1:0', uiAddress: '127.0.0.1:0' });
  const url = `http://127.0.0.1:${server.addresses.http.port}`;
  await visitDemo(url, server.machines);
  await runFleet(fleet.slice(0, 20), { server: url, overMs: 500, pauseMs: () => 5 });
  browser = await openBrowser();
  const context = await browser.newContext();
  context.setDefaultTimeout(600_000);
  page = await context.newPage();
  await page.goto(server.pageLink!);
  // Signed in: whoever goes on before has not been.
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}, slow);

afterAll(async () => {
  await browser?.close();
  await server?.close(0);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await page.goto(`http://127.0.0.1:${server.addresses.ui!.port}/`);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  clicks = 0;
});

async function click(what: Locator): Promise<void> {
  await what.click();
  clicks++;
}

test(
  'which machine is stuck, and why: said on the overview; a click has the likeliest causes',
  async () => {
    const stuck = page
      .getByRole('listitem')
      .filter({ hasText: 'it has kernel and initrd and never asked for its config' });
    await click(stuck.getByRole('link', { name: 'db1' }));
    await page.getByText('the initramfs has no network').waitFor();
    expect(clicks).toBe(1);
  },
  slow,
);

test(
  'what did node7 get: a key, its name, two clicks',
  async () => {
    await page.keyboard.press('/');
    const search = page.getByRole('searchbox');
    await search.waitFor();
    await expect.poll(() => page.evaluate<string>(focused)).toBe('Find');
    await page.keyboard.type('node7');
    await page.getByText('1 machine found').waitFor();
    await click(page.getByRole('grid').getByRole('link'));
    await page.getByText('Group node7, profile worker.').waitFor();
    await click(page.getByRole('button', { name: /^generic/ }));
    await page.getByRole('region', { name: 'Answer of generic now' }).getByText('# node7 in rack0').waitFor();
    expect(clicks).toBe(2);
  },
  slow,
);

test(
  'another NTP server for one rack alone: four clicks to who would get something else',
  async () => {
    await click(page.getByRole('link', { name: 'Config', exact: true }));
    await click(page.getByRole('link', { name: /Generic/ }));
    await click(page.getByRole('link', { name: 'node.sh' }));
    const editor = page.getByRole('textbox', { name: 'Text of generic/node.sh' });
    await editor.getByText('ntp.rack1.example.com').dblclick();
    const text = readFileSync(join(folder, 'data/generic/node.sh'), 'utf8');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text.replace('NTP=ntp.rack1.example.com', 'NTP=time.example.com'));
    await page.getByText('Nothing is wrong with it.').waitFor();
    await click(page.getByRole('button', { name: 'Save …' }));
    const dialog = page.getByRole('dialog');
    const inRack = fleet.filter(({ rack, behaviour }) => rack === 'rack1' && behaviour !== 'unknown').length;
    await dialog.getByText(`machines get something else: ${inRack} generic config.`).waitFor();
    await dialog.getByText('+NTP=time.example.com').first().waitFor();
    expect(clicks).toBe(4);
  },
  slow,
);

test(
  'who is new, and how do I add it: three clicks',
  async () => {
    await click(page.getByRole('listitem').getByRole('link', { name: 'edge1' }));
    await page.getByText('they differ in a character or two').first().waitFor();
    await page.getByRole('textbox', { name: 'Name of the group' }).fill('edge1-new');
    await click(page.getByRole('button', { name: 'Adopt' }));
    await click(page.getByRole('link', { name: 'edge1-new' }).first());
    await page.getByRole('heading', { level: 1, name: 'edge1-new' }).waitFor();
    expect(JSON.parse(readFileSync(join(folder, 'data/groups/edge1-new.json'), 'utf8')).selector).toEqual({
      mac: '52:54:00:ed:9e:01',
    });
    expect(clicks).toBe(3);
  },
  slow,
);

test(
  'which certificate ends first: no click',
  async () => {
    const listed = page.getByRole('region', { name: /^Certificates/ }).getByRole('listitem');
    await listed.first().waitFor();
    expect((await listed.allInnerTexts()).map((text) => text.split(',', 1)[0])).toEqual([
      expect.stringMatching(/^gRPC API: ends in 8 d/),
      expect.stringMatching(/^machines \(HTTPS\): ends in 79 d/),
    ]);
    await page.getByText('Certificate of the gRPC API').waitFor();
    expect(clicks).toBe(0);
  },
  slow,
);
