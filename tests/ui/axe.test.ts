import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { openPageSite, openTab, type PageSite, type Tab } from './site.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  site = await openPageSite({ ...files, 'groups/broken.json': '{"id":' });
  const asks = (path: string) => fetch(`${site.machinesUrl}${path}`).then((response) => response.text());
  for (const query of ['mac=52:54:00:00:00:01', 'mac=52:54:00:ed:9e:01&hostname=edge1', 'mac=52:54:00:00:00:03']) {
    await asks(`/ipxe?${query}`);
    await asks(`/generic?${query}`);
  }
  const bounds = { canaries: 1, atOnce: 10, perHour: 0, maxFailures: 1, timeoutMs: 3_600_000, doneAfter: 0 };
  const plan = { name: 'new-kernel', from: 'worker', to: 'rescue', query: '', success: 'running', ...bounds } as const;
  await site.server.machines.rollouts.create(plan, 'otto');
  await asks('/ipxe?mac=52:54:00:00:00:02');
  tab = await site.signedIn();
});

afterAll(() => site?.close());

const views = [
  ['/', 'Overview'],
  ['/machines', 'Machines'],
  ['/inbox', 'Inbox'],
  ['/machine/edge1', 'edge1'],
  ['/machine/52:54:00:00:00:01', 'node1'],
  ['/config', 'Config'],
  ['/config/groups', 'Groups'],
  ['/config/profiles/worker', 'worker'],
  ['/config/generic/node.sh', 'node.sh'],
  ['/rollouts', 'Rollouts'],
  ['/rollouts/new-kernel', 'new-kernel'],
  ['/network', 'Network'],
  ['/images', 'Images'],
  ['/audit', 'Audit'],
  ['/help', 'Help'],
] as const;

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Everything that axe finds, WCAG 2.2 and good practice, and how large targets are, which it does not look at unless told. */
async function findings({ page }: Tab): Promise<string[]> {
  await page.evaluate(axe);
  return run(page, { rules: { 'target-size': { enabled: true } } });
}

/** What axe, which is there already, finds of the colours. */
function findingsOfColours({ page }: Tab): Promise<string[]> {
  return run(page, { runOnly: ['cat.color'] });
}

async function run(page: Tab['page'], options: object): Promise<string[]> {
  const found = await page.evaluate(async (given) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Finding[] }> } };
    return (await axe.run(given)).violations;
  }, options);
  return found.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

/** Colours that fade into others have no contrast meanwhile. */
async function untilStill({ page }: Tab): Promise<void> {
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => {})');
}

/** Each view is loaded once: of the other theme its colours are all that differs, of a phone its width. */
test.each(views)(
  'axe finds nothing on %s in either theme, and a phone’s width needs no scrolling to the side',
  async (path, title) => {
    const { page } = tab;
    await page.goto(`${site.url}${path}`);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.locator('.waiting').first().waitFor({ state: 'detached' });
    const light = await findings(tab);
    await page.emulateMedia({ colorScheme: 'dark' });
    await untilStill(tab);
    const dark = await findingsOfColours(tab);
    await page.emulateMedia({ colorScheme: 'light' });
    const size = page.viewportSize()!;
    await page.setViewportSize({ width: 320, height: 640 });
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    await page.setViewportSize(size);
    expect({ light, dark, isWide: width > 320 }).toEqual({ light: [], dark: [], isWide: false });
    expect(tab.complaints).toEqual([]);
  },
  300_000,
);

test('axe finds nothing in dialogs, the palette and the sign-in page', async () => {
  const { page } = tab;
  await page.goto(`${site.url}/machine/52:54:00:00:00:01`);
  await page.getByRole('button', { name: 'Reinstall …' }).click();
  await page.getByRole('dialog').waitFor();
  const found = await findings(tab);
  await page.keyboard.press('Escape');
  await page.goto(`${site.url}/rollouts`);
  await page.getByRole('button', { name: 'Begin a rollout …' }).click();
  await page.getByText('of the known machines have').waitFor();
  found.push(...(await findings(tab)));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /^A view/ }).waitFor();
  await page.keyboard.type('edge');
  await page.getByRole('option', { name: /^edge1/ }).waitFor();
  found.push(...(await findings(tab)));
  await page.keyboard.press('Escape');
  const stranger = await openTab(site.browser);
  await stranger.page.goto(`${site.url}/machines`);
  await stranger.page.getByRole('heading', { name: 'By password' }).waitFor();
  found.push(...(await findings(stranger)));
  expect(found).toEqual([]);
});
