/** Names, labels, reports, files, leases and lines of the audit log that are meant to be taken for something else: text on every view. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { NetbootStatusResponseSchema } from 'matchbox/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { chosenHostileTexts } from './hostile-texts.ts';
import { hiddenIn, strangeParts } from './inspect.ts';
import { openPageSite, type PageSite, type Tab } from './site.ts';

/** What may be a file's name: no folders, no controls, not too long, no halves of characters. */
const fileNames = chosenHostileTexts.filter(
  (text) =>
    !/[/\u0000-\u001f\u007f]/.test(text) &&
    !/\p{Cs}/u.test(text) &&
    Buffer.byteLength(text) < 200 &&
    !text.startsWith('.'),
);
const findings = chosenHostileTexts.map((text) => ({ about: text, level: text, text, advice: text }));
let site: PageSite;
let tab: Tab;

beforeAll(async () => {
  const hostile = chosenHostileTexts.flatMap((text, index): [string, string][] => {
    const metadata = { [text]: text, nested: { [text]: [text] } };
    const group = { id: `h${index}`, name: text, profile: `h${index}`, selector: { mac: macOf(index) }, metadata };
    const profile = {
      id: `h${index}`,
      name: text,
      boot: { kernel: text, initrd: [text], args: [text] },
      generic_id: `h${index}`,
    };
    return [
      [`groups/h${index}.json`, JSON.stringify(group)],
      [`profiles/h${index}.json`, JSON.stringify(profile)],
      [`generic/h${index}`, `${text.replaceAll('{{', '{{"{{"}}')}\n{{.matchbox_report_url}}`],
    ];
  });
  const named = fileNames.flatMap((name): [string, string][] => [
    [`generic/${name}`, name],
    [`assets/${name}`, name],
    [`ignition/${name}`, `{{.${name}`],
  ]);
  site = await openPageSite(
    {
      ...files,
      ...Object.fromEntries(hostile),
      ...Object.fromEntries(named),
      'groups/broken.json': `{"id":"<b>\u202e`,
    },
    {},
    () => ({ netbootDoctor: async () => findings }),
  );
  await haveMachines();
  await haveRollout();
  haveAuditLog();
  tab = await site.signedIn();
});

afterAll(() => site?.close());

/** Halves of characters as UTF-8 has them. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function macOf(index: number): string {
  return `52:54:00:cc:00:${index.toString(16).padStart(2, '0')}`;
}

/** Machines that say of themselves what they like, report so, and are held by somebody who says so. */
async function haveMachines(): Promise<void> {
  const { machines } = site.server;
  for (const [index, text] of chosenHostileTexts.entries()) {
    const label = encodeURIComponent(wellFormed(text));
    const query = `mac=${macOf(index)}&hostname=${label}&asset=${label}&serial=${label}&${label}=${label}`;
    const target = query.length < 7000 ? query : query.slice(0, 7000).replace(/%.?$/, '');
    await fetch(`${site.machinesUrl}/ipxe?${target}`);
    await fetch(`${site.machinesUrl}/generic?${target}`);
    machines.catchUp();
    const [found] = machines.registry.find(macOf(index));
    // Of two neighbours one is looked at: what it does not have itself it has of the other.
    const other = chosenHostileTexts[(index + 1) % chosenHostileTexts.length]!;
    // As reports, orders and older journals may have them: halves of characters, too.
    machines.update({
      ...found!,
      hostname: text.slice(0, 250),
      state: 'failed',
      stateReason: text.slice(0, 400),
      orders: { ...found!.orders, hold: text.slice(0, 400) },
      labels: [...found!.labels, ['half', text.slice(0, 200)], ['other', other.slice(0, 200)]],
    });
    machines.record({
      ...{ kind: 'action', machine: found!.id, at: machines.now, what: other.slice(0, 100) },
      ...{ actor: text.slice(0, 100), text: other.slice(0, 400) },
    });
  }
  // Strangers without a group, for the inbox and for adopting.
  for (const [index, text] of chosenHostileTexts.entries())
    await fetch(
      `${site.machinesUrl}/ipxe?mac=52:54:00:dd:00:${index.toString(16).padStart(2, '0')}&hostname=${encodeURIComponent(wellFormed(text).slice(0, 200))}`,
    );
}

async function haveRollout(): Promise<void> {
  const { rollouts } = site.server.machines;
  const bounds = { canaries: 1, atOnce: 10, perHour: 0, maxFailures: 1, timeoutMs: 3_600_000, doneAfter: 0 };
  const plan = { name: 'r', from: 'worker', to: 'rescue', query: '"><b>x', success: 'running', ...bounds } as const;
  await rollouts.create(plan, '<b>otto');
  for (const text of chosenHostileTexts) {
    await rollouts.act('r', 'pause', text.slice(0, 100), text.slice(0, 400));
    await rollouts.act('r', 'resume', text.slice(0, 100), text.slice(0, 400));
  }
}

function haveAuditLog(): void {
  for (const text of chosenHostileTexts) {
    const record = {
      time: text,
      subject: text,
      method: text,
      object: text,
      outcome: text,
      error: text,
      diff: `+${text}`,
      detail: text,
    };
    const ofFile = { ...record, time: new Date(0).toISOString(), object: 'generic/h0', outcome: 'done' };
    appendFileSync(join(site.data, '../audit.log'), `${JSON.stringify(record)}\n${JSON.stringify(ofFile)}\n`);
  }
}

const netboot: MessageInitShape<typeof NetbootStatusResponseSchema> = {
  isOn: true,
  interface: '<b>eth1',
  address: '10.77.0.1',
  networks: chosenHostileTexts.map((text) => ({ name: wellFormed(text), mode: wellFormed(text), answer: 'all' })),
  otherServers: chosenHostileTexts.map((text) => wellFormed(text)),
  loaders: chosenHostileTexts.map((text, code) => ({
    ...{ architecture: wellFormed(text), code, file: wellFormed(text), path: wellFormed(text) },
    ...{ sha256: wellFormed(text), version: wellFormed(text) },
  })),
  withoutLoader: chosenHostileTexts.map((text) => wellFormed(text)),
  leases: chosenHostileTexts.map((text) => ({
    ...{
      network: wellFormed(text),
      mac: wellFormed(text),
      address: wellFormed(text),
      hostName: wellFormed(text),
    },
  })),
};

/** Opens a view, waits for what it is about, and looks at every part of it. */
async function look(path: string, ready: string): Promise<string[]> {
  const { page, complaints } = tab;
  await page.goto(`${site.url}${path}`);
  await page.getByText(ready).first().waitFor();
  await page.locator('.waiting').first().waitFor({ state: 'detached' });
  return lookNow(path, complaints);
}

async function lookNow(path: string, complaints: string[]): Promise<string[]> {
  const faults = await strangeParts(tab.page);
  const hidden = await hiddenIn(tab.page);
  if (hidden !== '') faults.push(`what nobody sees: ${hidden}`);
  if (new URL(tab.page.url()).origin !== site.url) faults.push('the page went elsewhere');
  faults.push(...complaints.splice(0));
  return faults.map((fault) => `${path}: ${fault.slice(0, 300)}`);
}

test('lists: overview, machines, inbox, files of each kind, images, rollouts, audit', async () => {
  const found = [
    ...(await look('/', 'Needs attention')),
    ...(await look('/machines', 'machines')),
    ...(await look('/inbox', 'machines')),
    ...(await look('/config', 'Broken files')),
    ...(await look('/config/groups', 'found')),
    ...(await look('/config/generic', 'found')),
    ...(await look('/config/ignition', 'broken')),
    ...(await look('/images', 'Files below /assets')),
    ...(await look('/rollouts', 'running')),
    ...(await look('/rollouts/r', 'What was ordered')),
    ...(await look('/audit', 'What was changed')),
  ];
  expect(found).toEqual([]);
});

test('every text is on the list of machines as it is, with what is invisible named', async () => {
  const { page } = tab;
  const shown: string[] = [];
  for (const [index, text] of chosenHostileTexts.entries()) {
    await page.goto(`${site.url}/machines?q=mac:${macOf(index)}`);
    const reason = page.getByRole('grid').locator('.col-why').last();
    await reason.getByText('held: ').waitFor();
    const seen = await reason.innerText();
    // What looks as a secret is masked.
    if (text.startsWith('data:')) continue;
    if (!seen.startsWith(`held: ${named(wellFormed(text.slice(0, 400)))}`.slice(0, 100).trimEnd()))
      shown.push(`${JSON.stringify(text)}: ${seen}`);
  }
  expect(shown).toEqual([]);
});

/** As people are to see it; written down here by its own rule, so that the page's own is held against it. */
function named(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    const isHidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character) || [0x3164, 0x34f].includes(code);
    return isHidden ? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩` : character;
  }).join('');
}

test('each machine: its labels, its story, why, what it gets, what it would be adopted as', async () => {
  const found: string[] = [];
  for (const index of chosenHostileTexts.keys()) {
    if (index % 2 > 0) continue;
    found.push(...(await look(`/machine/${macOf(index)}`, 'Story')));
    // What is otherwise there is the form alone.
    if (index % 12 > 0) continue;
    found.push(...(await look(`/machine/52:54:00:dd:00:${index.toString(16).padStart(2, '0')}`, 'Adopt')));
  }
  expect(found).toEqual([]);
});

test('each file: its text, its checks, its preview, its history, what it would change; names that are markup', async () => {
  const { page, complaints } = tab;
  const found: string[] = [];
  for (const [index] of chosenHostileTexts.entries()) {
    if (index % 12 === 0) found.push(...(await look(`/config/groups/h${index}`, 'Checks')));
    if (index % 12 === 4) found.push(...(await look(`/config/profiles/h${index}`, 'Checks')));
    if (index % 12 === 8) found.push(...(await look(`/config/generic/h${index}`, 'Checks')));
  }
  for (const name of fileNames.filter((_, index) => index % 3 === 0))
    found.push(...(await look(`/config/generic/${encodeURIComponent(name)}`, 'Checks')));
  await page.goto(`${site.url}/config/generic/h0`);
  await page.getByText('History').click();
  await page.getByRole('list', { name: 'Changes of this file' }).waitFor();
  await page.getByLabel(/^For a machine/).fill(macOf(0));
  await page.getByRole('region', { name: 'Preview of generic' }).getByText('<img src=x').waitFor();
  found.push(...(await lookNow('preview', complaints)));
  await page.getByRole('textbox', { name: 'Text of generic/h0' }).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('<svg onload=alert(1)>\n');
  await page.getByRole('button', { name: 'Save …' }).click();
  await page
    .getByRole('dialog')
    .getByText(/machines get something else/)
    .waitFor();
  found.push(...(await lookNow('impact', complaints)));
  expect(found).toEqual([]);
});

test('network boot and the palette', async () => {
  const { page, complaints } = tab;
  const body = Buffer.from(toBinary(NetbootStatusResponseSchema, create(NetbootStatusResponseSchema, netboot)));
  await page.route('**/rpcpb.Site/NetbootStatus', (route) => route.fulfill({ contentType: 'application/proto', body }));
  const found = await look('/network', 'Leases');
  await page.getByRole('button', { name: 'Look now' }).click();
  await page.getByRole('list', { name: 'What was found on the host' }).waitFor();
  found.push(...(await lookNow('/network, looked at', complaints)));
  await page.keyboard.press('Control+k');
  for (const word of ['alert', '<', 'half', '\u202e']) {
    await page.getByRole('combobox', { name: /^A view/ }).fill(word);
    await page.getByRole('option', { name: /^Machines that/ }).waitFor();
    await page.waitForTimeout(500);
    found.push(...(await lookNow(`palette ${word}`, complaints)));
  }
  expect(found).toEqual([]);
});
