/** npm run pictures: photographs the demonstration's web page for README and docs, with the distribution's Chromium. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startDemo } from '../../tools/demo/server.ts';
import { visitDemo } from '../../tools/demo/strangers.ts';
import { makeFleet } from '../../tools/fleet/behaviour.ts';
import { runFleet } from '../../tools/fleet/fleet.ts';
import { buildPage } from '../../tools/page.ts';
import { openBrowser } from '../browser.ts';

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const maxBytes = 150_000;
const machines = 120;

interface Picture {
  readonly name: string;
  readonly isDark?: boolean;
  readonly take: (page: Page, url: string) => Promise<unknown>;
}

const pictures: readonly Picture[] = [
  {
    name: 'overview',
    take: async (page, url) => {
      await page.goto(url);
      await page.getByRole('link', { name: /^Stalled:/ }).waitFor({ timeout: 90_000 });
    },
  },
  {
    name: 'machine-why',
    take: async (page, url) => {
      await page.goto(`${url}machine/edge1`);
      await page.getByText('they differ in a character or two').first().waitFor();
    },
  },
  {
    name: 'config-impact',
    isDark: true,
    take: async (page, url) => {
      await page.goto(`${url}config/generic/node.sh`);
      await page.getByRole('textbox', { name: 'Text of generic/node.sh' }).click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      await page.keyboard.insertText('.new');
      await page.getByRole('button', { name: 'Save …' }).click();
      await page
        .getByRole('dialog')
        .getByText(/machines get something else/)
        .waitFor();
    },
  },
];

await buildPage();
const scratch = mkdtempSync(join(tmpdir(), 'matchbox-pictures-'));
mkdirSync(folder, { recursive: true });
const fleet = makeFleet(machines);
const server = await startDemo({ folder: scratch, fleet, address: '127.0.0.1:0', uiAddress: '127.0.0.1:0' });
const url = `http://127.0.0.1:${server.addresses.http.port}`;
const abort = new AbortController();
const browser = await openBrowser();
try {
  await visitDemo(url, server.machines);
  await runFleet(fleet.slice(0, 90), { server: url, overMs: 3000, pauseMs: () => 20, signal: abort.signal });
  const running = runFleet(fleet.slice(90), { server: url, overMs: 60_000, pauseMs: () => 8000, signal: abort.signal });
  running.catch(() => {});
  const context = await browser.newContext({ viewport: { width: 1080, height: 700 } });
  const page = await context.newPage();
  await page.goto(server.pageLink!);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  const pageUrl = page.url();
  for (const { name, isDark = false, take } of pictures) {
    await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
    await take(page, pageUrl);
    // What comes a moment later belongs to it.
    await page.waitForTimeout(1500);
    const path = join(folder, `${name}.png`);
    writeFileSync(path, await page.screenshot());
    const { length } = readFileSync(path);
    console.log(`${path}: ${length} bytes`);
    if (length > maxBytes) throw new Error(`${path} has ${length} bytes, more than the ${maxBytes} that are wanted`);
  }
} finally {
  abort.abort();
  await browser.close();
  await server.close(0);
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
