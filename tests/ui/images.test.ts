/** Downloads from the page: with progress, verified, one at a time, for operators alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageAccess } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { confirm, tabTo } from './keys.ts';
import { openReleaseSite, type ReleaseSite, release } from './release-site.ts';
import { openPageSite, openTab, type PageSite, type Tab } from './site.ts';

const slow = 300_000;
const kernel = `assets/flatcar/${release}/flatcar_production_pxe.vmlinuz`;
let folder: string;
let vendor: ReleaseSite;
let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-images-'));
  const keyFile = join(folder, 'key.asc');
  vendor = await openReleaseSite(keyFile);
  site = await openPageSite(files, { vera: 'viewer' }, (data) => ({
    images: imageAccess({
      assetsPath: join(data, 'assets'),
      matchboxUrl: () => 'http://matchbox.example.com:8080',
      site: { baseUrl: vendor.baseUrl, keyFile },
    }),
  }));
  tab = await site.signedIn();
}, slow);

afterAll(async () => {
  await site?.close();
  await vendor?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const audit = () => readFileSync(join(site.data, '../audit.log'), 'utf8');

async function startDownload({ page }: Tab) {
  await page.goto(`${site.url}/images`);
  await page.getByRole('combobox', { name: 'System' }).selectOption('flatcar');
  await page.getByRole('button', { name: 'Download', exact: true }).click();
}

test(
  'a system is downloaded by keyboard alone: its progress is seen, nothing is there before it is verified, a profile is begun with it',
  async () => {
    const { page } = tab;
    let letGo = () => {};
    vendor.hold = new Promise((resolve) => {
      letGo = resolve;
    });
    await page.goto(`${site.url}/images`);
    await page.getByRole('heading', { name: 'Download an operating system' }).waitFor();
    await page.getByRole('combobox', { name: 'System' }).waitFor();
    await tabTo(page, 'System');
    await page.keyboard.type('flatcar');
    await page.getByText('verifies it by the project’s signature').waitFor();
    await tabTo(page, 'Download');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar', { name: 'How much of flatcar_production_pxe.vmlinuz is there' }).waitFor();
    expect(existsSync(join(site.data, kernel))).toBe(false);
    letGo();
    vendor.hold = Promise.resolve();
    await page.getByText(`Version ${release} is there, verified.`).waitFor();
    const told = page.getByRole('list', { name: 'Files of the download' }).getByRole('listitem');
    expect(await told.allInnerTexts()).toEqual([
      'flatcar_production_pxe.vmlinuz 0.2 MB, signature verified',
      'flatcar_production_pxe_image.cpio.gz 0.4 MB, signature verified',
      'flatcar_production_image.bin.bz2 0.6 MB, signature verified',
    ]);
    expect(readFileSync(join(site.data, kernel)).length).toBe(200_000);
    await page
      .getByRole('row', { name: /flatcar_production_pxe\.vmlinuz \d/ })
      .first()
      .waitFor();
    expect(audit()).toMatch(/"object":"images\/flatcar"[^\n]*"outcome":"done"/);
    await tabTo(page, 'Begin a profile with it');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Text of profiles/flatcar' }).waitFor();
    await tabTo(page, 'Save …');
    await page.keyboard.press('Enter');
    await confirm(page, 'Save');
    await page.getByText('Saved, and in force.').waitFor();
    expect(JSON.parse(readFileSync(join(site.data, 'profiles/flatcar.json'), 'utf8')).boot.kernel).toBe(`/${kernel}`);
  },
  slow,
);

test(
  'what is not what its signature says is thrown away, and the page says so',
  async () => {
    const path = `/amd64-usr/${release}/flatcar_production_pxe.vmlinuz`;
    const good = vendor.files.get(path)!;
    rmSync(join(site.data, kernel));
    vendor.files.set(path, Buffer.alloc(good.length, 'evil'));
    await startDownload(tab);
    await tab.page.getByRole('alert').getByText('flatcar_production_pxe.vmlinuz').waitFor();
    expect(existsSync(join(site.data, kernel))).toBe(false);
    expect(audit()).toMatch(/"object":"images\/flatcar"[^\n]*"outcome":"(failed|refused)"/);
    vendor.files.set(path, good);
  },
  slow,
);

test(
  'one at a time; leaving the page stops it, and it can be begun again',
  async () => {
    rmSync(join(site.data, kernel), { force: true });
    let letGo = () => {};
    const { page } = tab;
    await startDownload(tab);
    await page.getByText(`Version ${release} is there, verified.`).waitFor();
    rmSync(join(site.data, kernel));
    vendor.hold = new Promise((resolve) => {
      letGo = resolve;
    });
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    await page.getByText('Downloading …').waitFor();
    const other = await site.signedIn();
    await startDownload(other);
    await other.page.getByRole('alert').getByText('flatcar is being downloaded; one at a time').waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    letGo();
    vendor.hold = Promise.resolve();
    await other.page.getByRole('button', { name: 'Download', exact: true }).click();
    await expect
      .poll(
        async () => {
          // The first one ends as soon as the server hears of it.
          if (await other.page.getByRole('alert').isVisible())
            await other.page.getByRole('button', { name: 'Download', exact: true }).click();
          return other.page.getByText(`Version ${release} is there, verified.`).isVisible();
        },
        { interval: 300 },
      )
      .toBe(true);
    await other.context.close();
  },
  slow,
);

test(
  'a viewer sees what could be downloaded, and may not',
  async () => {
    const { page, context } = await openTab(site.browser);
    await page.goto(`${site.url}/images`);
    await page.getByLabel('Name').fill('vera');
    await page.getByLabel('Password').fill('password of vera');
    await page.keyboard.press('Enter');
    await page.getByText('vera may only look; an operator can do this').waitFor();
    expect(await page.getByRole('button', { name: 'Download', exact: true }).isDisabled()).toBe(true);
    await context.close();
  },
  slow,
);
