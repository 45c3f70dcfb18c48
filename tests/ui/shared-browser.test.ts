/** One browser, several people or tabs: nobody is shown what was another's, and nothing that was begun is lost. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { openPageSite, openTab, type PageSite, type Tab } from './site.ts';

const slow = 300_000;
let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  const secret = '{"id":"s","profile":"rescue","selector":{"os":"s"},"metadata":{"admin_password":"hunter2hunter2"}}';
  site = await openPageSite({ ...files, 'groups/s.json': secret }, { otto: 'operator', vera: 'viewer' });
  tab = await openTab(site.browser);
});

afterAll(() => site?.close());

const path = '/config/groups/s';

async function signIn(name: string): Promise<void> {
  const { page } = tab;
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(`password of ${name}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test(
  'a sign-out that does not come about is not taken for one',
  async () => {
    const { page } = tab;
    await page.goto(`${site.url}${path}`);
    await signIn('otto');
    await page.getByRole('button', { name: 'Show secrets' }).waitFor();
    await page.route('**/session/end', (route) => route.abort());
    await page.getByRole('button', { name: /^otto/ }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByText('You are still signed in. The server cannot be reached.').waitFor();
    await page.unroute('**/session/end');
  },
  slow,
);

test(
  'who signs in next sees neither the secrets that were shown nor what was begun with them',
  async () => {
    const { page } = tab;
    await page.getByRole('button', { name: 'Show secrets' }).click();
    const editor = page.getByRole('textbox', { name: 'Text of groups/s' });
    await editor.getByText('hunter2hunter2').waitFor();
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('\n');
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'By password' }).waitFor();
    await signIn('vera');
    await editor.getByText('••••••').waitFor();
    await page.getByText('Operators may see it.').waitFor();
    expect(await page.locator('main').innerText()).not.toMatch(/hunter2|did not save/);
    await page.goto(`${site.url}/config`);
    await page.getByRole('link', { name: /Groups/ }).waitFor();
    expect(await page.getByText('Begun and not saved').count()).toBe(0);
    await page.getByRole('button', { name: /^vera/ }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'By password' }).waitFor();
    await page.goto(`${site.url}${path}`);
    await signIn('otto');
    await page.getByText('and did not save it').waitFor();
  },
  slow,
);

test(
  'saving in one tab leaves what another has begun of the same file',
  async () => {
    const file = '/config/generic/node.sh';
    const other = await tab.context.newPage();
    const pages = [tab.page, other] as const;
    for (const [index, page] of pages.entries()) {
      await page.goto(`${site.url}${file}`);
      await page.getByRole('textbox', { name: 'Text of generic/node.sh' }).click();
      await page.keyboard.press(index === 0 ? 'Control+Home' : 'Control+End');
      await page.keyboard.insertText(`# of tab ${index}\n`);
    }
    await tab.page.getByRole('button', { name: 'Save …' }).click();
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await tab.page.getByText('Saved, and in force.').waitFor();
    await other.reload();
    await other.getByRole('heading', { name: 'Somebody else has changed it meanwhile' }).waitFor();
    await other.getByRole('button', { name: 'Take both together' }).click();
    const editor = other.getByRole('textbox', { name: 'Text of generic/node.sh' });
    await editor.getByText('# of tab 0').waitFor();
    await editor.getByText('# of tab 1').waitFor();
    await other.close();
  },
  slow,
);

test(
  'a one-time link that is opened where the page is already signs in, and leaves the address',
  async () => {
    const fresh = await openTab(site.browser);
    const { page } = fresh;
    await page.goto(site.url);
    await page.getByRole('heading', { name: 'By link' }).waitFor();
    // As by the address bar: nothing is loaded.
    await page.evaluate(`location.href = ${JSON.stringify(site.server.pageLink)}`);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(page.url()).toBe(`${site.url}/`);
    await fresh.context.close();
  },
  slow,
);
