/** Rollouts on the page: how each fares, and the orders that stop one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { confirm, goTo, tabTo } from './keys.ts';
import { openPageSite, openTab, type PageSite, type Tab } from './site.ts';

const plan = {
  name: 'new-kernel',
  from: 'worker',
  to: 'rescue',
  query: '',
  canaries: 1,
  atOnce: 10,
  perHour: 0,
  maxFailures: 1,
  timeoutMs: 3_600_000,
  success: 'running',
  doneAfter: 0,
} as const;
const slow = 300_000;
let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  site = await openPageSite(files, { vera: 'viewer' });
  tab = await site.signedIn();
}, slow);

afterAll(() => site?.close());

const state = () => site.server.machines.rollouts.all()[0]?.rollout.state;

test(
  'without a rollout the page says what to do first',
  async () => {
    const { page } = tab;
    await goTo(page, 'Rollouts', 'Rollouts');
    await page.getByRole('heading', { name: 'Nothing is rolled out' }).waitFor();
    await page.getByText('bootcmd rollout create NAME').waitFor();
  },
  slow,
);

/** Begins the plan by keyboard, for some machines only. */
async function begin(page: Tab['page']): Promise<void> {
  await tabTo(page, 'Begin a rollout …');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  const type = async (field: string, text: string) => {
    await tabTo(page, field);
    await page.keyboard.type(text);
  };
  await type('Name (small letters, digits, - and .)', 'new-kernel');
  await type('Machines that have', 'worker');
  await type('get instead', 'rescue');
  await type('Only those that this query finds', 'ntp:ntp.*');
  await page.getByText('1 of the known machines have worker now.').waitFor();
  await tabTo(page, 'Bounds');
  await page.keyboard.press('Enter');
  await tabTo(page, 'On their way at a time');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('3');
  await type('Why (those who read of it later see it)', 'a new kernel');
  await confirm(page, 'Begin');
  await page.getByRole('heading', { level: 1, name: 'new-kernel' }).waitFor();
}

test(
  'a rollout is begun, seen with the machines that began, and paused, resumed, aborted and removed by keyboard alone',
  async () => {
    const { page } = tab;
    await fetch(`${site.machinesUrl}/ipxe?mac=52:54:00:00:00:01`);
    await begin(page);
    await fetch(`${site.machinesUrl}/ipxe?mac=52:54:00:00:00:01`);
    await goTo(page, 'Overview', 'Overview');
    await goTo(page, 'Rollouts', 'Rollouts');
    await page.getByRole('row', { name: /^new-kernel worker rescue running .* 1 0 0 / }).waitFor();
    await tabTo(page, 'new-kernel');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'new-kernel' }).waitFor();
    await page.getByRole('row', { name: /^52:54:00:00:00:01 begun/ }).waitFor();
    await page.getByText(/^created by local/).waitFor();
    await page.getByText('from worker to rescue: a new kernel').waitFor();
    expect(site.server.machines.rollouts.all()[0]!.rollout).toMatchObject({ ...plan, query: 'ntp:ntp.*', atOnce: 3 });
    const order = async (button: string, verb: string) => {
      await tabTo(page, button);
      await page.keyboard.press('Enter');
      await confirm(page, verb);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await tabTo(page, 'Pause … new-kernel');
    await page.keyboard.press('Enter');
    await page.getByText('No more machines begin. 1 on their way go on with the new profile.').waitFor();
    await tabTo(page, 'Why (those who read of it later see it)');
    await page.keyboard.type('a bad switch');
    await confirm(page, 'Pause');
    await page.locator('.lead').getByText('local: a bad switch').waitFor();
    expect(state()).toBe('paused');
    await order('Resume … new-kernel', 'Resume');
    await page.locator('.lead').getByText('running').waitFor();
    expect(state()).toBe('running');
    await order('Abort … new-kernel', 'Abort');
    await page.locator('.lead').getByText('aborted').waitFor();
    expect(state()).toBe('aborted');
    await order('Remove … new-kernel', 'Remove');
    await page.getByRole('heading', { name: 'Nothing is rolled out' }).waitFor();
    expect(state()).toBeUndefined();
    await page.goto(`${site.url}/audit`);
    const entries = page.getByRole('listitem').filter({ hasText: 'rollouts/new-kernel' });
    await entries.filter({ hasText: 'pause a bad switch' }).waitFor();
    // Each order once, with how it ended.
    expect((await entries.allInnerTexts()).map((text) => /\((\w+(?: \w+)*).*: (\w+)\s*$/.exec(text)?.slice(1))).toEqual(
      [
        ['remove', 'done'],
        ['abort', 'done'],
        ['resume', 'done'],
        ['pause a bad switch', 'done'],
        ['a new kernel', 'done'],
      ],
    );
  },
  slow,
);

test(
  'a viewer sees the orders, and that they are an operator’s',
  async () => {
    await site.server.machines.rollouts.create({ ...plan, name: 'another' }, 'otto');
    const { page, context } = await openTab(site.browser);
    await page.goto(`${site.url}/rollouts`);
    await page.getByLabel('Name').fill('vera');
    await page.getByLabel('Password').fill('password of vera');
    await page.keyboard.press('Enter');
    const pause = page.getByRole('button', { name: 'Pause … another' });
    await pause.waitFor();
    expect([await pause.isDisabled(), await pause.getAttribute('title')]).toEqual([
      true,
      'vera may only look; an operator can do this',
    ]);
    await context.close();
  },
  slow,
);

test(
  'each view has what it shows as a command to copy',
  async () => {
    const { page, context } = await site.signedIn({ permissions: ['clipboard-read', 'clipboard-write'] });
    const copied: Record<string, string> = {};
    const views = [
      ['/', 'Copy as command'],
      ['/machines?q=state:stalled', 'Copy as command'],
      ['/inbox', 'Copy as command'],
      ['/config', 'Copy the command that compares a directory'],
      ['/config/profiles', 'Copy as command'],
      ['/config/profiles/worker', 'Copy as command'],
      ['/config/generic/node.sh', 'Copy as command'],
      ['/rollouts', 'Copy as command'],
      ['/rollouts/another', 'Copy as command'],
      ['/network', 'Copy the command'],
      ['/images', 'Copy the command that downloads one'],
      ['/audit', 'Copy as command, for the server’s host'],
      ['/machine/52:54:00:00:00:01', 'Copy as command'],
    ] as const;
    for (const [path, name] of views) {
      await page.goto(`${site.url}${path}`);
      await page.getByRole('button', { name, exact: true }).first().click();
      await page.getByText('Copied').waitFor();
      copied[path] = await page.evaluate<string>('navigator.clipboard.readText()');
    }
    const { '/audit': audit, '/machine/52:54:00:00:00:01': machine, ...rest } = copied;
    expect(rest).toEqual({
      '/': 'bootcmd machine list',
      '/machines?q=state:stalled': 'bootcmd machine list state:stalled',
      '/inbox': 'bootcmd machine list is:inbox',
      '/config': 'bootcmd diff -f DIRECTORY',
      '/config/profiles': 'bootcmd profile list',
      '/config/profiles/worker': 'bootcmd profile describe worker -o json',
      '/config/generic/node.sh': 'bootcmd generic show node.sh',
      '/rollouts': 'bootcmd rollout list',
      '/rollouts/another': 'bootcmd rollout show another',
      '/network': 'matchbox netboot doctor',
      '/images': 'matchbox get flatcar --assets-path /var/lib/matchbox/assets',
    });
    expect(audit).toMatch(/^tail -n 200 \/.*\/audit\.log$/);
    expect(machine).toMatch(/^bootcmd machine show m-\w+$/);
    await context.close();
  },
  slow,
);
