/** What is shown is said to be old when it is, orders wait for it, and nothing that was begun is lost; once the server is heard it is right again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { openPageSite, type PageSite, type Tab } from './site.ts';

const slow = 300_000;
let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  site = await openPageSite(files);
  for (const number of [1, 2]) await fetch(`${site.machinesUrl}/ipxe?mac=52:54:00:00:00:0${number}`);
  tab = await site.signedIn();
}, slow);

afterAll(() => site?.close());

test('while the answer to another query is on its way the list says so, and counts nothing by what it shows still', async () => {
  const { page } = tab;
  await page.goto(`${site.url}/machines`);
  await page.getByText('2 machines', { exact: true }).waitFor();
  let goOn = () => {};
  const answered = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route('**/rpcpb.Machines/MachineList', async (route) => {
    await answered;
    await route.continue();
  });
  await page.getByRole('searchbox').fill('mac:52:54:00:00:00:02');
  await page.getByText('Asking the server for machines …').waitFor();
  expect(await page.getByText(/machines? found/).count()).toBe(0);
  goOn();
  await page.getByText('1 machine found').waitFor();
  await page.unroute('**/rpcpb.Machines/MachineList');
});

test(
  'while the server is away a page says as of when it is, and waits with orders; then it shows what became of machines meanwhile',
  async () => {
    const { page } = tab;
    const editing = await tab.context.newPage();
    await page.goto(`${site.url}/machines`);
    await page.getByText('2 machines', { exact: true }).waitFor();
    await editing.goto(`${site.url}/config/generic/node.sh`);
    await editing.getByRole('textbox', { name: 'Text of generic/node.sh' }).click();
    await editing.keyboard.press('Control+End');
    await site.restart(async () => {
      for (const each of [page, editing]) {
        await each.getByText(/^What is shown is as of [-\d]{10} [:\d]{8}.*: .*\. Reconnecting …$/).waitFor();
      }
      await editing.keyboard.insertText('# begun\n');
      expect(await editing.getByRole('button', { name: 'Save …' }).isDisabled()).toBe(true);
      await editing.getByText('this waits until the server is heard again').waitFor();
      expect(await page.getByRole('grid').getByRole('link').allInnerTexts()).toEqual(['node1', 'node2']);
    });
    const { machines } = site.server;
    const [first, second] = [1, 2].map((number) => machines.registry.find(`52:54:00:00:00:0${number}`)[0]!);
    machines.remove(first!.id);
    machines.update({ ...second!, state: 'failed', stateReason: 'it says so' });
    for (const each of [page, editing]) await each.getByText('Reconnecting').waitFor({ state: 'detached' });
    await page.getByText('1 machine', { exact: true }).waitFor();
    await page.getByRole('grid').getByText('it says so').waitFor();
    expect(await page.getByRole('grid').getByRole('link').allInnerTexts()).toEqual(['node2']);
    await editing.getByRole('textbox', { name: 'Text of generic/node.sh' }).getByText('# begun').waitFor();
    await editing.locator('button:enabled', { hasText: 'Save …' }).waitFor();
    await editing.close();
  },
  slow,
);

test(
  'a server that is not heard any more, though its connection stands, is noticed by its silence',
  async () => {
    const { page } = tab;
    await page.clock.install();
    await page.goto(`${site.url}/machines`);
    await page.getByText('1 machine', { exact: true }).waitFor();
    // As a computer that slept: time has passed, and nothing came.
    await page.clock.fastForward(60_000);
    await page.getByText('nothing is heard from the server. Reconnecting …').waitFor();
    await page.getByText('Reconnecting').waitFor({ state: 'detached' });
  },
  slow,
);
