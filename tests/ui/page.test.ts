import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files, hostile } from './data.ts';
import { focused, tabTo } from './keys.ts';
import { openPageSite, openTab, type PageSite, type Tab } from './site.ts';

let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  site = await openPageSite(files);
});

afterAll(() => site?.close());

const asks = (path: string) => fetch(`${site.machinesUrl}${path}`).then((response) => response.text());
const slow = 300_000;

test(
  'the one-time link signs in, and leaves nothing of itself in the address',
  async () => {
    tab = await site.signedIn();
    expect(tab.page.url()).toBe(`${site.url}/`);
    expect(await tab.context.cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict', path: '/' }]);
    await tab.page.reload();
    await tab.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const other = await openTab(site.browser);
    await other.page.goto(site.server.pageLink!);
    await other.page.getByText('this link was used already').waitFor();
    await other.page.getByRole('button', { name: 'Write a new link to the log' }).waitFor();
    await other.context.close();
  },
  slow,
);

test(
  'the first load is small, and nothing is asked of anybody else',
  async () => {
    const fresh = await site.signedIn();
    const asked: string[] = [];
    let bytes = 0;
    fresh.page.on('request', (request) => void asked.push(new URL(request.url()).origin));
    fresh.page.on('response', (response) => {
      if (/\.(js|css|svg)$/.test(response.url())) bytes += Number(response.headers()['content-length']);
    });
    await fresh.page.reload();
    await fresh.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect([...new Set(asked)]).toEqual([site.url]);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(200_000);
    await fresh.context.close();
  },
  slow,
);

test(
  'a machine is followed from power-on to running, as it happens',
  async () => {
    const { page } = tab;
    await page.goto(`${site.url}/`);
    const states = page.getByRole('list', { name: 'Machines by state' });
    const labels = 'mac=52:54:00:00:00:01&uuid=0d53b8c3-4749-49b2-8be6-9d288054d380';
    await asks(`/ipxe?${labels}`);
    await states.getByText('booting').waitFor();
    await asks('/assets/vmlinuz');
    // A download is told of when it has ended.
    await page.getByRole('list', { name: 'What happens' }).getByText('kernel /assets/vmlinuz').waitFor();
    const config = await asks(`/generic?${labels}`);
    await states.getByText('installing').waitFor();
    const report = new URL(/REPORT=(\S+)/.exec(config)![1]!).pathname;
    await asks(`${report}?state=installed`);
    await states.getByText('installed').waitFor();
    await asks(`/ipxe?${labels}`);
    await asks(`${report}?state=running`);
    await states.getByText('running').waitFor();
    await page.getByRole('list', { name: 'What happens' }).getByText('reported running').waitFor();
    await page.goto(`${site.url}/machines?q=state:running`);
    await page.getByRole('link', { name: 'node1' }).click();
    await page.getByRole('heading', { level: 1, name: 'node1' }).waitFor();
    const steps = page.getByRole('table', { name: 'Steps of this boot' }).getByRole('row');
    await steps.first().waitFor();
    expect((await steps.allTextContents()).map((text) => /^[A-Za-z]+?(?=\d|Last)/.exec(text)?.[0])).toEqual([
      'Step',
      'script',
      'kernel',
      'config',
      'report',
    ]);
  },
  slow,
);

test(
  'what each endpoint answers now stands beside what was served then',
  async () => {
    const { page } = tab;
    await page.goto(`${site.url}/machines?q=state:running`);
    await page.getByRole('link', { name: 'node1' }).click();
    await page.getByRole('button', { name: /^ipxe/ }).click();
    await page.getByRole('region', { name: 'Answer of ipxe now' }).getByText('Booting from disk').waitFor();
    await page.getByRole('button', { name: /^generic/ }).click();
    // The address that reports go to is a secret: masked, until somebody asks for it.
    await page.getByRole('region', { name: 'Answer of generic now' }).getByText('/machine/report/••••••').waitFor();
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await page.getByText('Secrets are shown, which is written down under your name.').waitFor();
    const diff = page.getByRole('region', { name: 'What differs in generic: then and now' });
    // The token of the installation is the one thing that looking does not make.
    await diff.getByText('TOKEN-OF-THE-INSTALLATION').waitFor();
  },
  slow,
);

test(
  'why a machine gets the wrong profile is found on its page',
  async () => {
    const { page } = tab;
    await asks('/ipxe?mac=52:54:00:ed:9e:01&hostname=edge1');
    await page.goto(`${site.url}/inbox`);
    await page.getByRole('link', { name: 'edge1' }).click();
    await page.getByText('came near, and would win').waitFor();
    await page.getByText('mac: wanted 52:54:00:ed:9e:02, sent 52:54:00:ed:9e:01').waitFor();
    await page.getByText('they differ in a character or two').waitFor();
  },
  slow,
);

test(
  'an unknown machine is adopted, by keyboard alone',
  async () => {
    const { page } = tab;
    await asks('/ipxe?mac=52:54:00:aa:00:01&hostname=stranger');
    await page.goto(`${site.url}/`);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^A view/ }).waitFor();
    await page.keyboard.type('stranger');
    const found = page.getByRole('option', { name: 'stranger · ' });
    await found.waitFor();
    while ((await found.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'stranger' }).waitFor();
    const profile = page.getByRole('combobox', { name: /^Profile/ });
    await profile.waitFor();
    // That of the groups that came near.
    await expect.poll(() => profile.inputValue()).toBe('worker');
    await tabTo(page, 'Profile');
    await page.keyboard.type('worker');
    // The profile's templates say what they want to know; what they would make of it is shown before it is written.
    await page.getByRole('textbox', { name: 'ntp' }).waitFor();
    await tabTo(page, 'ntp');
    await page.keyboard.type('ntp.example.com');
    await tabTo(page, 'Metadata (a JSON object, or nothing)');
    await page.keyboard.type('{"name":"stranger"}');
    await page
      .locator('[aria-label="generic once it is adopted"]', { hasText: 'ntp=ntp.example.com' })
      .waitFor({ state: 'attached' });
    await tabTo(page, 'Adopt');
    await page.keyboard.press('Enter');
    await page.getByText('Written:').waitFor();
    expect(await page.getByRole('button', { name: 'Adopt' }).count()).toBe(0);
    const written = JSON.parse(readFileSync(join(site.data, 'groups/stranger.json'), 'utf8'));
    expect(written).toMatchObject({
      id: 'stranger',
      profile: 'worker',
      selector: { mac: '52:54:00:aa:00:01' },
      metadata: { name: 'stranger', ntp: 'ntp.example.com' },
    });
  },
  slow,
);

test(
  'a loop is seen and broken',
  async () => {
    const { page } = tab;
    await asks('/ipxe?mac=52:54:00:00:00:02&uuid=11111111-2222-4333-8444-555555555555');
    const { machines } = site.server;
    machines.catchUp();
    const looping = machines.registry.find('52:54:00:00:00:02')[0]!;
    // As if it had begun again and again for two hours.
    machines.update({ ...looping, loop: { since: machines.now - 7_200_000, starts: 3, installation: 'worker 1' } });
    await page.goto(`${site.url}/`);
    await page.getByRole('link', { name: 'Looping: 1' }).click();
    await page.getByRole('link', { name: 'node2' }).click();
    await page.getByText('the same installation began').first().waitFor();
    await page.getByRole('button', { name: 'Boot from disk …' }).click();
    await page.getByRole('dialog').getByText('its boot script sends it to its disk').waitFor();
    expect(await page.evaluate<string>(focused)).toBe('Cancel');
    await page.getByRole('dialog').getByRole('button', { name: 'Boot from disk' }).click();
    await page.getByText('Boots from disk, since an operator ordered it.').waitFor();
    expect(await asks('/ipxe?mac=52:54:00:00:00:02&uuid=11111111-2222-4333-8444-555555555555')).toContain(
      'Booting from disk',
    );
  },
  slow,
);

test(
  'a mistake in a template is seen while it is typed; impact comes before saving',
  async () => {
    const { page } = tab;
    await page.goto(`${site.url}/config/generic/node.sh`);
    const editor = page.getByRole('textbox', { name: 'Text of generic/node.sh' });
    await editor.click();
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
    await page.getByLabel(/^For a machine/).fill('mac=52:54:00:00:00:03');
    await page.getByRole('region', { name: 'Preview of generic' }).getByText('again=ntp.example.com').waitFor();
    await page.getByRole('button', { name: 'Save …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^\d+ of \d+ machines get something else: \d+ generic config\.$/).waitFor();
    expect(readFileSync(join(site.data, 'generic/node.sh'), 'utf8')).toBe(files['generic/node.sh']);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved, and in force.').waitFor();
    expect(readFileSync(join(site.data, 'generic/node.sh'), 'utf8')).toBe(
      `${files['generic/node.sh']}again={{.ntp}}\n`,
    );
  },
  slow,
);

test(
  'two editors of one file: neither loses anything, and both are saved',
  async () => {
    const [one, other] = [await site.signedIn(), await site.signedIn()];
    const open = async ({ page }: Tab) => {
      await page.goto(`${site.url}/config/profiles/rescue`);
      await page.getByRole('textbox', { name: 'Text of profiles/rescue' }).waitFor();
    };
    const write = async ({ page }: Tab, change: (text: string) => string) => {
      const editor = page.getByRole('textbox', { name: 'Text of profiles/rescue' });
      const text = (await editor.innerText()).trim();
      await editor.click();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(`${change(text)}\n`);
    };
    const save = async ({ page }: Tab) => {
      await page.getByRole('button', { name: 'Save …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    };
    await open(one);
    await write(one, (text) => JSON.stringify(JSON.parse(text), null, 2));
    await save(one);
    await one.page.getByText('Saved, and in force.').waitFor();
    await open(other);
    await write(one, (text) => text.replace('"name": "rescue"', '"name": "of one"'));
    await save(one);
    await one.page.getByText('Saved, and in force.').waitFor();
    await write(other, (text) => text.replace('"rescue"\n    ]', '"rescue",\n      "debug"\n    ]'));
    await save(other);
    await other.page.getByRole('heading', { name: 'Somebody else has changed it meanwhile' }).waitFor();
    await other.page.getByRole('button', { name: 'Take both together' }).click();
    await save(other);
    await other.page.getByText('Saved, and in force.').waitFor();
    expect(JSON.parse(readFileSync(join(site.data, 'profiles/rescue.json'), 'utf8'))).toEqual({
      id: 'rescue',
      name: 'of one',
      boot: { kernel: '/assets/vmlinuz', initrd: [], args: ['rescue', 'debug'] },
    });
    await Promise.all([one.context.close(), other.context.close()]);
  },
  slow,
);

test(
  'what was begun survives a reload',
  async () => {
    const { page } = tab;
    await page.goto(`${site.url}/config/generic/begun.sh`);
    await page.getByRole('textbox', { name: 'Text of generic/begun.sh' }).click();
    await page.keyboard.insertText('half a line');
    await page.getByText('Nothing is wrong with it.').waitFor();
    await page.reload();
    await page.getByRole('textbox', { name: 'Text of generic/begun.sh' }).getByText('half a line').waitFor();
    await page.getByText('and did not save it').waitFor();
  },
  slow,
);

test(
  'names, labels and templates with markup and control characters are shown as text',
  async () => {
    const hurt = await site.signedIn();
    const { page } = hurt;
    for (const [index, text] of hostile.entries()) {
      const label = encodeURIComponent(text);
      await asks(`/ipxe?mac=52:54:00:bb:00:0${index}&hostname=${label}&asset=${label}&serial=${label}`);
    }
    await page.goto(`${site.url}/machines?q=mac:52:54:00:bb*`);
    await page.getByText(`${hostile.length} machines found`).waitFor();
    const names = await page.getByRole('grid').getByRole('link').allTextContents();
    expect(names).toContain('<img src=x onerror=alert(1)>');
    expect(names.join(' ')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const index of hostile.keys()) {
      await page.goto(`${site.url}/machine/52:54:00:bb:00:0${index}`);
      await page.getByRole('heading', { name: 'Story' }).waitFor();
      expect(await page.title()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect((await page.locator('main').innerText()).replaceAll(/[\n\t\u00a0]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
    expect(hurt.complaints).toEqual([]);
    await hurt.context.close();
  },
  slow,
);

test(
  'ten thousand machines: only what is in sight is there, and the last one is a key away',
  async () => {
    const { page } = tab;
    const { machines } = site.server;
    for (let index = 0; index < 10_000; index++) {
      const mac = `52:54:10:${[index >> 16, (index >> 8) & 255, index & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
      const machine = machines.recognise(
        new Map([
          ['mac', mac],
          ['rack', `r${index % 50}`],
        ]),
        '192.0.2.1',
      )!;
      // Strangers are bounded to half as many.
      machines.update({ ...machine, inbox: false, group: `node${index}` });
    }
    const known = machines.registry.size;
    expect(known).toBeGreaterThanOrEqual(10_000);
    await page.goto(`${site.url}/machines`);
    await page.getByText(`${known.toLocaleString('en')} machines`, { exact: true }).waitFor();
    const grid = page.getByRole('grid', { name: 'Machines' });
    await grid.focus();
    await page.keyboard.press('End');
    await grid
      .locator(`[aria-rowindex="${known + 1}"]`)
      .getByRole('link')
      .waitFor();
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await page.getByRole('searchbox').fill('rack:r7');
    await page.getByText(/^[\d,]+ machines found/).waitFor();
    expect(new URL(page.url()).search).toBe('?q=rack%3Ar7');
  },
  slow,
);

test(
  'a machine is found by its group’s metadata and called by its group; times are told by both clocks; the sections stay on one line',
  async () => {
    const viewport = { width: 1080, height: 700 };
    const { page, context } = await site.signedIn({ timezoneId: 'Europe/Berlin', viewport });
    expect((await page.getByRole('banner').boundingBox())!.height).toBeLessThan(60);
    await page.goto(`${site.url}/config/groups`);
    await page.getByRole('listitem').getByText('worker for mac=52:54:00:00:00:02').waitFor();
    await page.getByRole('listitem').getByText('rescue for every other machine').waitFor();
    await page.goto(`${site.url}/machines?q=${encodeURIComponent('name:52:54:00:00:00:0* ntp:ntp.example.*')}`);
    await page.getByRole('link', { name: 'node1' }).click();
    await page.getByRole('heading', { level: 1, name: 'node1' }).waitFor();
    expect(await page.title()).toBe('node1 · Matchbox');
    expect(await page.locator('time.moment').first().innerText()).toMatch(/^[-\d]{10} [:\d]{8} · [:\d]{8}Z$/);
    await context.close();
  },
  slow,
);

test(
  'a long list is walked through by keyboard: rows take the elements of others, and stand in their order',
  async () => {
    const { page } = tab;
    const numbers = Array.from({ length: 90 }, (_, index) => String(10 + index));
    await Promise.all(numbers.map((number) => asks(`/ipxe?mac=52:54:00:0b:00:${number}&hostname=list${number}`)));
    await page.goto(`${site.url}/machines?q=name:list*`);
    await page.getByText('90 machines found').waitFor();
    await page.getByRole('grid').focus();
    const rows = page.locator('.grid-row');
    const made = await rows.first().elementHandle();
    for (const [key, index] of [
      ['End', 89],
      ['Home', 0],
      ['PageDown', undefined],
      ['End', 89],
    ] as const) {
      await page.keyboard.press(key);
      if (index !== undefined)
        await page
          .locator(`#row-${index}`)
          .getByText(`list${10 + index}`)
          .waitFor();
    }
    // At rest.
    const places = () => rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('aria-rowindex'))));
    await expect.poll(async () => isAscending(await places())).toBe(true);
    const texts = await rows.evaluateAll((all) => all.map((row) => [row.id, row.querySelector('a')?.textContent]));
    expect(texts).toEqual(texts.map(([id]) => [id, `list${10 + Number(id!.slice('row-'.length))}`]));
    expect(await made!.evaluate((row) => row.isConnected)).toBe(true);
    expect(await page.locator('.grid-row[aria-selected="true"]').getAttribute('id')).toBe('row-89');
  },
  slow,
);

test(
  'a tab whose session has ended asks to sign in, and keeps what was begun',
  async () => {
    const gone = await site.signedIn();
    await gone.page.getByRole('button', { name: /^local/ }).click();
    await gone.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await gone.page.getByRole('heading', { name: 'By password' }).waitFor();
    await tab.page.getByRole('heading', { name: 'By password' }).waitFor();
    expect(tab.complaints.filter((line) => !/401|Failed to load|ERR_/.test(line))).toEqual([]);
    await gone.context.close();
  },
  slow,
);

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > numbers[index - 1]!);
}
