/** Every view has an address that can be passed on, whatever its subject is called; what nobody sees is named in faults and in the editor, too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { hiddenIn } from './inspect.ts';
import { openPageSite, type PageSite, type Tab } from './site.ts';

const slow = 300_000;
const oddNames = [
  'a b.sh',
  'ünïcode 机器.sh',
  'per%2Fcent%25.sh',
  'q?a=b&c#d.sh',
  'sub folder/in.sh',
  "it's;$(x)`y`.sh",
  '--endpoints=x',
  'x..y...sh',
  'back\\slash.sh',
] as const;
const windows = 'one\r\ntwo \u202egnp\u200b\r\n';
let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  const odd = oddNames.map((name, index) => [`generic/${name}`, `text ${index}\n`]);
  site = await openPageSite({ ...files, ...Object.fromEntries(odd), 'generic/windows.sh': windows });
  tab = await site.signedIn();
});

afterAll(() => site?.close());

const asks = (path: string) => fetch(`${site.machinesUrl}${path}`).then((response) => response.text());

test(
  'a file of any name is opened from the list, and by its address alone',
  async () => {
    const { page } = tab;
    for (const [index, name] of oddNames.entries()) {
      await page.goto(`${site.url}/config/generic`);
      await page.getByRole('link', { name, exact: true }).click();
      for (const isAgain of [false, true]) {
        if (isAgain) await page.reload();
        await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
        await page
          .getByRole('textbox', { name: `Text of generic/${name}`, exact: true })
          .getByText(`text ${index}`)
          .waitFor();
      }
    }
    expect(tab.complaints).toEqual([]);
  },
  slow,
);

test(
  'a search among files, a query and the answer that is looked at stand in the address',
  async () => {
    const { page } = tab;
    await page.goto(`${site.url}/config/generic`);
    await page.getByRole('searchbox').fill('per%2F');
    await page.getByText('1 found').waitFor();
    await page.reload();
    await page.getByText('1 found').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('per%2F');
    const mac = '52:54:00:00:00:01';
    await asks(`/ipxe?mac=${mac}`);
    await page.goto(`${site.url}/machine/${mac}`);
    await page.getByRole('button', { name: /^generic/ }).click();
    await page.getByRole('region', { name: 'Answer of generic now' }).getByText('name=node1').waitFor();
    await page.reload();
    await page.getByRole('region', { name: 'Answer of generic now' }).getByText('name=node1').waitFor();
    expect(new URL(page.url()).search).toBe('?answer=generic');
  },
  slow,
);

test(
  'a machine of any name is opened by it',
  async () => {
    const { page } = tab;
    const names = ['slash/and%2F', 'räck ü 机', 'q?#&=', '...'];
    for (const [index, name] of names.entries()) {
      await asks(`/ipxe?mac=52:54:00:0d:00:0${index}&hostname=${encodeURIComponent(name)}`);
      await page.goto(`${site.url}/machine/${encodeURIComponent(name)}`);
      await page.getByText(`52:54:00:0d:00:0${index}`).first().waitFor();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    }
  },
  slow,
);

test(
  'an address of nothing, or of what it should not be, says so with nothing hidden in it',
  async () => {
    const { page } = tab;
    const addresses = [
      ['/machine/a%E2%80%AEb', 'a⟨U+202E⟩b'],
      ['/machine/%E0%A4%A', '%E0%A4%A'],
      ['/machine/..%2F..%2Fsession%2Fwho', '../../session/who'],
      ['/config/groups/..%2Fprofiles%2Fworker', '../profiles/worker'],
      ['/rollouts/a%E2%80%8Bb', 'a⟨U+200B⟩b'],
      ['/machines?q=state%3A%E2%80%AE%20-', 'a term is missing after -'],
    ] as const;
    for (const [path, words] of addresses) {
      await page.goto(`${site.url}${path}`);
      await page.getByRole('alert').getByText(words).waitFor();
      expect([path, await hiddenIn(page)]).toEqual([path, '']);
    }
  },
  slow,
);

test(
  'the editor names what nobody would see, and leaves what was not touched as it was',
  async () => {
    const { page } = tab;
    await page.goto(`${site.url}/config/generic/windows.sh`);
    const editor = page.getByRole('textbox', { name: 'Text of generic/windows.sh' });
    await editor.getByText('two ⟨U+202E⟩gnp⟨U+200B⟩⟨U+000D⟩').waitFor();
    expect(await editor.innerText()).not.toMatch(/[\p{Cf}\r]/u);
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('three');
    await page.getByRole('button', { name: 'Save …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved, and in force.').waitFor();
    expect(readFileSync(join(site.data, 'generic/windows.sh'), 'utf8')).toBe(`${windows}three`);
  },
  slow,
);
