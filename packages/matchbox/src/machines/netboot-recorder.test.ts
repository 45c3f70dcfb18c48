import { beforeEach, expect, test } from 'vitest';
import { answer } from '../answer/answer.ts';
import { openCatalog } from '../data/catalog.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { openMemoryStore } from '../store/memory.ts';
import { act } from './actions.ts';
import { contextOf } from './context-of.ts';
import { diagnose } from './doctor/doctor.ts';
import { ExchangeRecorder } from './exchange.ts';
import type { Machine, NetbootProgress } from './machine.ts';
import { Machines } from './machines.ts';
import { defined } from './merge.ts';
import { NetbootRecorder } from './netboot-recorder.ts';
import { sweep } from './sweep.ts';

const second = 1000;
const minute = 60 * second;
const [mac, otherMac] = ['52:54:00:a1:9c:ae', '52:54:00:a1:9c:af'];
const uuid = '16e7d8a7-bfa9-428b-9117-363341bb330a';
const address = '10.77.0.100';
const scriptUrl = 'http://10.77.0.1:8080/netboot.ipxe';
const offer: NetbootProgress = { loader: 'ipxe.efi' };
const taken: NetbootProgress = { ...offer, taken: true };

let now = 0;
let machines: Machines;
let recorder: NetbootRecorder;
let snapshot: Snapshot;

beforeEach(async () => {
  now = 1_700_000_000_000;
  let ids = 0;
  machines = await Machines.open({
    store: openMemoryState(),
    archive: openMemoryArchive(),
    baseUrl: () => 'http://10.77.0.1:8080',
    now: () => now,
    newId: (prefix) => `${prefix}-${++ids}`,
  });
  recorder = new NetbootRecorder(machines);
  const store = openMemoryStore({
    'profiles/p.json': JSON.stringify({ id: 'p', boot: { kernel: '/assets/k' }, provision: { install: 'once' } }),
    'groups/node1.json': JSON.stringify({ id: 'node1', profile: 'p', selector: { mac } }),
  });
  snapshot = (await openCatalog(store, { watch: false })).snapshot;
});

type Said = Partial<Parameters<NetbootRecorder['decided']>[0]> & { mac?: string; uuid?: string };

function say(type: string, progress: NetbootProgress | undefined, { mac: from = mac, uuid: id, ...more }: Said = {}) {
  const labels = new Map([['mac', from], ...(id === undefined ? [] : [['uuid', id] as const])]);
  const base = { address: '', reason: 'offer:loader', text: 'answered', isBootClient: true };
  recorder.decided({ ...base, labels, type, progress, at: now, ...more });
}

const fetchLoader = (sentBytes = 1000, file = 'ipxe.efi') =>
  recorder.fetched({ file, by: 'tftp', address, sentBytes, wantedBytes: 1000, milliseconds: 3, at: now });

/** From DISCOVER to the loader. */
function startFirmware() {
  say('DISCOVER', offer);
  say('REQUEST', taken, { address, reason: 'selected:loader' });
  fetchLoader();
}

function askScript(query = `mac=${mac.replaceAll(':', '-')}`) {
  const { status, body, story } = answer(snapshot, 'ipxe', query, { machines, address });
  const { labels } = story;
  const served = { endpoint: 'ipxe', labels, address, rawQuery: query, status, body, story, milliseconds: 1, at: now };
  new ExchangeRecorder(machines).answered(served);
  return Buffer.from(body).toString();
}

function only(): Machine {
  const all = [...machines.registry.all()];
  expect(all).toHaveLength(1);
  return all[0]!;
}

const diagnoses = (machine = only()) => diagnose(machine, contextOf(machine, snapshot, now));
const codes = () => diagnoses().map(({ code }) => code);

async function told(): Promise<string[]> {
  await machines.close();
  const events = await machines.store.events(only().id, { limit: 100 });
  return [...events]
    .reverse()
    .map(({ kind, what, reason = '', address: from = '' }) => `${kind} ${what} ${reason} ${from}`.trim());
}

test('DHCP, loader and script of one start are told in their order, as one boot', async () => {
  startFirmware();
  now += 5 * second;
  say('DISCOVER', { script: scriptUrl }, { reason: 'offer:script', uuid });
  askScript();
  expect((await told()).filter((event) => !event.startsWith('state'))).toEqual([
    'identity new',
    'dhcp DISCOVER offer:loader',
    `dhcp REQUEST selected:loader ${address}`,
    `loader ipxe.efi tftp ${address}`,
    'dhcp DISCOVER offer:script',
    `script ipxe ok ${address}`,
  ]);
  const { boot, macs, uuids, state, labels } = only();
  expect([Object.keys(defined(boot!.steps)), macs, uuids, state]).toEqual([
    ['dhcp', 'loader', 'script'],
    [mac],
    [uuid],
    'booting',
  ]);
  expect(boot!.netboot).toEqual({ loader: 'ipxe.efi', script: scriptUrl });
  expect(labels).toEqual([['mac', mac]]);
});

test('a message that repeats itself within two seconds is told once', async () => {
  for (const wait of [0, second, second]) {
    now += wait;
    say('DISCOVER', offer);
  }
  expect((await told()).filter((event) => event.startsWith('dhcp'))).toHaveLength(2);
});

test('what does not boot from the network is no machine, and no step of one', () => {
  say('DISCOVER', undefined, { isBootClient: false });
  expect(machines.registry.size).toBe(0);
  startFirmware();
  const before = only().boot;
  say('REQUEST', undefined, { isBootClient: false, reason: 'rebooted' });
  expect(only().boot).toEqual(before);
});

test('the doctor says of an offer that nothing came after it', async () => {
  say('DISCOVER', offer);
  now += minute - 1;
  expect(codes()).toEqual([]);
  now += 1;
  expect(diagnoses()).toMatchObject([
    { code: 'offer_unanswered', evidence: ['it was offered a loader and never fetched it'] },
  ]);
  expect(await sweep(machines, snapshot)).toMatchObject([{ state: 'stalled' }]);
});

test('the doctor tells when it took the address of another server, and nothing from us', () => {
  say('DISCOVER', offer);
  say('REQUEST', { elsewhere: true }, { address, reason: 'proxy_not_asked' });
  now += minute;
  expect(diagnoses()).toMatchObject([
    {
      code: 'offer_unanswered',
      evidence: ['it was offered a loader, took the address of another server, and never asked for the loader'],
    },
  ]);
});

test('the doctor says of an offer that was taken that the loader was never fetched', () => {
  say('DISCOVER', offer);
  say('REQUEST', taken, { address, reason: 'selected:loader' });
  now += minute;
  expect(diagnoses()).toMatchObject([
    { code: 'loader_not_fetched', evidence: ['it took our offer of ipxe.efi and never fetched it'] },
  ]);
  fetchLoader();
  expect(codes()).toEqual([]);
});

test('the doctor says how much of a loader was fetched', () => {
  startFirmware();
  fetchLoader(400);
  now += 2 * minute;
  expect(diagnoses()).toMatchObject([
    { code: 'loader_cut', evidence: ['loader was cut off after 400 of 1000 bytes (40 %)'] },
  ]);
  fetchLoader();
  now += minute;
  expect(codes()).toEqual(['loader_no_script']);
});

test('the doctor says of a whole loader that no script was asked for, and by whom', () => {
  startFirmware();
  now += minute;
  expect(diagnoses()).toMatchObject([
    { code: 'loader_no_script', evidence: ['it has its loader and never asked for a script'] },
  ]);
  say('DISCOVER', { script: scriptUrl });
  now += minute;
  expect(diagnoses()).toMatchObject([
    { code: 'loader_no_script', evidence: [`iPXE was told to fetch ${scriptUrl}, and never did`] },
  ]);
});

test('the doctor says when the loader is fetched again and again, and a script ends that', () => {
  startFirmware();
  for (let times = 1; times < 3; times++) {
    expect(codes()).toEqual([]);
    now += 30 * second;
    startFirmware();
    // A loader that fetches the next one counts once.
    fetchLoader(1000, 'grubx64.efi');
  }
  expect(diagnoses()[0]).toMatchObject({
    code: 'loader_repeated',
    evidence: ['it fetched ipxe.efi 3 times, and no script between'],
  });
  askScript();
  expect(codes()).toEqual([]);
});

test('a machine that was offered nothing is told with the reason, and stalls only by a fault', async () => {
  const why = 'the loader for its architecture was not found, and another would not run';
  say('DISCOVER', { ignored: { reason: 'loader_missing', why } });
  expect(diagnoses()).toMatchObject([
    { code: 'not_offered', evidence: [`it asked to boot by DHCP and was offered nothing: ${why}`] },
  ]);
  say('DISCOVER', { ignored: { reason: 'unknown_machine', why: 'no group' } }, { reason: 'unknown_machine' });
  expect(codes()).toEqual(['no_group']);
  expect(await sweep(machines, snapshot)).toEqual([]);
  say('DISCOVER', { ignored: { reason: 'opted_out', why: 'its group says so' } }, { reason: 'opted_out' });
  expect(codes()).toEqual([]);
  say('DISCOVER', offer);
  expect(only().boot!.netboot).toEqual(offer);
});

test('a start after half an hour of silence is another boot', () => {
  startFirmware();
  const first = only().boot!.id;
  now += 30 * minute;
  say('DISCOVER', offer);
  expect(only().boot!.id).toBe(first);
  now += 30 * minute + 1;
  startFirmware();
  expect(only().boot!.id).not.toBe(first);
  expect(only().boot!.netboot?.fetched).toEqual({ file: 'ipxe.efi', times: 1 });
});

test('an installed machine goes by DHCP and loader to its disk, and is not silent then', async () => {
  startFirmware();
  askScript();
  await act(machines, only(), { action: 'installed', once: false, reason: '', actor: 'operator' });
  now += 10 * minute;
  startFirmware();
  expect(askScript()).toContain('sanboot');
  now += 60 * minute;
  const { state, boot } = only();
  expect([state, boot!.steps.script, codes()]).toEqual(['installed', undefined, []]);
});

test('the UUID of another card’s machine is believed over HTTP alone, where an address tells two boards apart', () => {
  say('DISCOVER', offer, { uuid });
  say('REQUEST', taken, { uuid, address });
  say('DISCOVER', offer, { uuid, mac: otherMac });
  expect([...machines.registry.all()].map(({ macs, uuids }) => [macs, uuids])).toEqual([
    [[mac], [uuid]],
    [[otherMac], []],
  ]);
  machines.recognise(
    new Map([
      ['mac', otherMac],
      ['uuid', uuid],
    ]),
    '10.77.0.101',
  );
  expect([...machines.registry.all()].map(({ macs, uuids }) => [macs, uuids])).toEqual([
    [[mac], []],
    [[otherMac], []],
  ]);
});

test('a loader of an address that no machine has is nobody’s', () => {
  fetchLoader();
  expect(machines.registry.size).toBe(0);
});
