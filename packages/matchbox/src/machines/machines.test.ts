import { beforeEach, expect, test } from 'vitest';
import { type AnswerContext, answer } from '../answer/answer.ts';
import type { ConfigEndpoint } from '../answer/endpoint.ts';
import { netbootAnswer } from '../answer/netboot-script.ts';
import { openCatalog } from '../data/catalog.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { openMemoryStore } from '../store/memory.ts';
import { act, type MachineAction } from './actions.ts';
import { contextOf } from './context-of.ts';
import { diagnose } from './doctor/doctor.ts';
import { ExchangeRecorder } from './exchange.ts';
import type { Machine } from './machine.ts';
import { Machines } from './machines.ts';
import { readReport } from './report.ts';
import { ReportDesk } from './reports.ts';
import { sweep } from './sweep.ts';

const second = 1000;
const minute = 60 * second;
const node = 'uuid=16e7d8a7-bfa9-428b-9117-363341bb330a&mac=52-54-00-a1-9c-ae';
const address = '192.0.2.7';

const files = {
  'groups/node1.json': { id: 'node1', profile: 'worker', selector: { mac: '52:54:00:a1:9c:ae' } },
  'groups/default.json': { id: 'default', profile: 'discover' },
  'profiles/worker.json': {
    id: 'worker',
    boot: {
      kernel: '/assets/vmlinuz',
      initrd: ['/assets/initrd'],
      args: ['ignition.config.url=http://x/ignition', 'ignition.firstboot=1'],
    },
    generic_id: 'node.sh',
    provision: { install: 'once', on_loop: 'hold' },
  },
  'profiles/discover.json': { id: 'discover', boot: { kernel: '/assets/vmlinuz' } },
};

let now = 0;
let site: Site;

class Site {
  readonly snapshot: Snapshot;
  readonly machines: Machines;
  readonly exchanges: ExchangeRecorder;
  readonly desk: ReportDesk;

  constructor(snapshot: Snapshot, machines: Machines) {
    this.snapshot = snapshot;
    this.machines = machines;
    this.exchanges = new ExchangeRecorder(machines);
    this.desk = new ReportDesk(machines, 'token');
  }

  ask(endpoint: ConfigEndpoint, rawQuery: string, from = address): { status: number; text: string } {
    const context: AnswerContext = { machines: this.machines, address: from };
    const { status, body, story } = answer(this.snapshot, endpoint, rawQuery, context);
    this.exchanges.answered({
      endpoint,
      labels: story.labels,
      address: from,
      rawQuery,
      status,
      body,
      story,
      milliseconds: 1,
      at: now,
    });
    return { status, text: Buffer.from(body).toString() };
  }

  fetch(path: string, sentBytes = 100, from = address): void {
    this.exchanges.sent({ path, address: from, status: 200, sentBytes, wantedBytes: 100, milliseconds: 5, at: now });
  }

  report(url: string, state: string): Promise<string> {
    const token = url.trim().split('/').at(-1)!;
    return this.desk.take(() => readReport(new Uint8Array(), new Map([['state', state]])), { token, address: '' });
  }

  get only(): Machine {
    const all = [...this.machines.registry.all()];
    expect(all).toHaveLength(1);
    return all[0]!;
  }

  async told(machine = this.only): Promise<string[]> {
    await this.machines.close();
    const events = await this.machines.store.events(machine.id, { limit: 100 });
    return events
      .toReversed()
      .map(({ kind, what, status, state }) => [kind, what, status ?? state].filter(Boolean).join(' '));
  }
}

beforeEach(async () => {
  now = 1_000_000_000_000;
  const texts = Object.entries(files).map(([path, content]) => [path, JSON.stringify(content)] as const);
  const store = openMemoryStore({ ...Object.fromEntries(texts), 'generic/node.sh': '{{.matchbox_report_url}}\n' });
  const catalog = await openCatalog(store, { watch: false });
  let ids = 0;
  const machines = await Machines.open({
    store: openMemoryState(),
    archive: openMemoryArchive(),
    baseUrl: () => 'http://192.0.2.1:8080',
    now: () => now,
    newId: (prefix) => `${prefix}-${++ids}`,
  });
  site = new Site(catalog.snapshot, machines);
});

/** Script, kernel, initrd, config. @returns the report URL that the config named */
function install(): string {
  site.ask('ipxe', node);
  site.fetch('/assets/vmlinuz');
  site.fetch('/assets/initrd');
  return site.ask('generic', node).text;
}

test('a machine’s story from its script to its report', async () => {
  const url = install();
  expect(url).toMatch(/^http:\/\/192\.0\.2\.1:8080\/machine\/report\/m-1_b-\d+_[A-Za-z0-9_-]{24}\n$/);
  expect(await site.report(url, 'installed')).toBe('kept');
  expect(site.only).toMatchObject({ state: 'installed', group: 'node1', profile: 'worker', inbox: false });
  expect(await site.told()).toEqual([
    'identity new',
    'state booting booting',
    'script ipxe 200',
    'kernel /assets/vmlinuz 200',
    'initrd /assets/initrd 200',
    'state installing installing',
    'config generic 200',
    'state installed installed',
    'report text installed',
  ]);
});

test('the flight recorder has the bytes behind a digest', async () => {
  const { text } = site.ask('ipxe', node);
  const [event] = await site.machines.store.events(site.only.id, { limit: 1 });
  expect(Buffer.from((await site.machines.archive.read(event!.digest!))!).toString()).toBe(text);
});

test('an installed machine boots from disk, and is installed again once it is ordered', async () => {
  await site.report(install(), 'installed');
  expect(site.ask('ipxe', node).text).toContain('echo Booting from disk: it is installed');
  expect(site.ask('grub', node).text).toContain('Booting from disk: it is installed');
  await act(site.machines, site.only, { action: 'reinstall', once: true, reason: '', actor: 'alice' });
  now += 10 * minute;
  expect(site.ask('ipxe', node).text).toContain('kernel /assets/vmlinuz');
  site.fetch('/assets/vmlinuz');
  await site.report(site.ask('generic', node).text, 'installed');
  now += 10 * minute;
  expect(site.ask('ipxe', node).text).toContain('Booting from disk');
});

test('labelsAt knows who asks by TFTP: by its MAC address for ever, by its own address for half an hour', () => {
  site.ask('ipxe', node);
  const mac = '52:54:00:a1:9c:ae';
  const labels = new Map([
    ['uuid', '16e7d8a7-bfa9-428b-9117-363341bb330a'],
    ['mac', mac],
  ]);
  expect(site.machines.labelsAt(address, '52:54:00:00:00:99')).toEqual(labels);
  now += 31 * minute;
  expect(site.machines.labelsAt(address, undefined)).toBeUndefined();
  expect(site.machines.labelsAt('192.0.2.99', mac)).toEqual(labels);
});

test('nothing fetched makes a machine installed, and a failed one is not', async () => {
  const url = install();
  site.ask('generic', `${node}&os=installed`);
  now += 10 * minute;
  expect(site.ask('ipxe', node).text).toContain('kernel /assets/vmlinuz');
  site.fetch('/assets/vmlinuz');
  await site.report(url, 'failed');
  now += 10 * minute;
  expect(site.ask('ipxe', node).text).toContain('kernel /assets/vmlinuz');
});

test('a machine that begins the same installation for the third time is held, and released by an order', async () => {
  for (let i = 0; i < 2; i++) {
    expect(site.ask('ipxe', node).status).toBe(200);
    expect(site.ask('ipxe', node).status).toBe(200);
    site.fetch('/assets/vmlinuz');
    site.ask('generic', node);
    site.ask('generic', node);
    now += 5 * minute;
  }
  const held = site.ask('ipxe', node);
  expect(held).toEqual({
    status: 503,
    text: 'this machine is held: the same installation began 3 times and never ended\n',
  });
  expect(site.ask('grub', node).status).toBe(503);
  await act(site.machines, site.only, { action: 'release', once: false, reason: '', actor: 'alice' });
  expect(site.ask('ipxe', node).status).toBe(200);
});

test('an order to hold is answered with its reason', async () => {
  site.ask('ipxe', node);
  await act(site.machines, site.only, { action: 'hold', once: false, reason: 'fan is broken', actor: 'alice' });
  expect(site.ask('ipxe', node).text).toBe('this machine is held: an operator holds it: fan is broken\n');
});

test('a wrong token, a token of an earlier installation, and an address alone are not believed', async () => {
  const first = install();
  now += 10 * minute;
  install();
  expect(await site.report(first, 'installed')).toBe('stale');
  expect(site.only.state).toBe('installing');
  expect(await site.report('m-1_b-2_AAAAAAAAAAAAAAAAAAAAAAAA', 'installed')).toBe('wrong_token');
  const report = readReport(Buffer.from('state=installed'), new Map());
  expect(await site.desk.take(() => report, { token: '', address })).toBe('token_wanted');
  expect(await site.desk.take(() => report, { token: '', address: '192.0.2.99' })).toBe('unknown');
  expect(await new ReportDesk(site.machines, 'address').take(() => report, { token: '', address })).toBe('kept');
});

test('machines without a group of their own are in the inbox', () => {
  site.ask('ipxe', 'mac=52-54-00-00-00-01');
  expect(site.only).toMatchObject({ inbox: true, group: 'default' });
});

test('without a policy every answer is what the data directory alone says', () => {
  const without = (endpoint: ConfigEndpoint, query: string) =>
    Buffer.from(answer(site.snapshot, endpoint, query).body).toString();
  for (let i = 0; i < 5; i++) {
    expect(site.ask('ipxe', 'mac=52-54-00-00-00-01').text).toBe(without('ipxe', 'mac=52-54-00-00-00-01'));
    site.fetch('/assets/vmlinuz');
    now += minute;
  }
});

test('a machine that has its kernel and asks for nothing is stalled, and the doctor says why', async () => {
  site.ask('ipxe', node);
  site.fetch('/assets/vmlinuz');
  site.fetch('/assets/initrd');
  now += 9 * minute;
  expect(await sweep(site.machines, site.snapshot)).toEqual([]);
  now += 2 * minute;
  expect(await sweep(site.machines, site.snapshot)).toMatchObject([
    { state: 'stalled', stateReason: 'it has kernel and initrd and never asked for its config' },
  ]);
  const [first] = diagnose(site.only, contextOf(site.only, site.snapshot, now));
  expect(first!.code).toBe('config_never_asked');
  expect(await sweep(site.machines, site.snapshot)).toEqual([]);
});

test('a kernel that was cut off is told with its bytes', () => {
  site.ask('ipxe', node);
  site.fetch('/assets/vmlinuz', 40);
  now += 3 * minute;
  expect(diagnose(site.only, contextOf(site.only, site.snapshot, now))[0]).toMatchObject({
    code: 'kernel_cut',
    evidence: ['kernel was cut off after 40 of 100 bytes (40 %)'],
  });
});

test('a kernel that is still being sent is slow, and not unasked for', async () => {
  site.ask('ipxe', node);
  site.exchanges.sending({ path: '/assets/vmlinuz', address, at: now });
  now += 3 * minute;
  expect(diagnose(site.only, contextOf(site.only, site.snapshot, now))).toMatchObject([
    { code: 'kernel_slow', evidence: ['it has been fetching the kernel for 3 minutes'] },
  ]);
  expect(await sweep(site.machines, site.snapshot)).toEqual([]);
  site.fetch('/assets/vmlinuz');
  expect(diagnose(site.only, contextOf(site.only, site.snapshot, now))).toEqual([]);
});

test('what was known is known again after a restart', async () => {
  await site.report(install(), 'installed');
  await site.machines.close();
  const again = await Machines.open({
    store: site.machines.store,
    archive: site.machines.archive,
    baseUrl: () => '',
    now: () => now,
  });
  const next = new Site(site.snapshot, again);
  expect(next.ask('ipxe', node).text).toContain('Booting from disk');
  expect(next.only.id).toBe(site.only.id);
});

test.each([
  ['its UUID in the other byte order', 'uuid=a7d8e716-a9bf-8b42-9117-363341bb330a', address],
  [
    'its UUID beside a card that is known as another machine',
    'uuid=16e7d8a7-bfa9-428b-9117-363341bb330a&mac=52-54-00-00-00-09',
    '192.0.2.8',
  ],
  ['its address alone', '', address],
])('an order reaches a machine that is recognised by %s', async (_, query, from) => {
  site.ask('ipxe', 'mac=52-54-00-00-00-09', '192.0.2.8');
  now += 20 * minute;
  site.ask('ipxe', 'uuid=16e7d8a7-bfa9-428b-9117-363341bb330a');
  const [machine] = site.machines.registry.find('16e7d8a7-bfa9-428b-9117-363341bb330a');
  await act(site.machines, machine!, { action: 'hold', once: false, reason: 'a smell of smoke', actor: 'ann' });
  now += minute;
  expect(site.ask('ipxe', query, from).status).toBe(503);
});

test('a report is believed after its machine’s record was joined with an older one', async () => {
  site.ask('ipxe', 'uuid=16e7d8a7-bfa9-428b-9117-363341bb330a', '192.0.2.8');
  now += minute;
  const { text } = site.ask('generic', 'mac=52-54-00-a1-9c-ae');
  now += minute;
  site.ask('metadata', node);
  expect(await site.report(text, 'installed')).toBe('kept');
  expect(site.only).toMatchObject({ state: 'installed' });
});

test('a reinstallation that fails is not hidden by a late report of the installation before', async () => {
  const url = install();
  await site.report(url, 'installed');
  await act(site.machines, site.only, { action: 'reinstall', once: true, reason: '', actor: 'ann' });
  expect(await site.report(url, 'installed')).toBe('kept');
  now += 10 * minute;
  const second = install();
  await site.report(second, 'failed');
  now += 10 * minute;
  expect(site.ask('ipxe', node).text).toContain('kernel /assets/vmlinuz');
});

test('UUIDs that prove to be shared are remembered within a bound', async () => {
  const uuid = (i: number) => `16e7d8a7-bfa9-428b-9117-${i.toString(16).padStart(12, '0')}`;
  for (let i = 0; i < 2100; i++) {
    const mac = (n: number) =>
      `mac=52-54-00-0${n}-${(i >> 8).toString(16).padStart(2, '0')}-${(i & 255).toString(16).padStart(2, '0')}`;
    site.ask('metadata', `uuid=${uuid(i)}&${mac(1)}`, '192.0.2.1');
    site.ask('metadata', `uuid=${uuid(i)}&${mac(2)}`, '192.0.2.2');
  }
  await site.machines.close();
  expect(site.machines.store.table('distrusted').size).toBe(2000);
  expect([0, 2099].map((i) => site.machines.registry.distrustedUuids.has(uuid(i)))).toEqual([false, true]);
});

test('a machine that was forgotten by order is gone from the store when that is acknowledged', async () => {
  site.ask('ipxe', node);
  const { id } = site.only;
  await site.machines.close();
  expect(site.machines.store.table('machines').has(id)).toBe(true);
  await act(site.machines, site.only, { action: 'forget', once: false, reason: '', actor: 'ann' });
  expect(site.machines.store.table('machines').has(id)).toBe(false);
});

test('a boot through /netboot.ipxe and /ipxe is one start of an installation, not two', () => {
  const starts: number[] = [];
  for (let boot = 0; boot < 3; boot++) {
    now += 10 * minute;
    const { snapshot, machines, exchanges } = site;
    const { status, body, story } = netbootAnswer(snapshot, node, { machines, address }, 'retry');
    const asked = { endpoint: 'netboot.ipxe', labels: story.labels, address, rawQuery: node, milliseconds: 1, at: now };
    exchanges.answered({ ...asked, status, body, story });
    now += second;
    site.ask('ipxe', node);
    site.fetch('/assets/vmlinuz');
    site.ask('generic', node);
    starts.push(site.only.starts.length);
    if (boot < 2) expect(site.only.loop).toBeUndefined();
  }
  // The third start is the one that makes it a loop, by default.
  expect([starts, site.only.loop?.starts]).toEqual([[1, 2, 3], 3]);
});

/** What a machine is told by each way to boot: to start the installer, to boot from its disk, or to wait. */
function told(route: 'ipxe' | 'grub' | 'netboot.ipxe'): string {
  const context = { machines: site.machines, address };
  const { status, body } =
    route === 'netboot.ipxe'
      ? netbootAnswer(site.snapshot, node, context, 'retry')
      : answer(site.snapshot, route, node, context);
  const text = Buffer.from(body).toString();
  if (text.includes('Booting from disk')) return 'disk';
  return status === 503 || text.includes('This machine gets nothing to boot') ? 'wait' : 'install';
}

test.each(['ipxe', 'grub', 'netboot.ipxe'] as const)('/%s obeys what is known and ordered', async (route) => {
  const url = install();
  expect(told(route)).toBe('install');
  await site.report(url, 'failed');
  expect(told(route)).toBe('install');
  await site.report(url, 'installed');
  expect(told(route)).toBe('disk');
  const order = async (action: MachineAction) => {
    await act(site.machines, site.only, { action, once: true, reason: '', actor: 'alice' });
    return told(route);
  };
  expect(await order('reinstall')).toBe('install');
  expect(await order('hold')).toBe('wait');
  expect(await order('release')).toBe('install');
  expect(await order('disk')).toBe('disk');
  expect(await order('release')).toBe('install');
  expect(await order('installed')).toBe('disk');
});

test('a sweep over many machines lets others have their turns, and leaves out who is not on its way any more', async () => {
  const macOf = (i: number) => `52:54:00:00:00:${i.toString(16).padStart(2, '0')}`;
  for (let i = 0; i < 120; i++) {
    const { id } = site.machines.recognise(new Map([['mac', macOf(i)]]), `192.0.2.${i + 10}`, now)!;
    site.machines.apply(id, { kind: 'refused', at: now, newBoot: () => 'b-1', what: 'ipxe', status: 500, reason: 'x' });
    site.machines.apply(id, { kind: 'step', step: 'dhcp', at: now, newBoot: () => 'b-1' });
    site.machines.apply(id, { kind: 'refused', at: now, newBoot: () => 'b-1', what: 'ipxe', status: 500, reason: 'x' });
  }
  const last = site.machines.registry.known('', macOf(119))!;
  const swept = sweep(site.machines, site.snapshot);
  site.machines.apply(last.id, { kind: 'report', at: now, state: 'running', boot: undefined });
  expect((await swept).length).toBe(119);
  expect(site.machines.registry.get(last.id)!.state).toBe('running');
});
