/** The tasks of people at this page, without a mouse. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { confirm, goTo, tabTo } from './keys.ts';
import { openPageSite, openTab, type PageSite, type Tab } from './site.ts';

let site: PageSite;
let tab: Tab;
const slow = 300_000;

beforeAll(async () => {
  site = await openPageSite(files, { otto: 'operator', olga: 'operator', vera: 'viewer' });
}, slow);

afterAll(() => site?.close());

const asks = (path: string) => fetch(`${site.machinesUrl}${path}`).then((response) => response.text());
const stored = (path: string) => readFileSync(join(site.data, path), 'utf8');

async function signIn(name: string): Promise<Tab> {
  const opened = await openTab(site.browser);
  const { page } = opened;
  await page.goto(site.url);
  await page.getByRole('heading', { name: 'By password' }).waitFor();
  await tabTo(page, 'Name');
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type(`password of ${name}`);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return opened;
}

test(
  'signing in, and following a machine from power-on to running',
  async () => {
    tab = await signIn('otto');
    const { page } = tab;
    const labels = 'mac=52:54:00:00:00:01&uuid=0d53b8c3-4749-49b2-8be6-9d288054d380';
    await asks(`/ipxe?${labels}`);
    await page.getByRole('list', { name: 'Machines by state' }).getByText('booting').waitFor();
    await goTo(page, '52:54:00:00:00:01', /^52:54:00:00:00:01 ·/);
    await page.getByRole('heading', { level: 1, name: 'node1' }).waitFor();
    const state = page.locator('.lead .state');
    const report = new URL(/REPORT=(\S+)/.exec(await asks(`/generic?${labels}`))![1]!).pathname;
    await state.getByText('installing').waitFor();
    await asks(`${report}?state=installed`);
    await state.getByText('installed').waitFor();
    await asks(`${report}?state=running`);
    await state.getByText('running').waitFor();
  },
  slow,
);

test(
  'finding out why a machine gets the wrong profile',
  async () => {
    const { page } = tab;
    await asks('/ipxe?mac=52:54:00:ed:9e:01&hostname=edge1');
    await goTo(page, 'edge1', /^edge1 ·/);
    await page.getByText('mac: wanted 52:54:00:ed:9e:02, sent 52:54:00:ed:9e:01').waitFor();
    await page.getByText('they differ in a character or two').waitFor();
  },
  slow,
);

test(
  'editing a template: the mistake is seen, then what it changes, then it is saved',
  async () => {
    const { page } = tab;
    await goTo(page, 'node.sh', 'generic/node.sh');
    await page.getByRole('textbox', { name: 'Text of generic/node.sh' }).waitFor();
    await tabTo(page, 'Text of generic/node.sh');
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('again={{.ntp}\n');
    await page
      .getByText(/bad character U\+007D/)
      .first()
      .waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    await page.keyboard.insertText('}');
    await page.getByText('Nothing is wrong with it.').waitFor();
    await tabTo(page, 'Save …');
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByText(/^\d+ of \d+ machines get something else/)
      .waitFor();
    expect(stored('generic/node.sh')).toBe(files['generic/node.sh']);
    await confirm(page, 'Save');
    await page.getByText('Saved, and in force.').waitFor();
    expect(stored('generic/node.sh')).toBe(`${files['generic/node.sh']}again={{.ntp}}\n`);
    await tabTo(page, 'History');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Changes of this file' }).getByText('user=otto').waitFor();
  },
  slow,
);

test(
  'a file that somebody else has changed is not deleted; both changes are taken',
  async () => {
    const other = await signIn('olga');
    for (const { page } of [tab, other]) {
      await goTo(page, 'rescue', 'profiles/rescue');
      await page.getByRole('textbox', { name: 'Text of profiles/rescue' }).waitFor();
    }
    const insert = async ({ page }: Tab, key: string, text: string) => {
      await tabTo(page, 'Text of profiles/rescue');
      await page.keyboard.press(key);
      await page.keyboard.insertText(text);
    };
    await insert(tab, 'Control+Home', '\n');
    await tabTo(tab.page, 'Save …');
    await tab.page.keyboard.press('Enter');
    await confirm(tab.page, 'Save');
    await tab.page.getByText('Saved, and in force.').waitFor();
    const { page } = other;
    await tabTo(page, 'Delete …');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('checkbox').waitFor();
    await tabTo(page, 'I have seen that, and mean it');
    await page.keyboard.press('Space');
    await confirm(page, 'Delete');
    await page.getByRole('heading', { name: 'Somebody else has changed it meanwhile' }).waitFor();
    expect(stored('profiles/rescue.json')).toBe(`\n${files['profiles/rescue.json']}`);
    await insert(other, 'Control+End', '\n');
    await tabTo(page, /^Take both together/);
    await page.keyboard.press('Enter');
    await tabTo(page, 'Save …');
    await page.keyboard.press('Enter');
    await confirm(page, 'Save');
    await page.getByText('Saved, and in force.').waitFor();
    expect(stored('profiles/rescue.json')).toBe(`\n${files['profiles/rescue.json']}\n`);
    await other.context.close();
  },
  slow,
);

test(
  'a loop is broken, and a query’s machines are held: those that cannot be are named',
  async () => {
    const { page } = tab;
    const { machines } = site.server;
    for (const number of [2, 3]) await asks(`/ipxe?mac=52:54:00:00:00:0${number}`);
    machines.catchUp();
    const looping = machines.registry.find('52:54:00:00:00:02')[0]!;
    machines.update({ ...looping, loop: { since: machines.now - 7_200_000, starts: 3, installation: 'worker 1' } });
    await goTo(page, '52:54:00:00:00:02', /^52:54:00:00:00:02 ·/);
    await page.getByText('the same installation began').first().waitFor();
    await tabTo(page, 'Boot from disk …');
    await page.keyboard.press('Enter');
    await confirm(page, 'Boot from disk');
    await page.getByText('Boots from disk, since an operator ordered it.').waitFor();

    await goTo(page, 'mac:52:54:00:00:00:0*', /^Machines that/);
    await page.getByText('3 machines found').waitFor();
    await tabTo(page, /^Order for these 3/);
    await page.keyboard.press('Enter');
    await tabTo(page, 'Why (the machines’ screens show it)');
    await page.keyboard.type('new switch');
    await tabTo(page, 'How many machines that is');
    await page.keyboard.type('3');
    await confirm(page, 'Hold');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(machines.registry.find('52:54:00:00:00:03')[0]!.orders.hold).toBe('new switch');
    await page.getByText('held: new switch').first().waitFor();
    await tabTo(page, /^Order for these 3/);
    await page.keyboard.press('Enter');
    await tabTo(page, 'Order');
    await page.keyboard.type('Reinstall');
    await page.getByText('3 are left out').waitFor();
    await page.getByText('52:54:00:00:00:03: it is held (new switch): release it first').waitFor();
    await page.getByText('No machine would follow it.').waitFor();
    await page.keyboard.press('Escape');
  },
  slow,
);

test(
  'a viewer sees what there is, with the reason why not to change it, and no secrets',
  async () => {
    const { page, context } = await signIn('vera');
    await goTo(page, 'edge1', /^edge1 ·/);
    await page.getByText('user "vera" may only read; an operator can do this').first().waitFor();
    expect(await page.getByRole('button', { name: 'Reinstall …' }).isDisabled()).toBe(true);
    await goTo(page, 'Images', 'Images');
    await page.getByRole('row', { name: /\/assets\/vmlinuz kernel 6 B/ }).waitFor();
    await goTo(page, 'worker', 'profiles/worker');
    await page.getByText('vera may only look; an operator can do this').waitFor();
    await context.close();
  },
  slow,
);
