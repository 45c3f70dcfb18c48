/** A server with its web page on a data directory of its own, and a browser to look at it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunningServer, start } from 'matchbox';
import { type Role, userAccess } from 'matchbox/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { buildPage } from '../../tools/page.ts';
import { plainMachines } from '../../tools/plain-machines.ts';
import { plainPage } from '../../tools/plain-page.ts';
import { openBrowser } from '../browser.ts';

type UiOptions = NonNullable<Parameters<typeof start>[0]['ui']>;

export interface PageSite {
  readonly server: RunningServer;
  readonly data: string;
  /** Where machines ask. */
  readonly machinesUrl: string;
  /** Where people ask. */
  readonly url: string;
  readonly browser: Browser;
  /** A tab of somebody who has signed in by a one-time link. */
  signedIn(options?: Parameters<Browser['newContext']>[0]): Promise<Tab>;
  /** Stops the server, and begins another at the same addresses, with what was kept. @param meanwhile while there is none */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about: errors, refusals of the policy. */
  readonly complaints: string[];
}

/** @param files by path, below the data directory @param ui what is otherwise than usual, for this folder */
export async function openPageSite(
  files: Readonly<Record<string, string>>,
  users: Readonly<Record<string, Role>> = {},
  ui: (data: string) => Partial<UiOptions> = () => ({}),
): Promise<PageSite> {
  await buildPage();
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-page-'));
  const data = join(folder, 'data');
  for (const kind of ['groups', 'profiles', 'ignition', 'cloud', 'generic', 'assets'])
    mkdirSync(join(data, kind), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(data, path)), { recursive: true });
    writeFileSync(join(data, path), text);
  }
  const statePath = join(folder, 'state');
  for (const [name, role] of Object.entries(users))
    await userAccess.order(statePath, { order: 'put', name, role, password: `password of ${name}` });
  const startAt = (port: number, uiPort: number) =>
    start({
      address: `127.0.0.1:${port}`,
      dataPath: data,
      assetsPath: join(data, 'assets'),
      machines: plainMachines(statePath),
      ui: {
        address: `127.0.0.1:${uiPort}`,
        ...plainPage,
        statePath,
        auditLog: join(folder, 'audit.log'),
        ...ui(data),
      },
    });
  let server = await startAt(0, 0);
  const { http, ui: page } = server.addresses;
  const browser = await openBrowser();
  const url = `http://127.0.0.1:${page!.port}`;
  let state: Awaited<ReturnType<BrowserContext['storageState']>> | undefined;
  return {
    get server() {
      return server;
    },
    data,
    machinesUrl: `http://127.0.0.1:${http.port}`,
    url,
    browser,
    signedIn: async (options = {}) => {
      const tab = await openTab(browser, { ...options, ...(state && { storageState: state }) });
      // The link is good for once: those who come later bring the first one's cookie.
      await tab.page.goto(state === undefined ? server.pageLink! : url);
      await tab.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      state ??= await tab.context.storageState();
      return tab;
    },
    restart: async (meanwhile) => {
      await server.close(0);
      await meanwhile();
      server = await startAt(http.port, page!.port);
    },
    close: async () => {
      await browser.close();
      await server.close(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function openTab(browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<Tab> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(600_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, context, complaints };
}
