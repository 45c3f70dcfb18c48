/** Silences of whole boots, told by what the recorders see and nothing else: what the doctor says first of each. */
import { expect, test } from 'vitest';
import { answer } from '../../answer/answer.ts';
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryArchive } from '../../state/archive.ts';
import { openMemoryState } from '../../state/memory.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { contextOf } from '../context-of.ts';
import { ExchangeRecorder } from '../exchange.ts';
import type { Machine, NetbootProgress } from '../machine.ts';
import { Machines } from '../machines.ts';
import { NetbootRecorder } from '../netboot-recorder.ts';
import { readReport } from '../report.ts';
import { ReportDesk } from '../reports.ts';
import type { Diagnosis } from './diagnosis.ts';
import { diagnose } from './doctor.ts';

const second = 1000;
const minute = 60 * second;
const [mac, secondMac] = ['52:54:00:a1:9c:ae', '52:54:00:a1:9c:af'];
const uuid = '16e7d8a7-bfa9-428b-9117-363341bb330a';
const ignition = 'ignition.config.url=http://matchbox.example/ignition?mac=${mac:hexhyp}';
const boot = { kernel: '/assets/vmlinuz', initrd: ['/assets/initrd'], args: [ignition, 'ignition.firstboot'] };

const files = {
  'groups/node1.json': { id: 'node1', profile: 'worker', selector: { mac } },
  'groups/node2.json': { id: 'node2', profile: 'worker', selector: { mac: '52:54:00:00:00:02' } },
  'groups/seeded.json': { id: 'seeded', profile: 'seeded', selector: { mac: '52:54:00:00:00:03' } },
  'groups/live.json': { id: 'live', profile: 'live', selector: { mac: '52:54:00:00:00:05' } },
  'groups/lost.json': { id: 'lost', profile: 'lost', selector: { mac: '52:54:00:00:00:06' } },
  'groups/flatcar.json': { id: 'flatcar', profile: 'flatcar', selector: { mac: '52:54:00:00:00:07' } },
  'groups/always.json': { id: 'always', profile: 'always', selector: { mac: '52:54:00:00:00:08' } },
  'groups/broken.json': { id: 'broken', profile: 'broken', selector: { mac: '52:54:00:00:00:04' } },
  'profiles/worker.json': { id: 'worker', boot, generic_id: 'node.sh', provision: { install: 'once' } },
  'profiles/seeded.json': { id: 'seeded', boot: { ...boot, args: ['ds=nocloud;s=http://m/'] }, cloud_id: 'user' },
  'profiles/live.json': {
    id: 'live',
    boot: { ...boot, args: [...boot.args, 'coreos.live.rootfs_url=http://matchbox.example/assets/rootfs.img'] },
    generic_id: 'node.sh',
  },
  'profiles/flatcar.json': {
    id: 'flatcar',
    boot: { ...boot, args: [ignition, 'console=ttyS0'] },
    generic_id: 'node.sh',
  },
  'profiles/always.json': { id: 'always', boot, generic_id: 'node.sh' },
  'profiles/broken.json': { id: 'broken', boot, generic_id: 'broken.sh' },
};

class Play {
  now = 1_700_000_000_000;
  readonly machines: Machines;
  readonly #snapshots: readonly [broken: Snapshot, mended: Snapshot];
  #isMended = false;
  readonly #exchanges: ExchangeRecorder;
  readonly #boots: NetbootRecorder;

  constructor(machines: Machines, snapshots: readonly [Snapshot, Snapshot]) {
    this.machines = machines;
    this.#snapshots = snapshots;
    this.#exchanges = new ExchangeRecorder(machines);
    this.#boots = new NetbootRecorder(machines);
  }

  static async open(): Promise<Play> {
    const texts = Object.fromEntries(Object.entries(files).map(([path, content]) => [path, JSON.stringify(content)]));
    const open = async (broken: string) => {
      const templates = {
        'generic/node.sh': '{{.matchbox_report_url}}',
        'cloud/user': '#cloud-config\n',
        'generic/broken.sh': broken,
      };
      return (await openCatalog(openMemoryStore({ ...texts, ...templates }), { watch: false })).snapshot;
    };
    let now = () => 0;
    const store = openMemoryState();
    const machines = await Machines.open({
      store,
      archive: openMemoryArchive(),
      baseUrl: () => 'http://m',
      now: () => now(),
    });
    const play = new Play(machines, [await open('{{.nowhere.at.all}}'), await open('{{.matchbox_report_url}}')]);
    now = () => play.now;
    return play;
  }

  get snapshot(): Snapshot {
    return this.#snapshots[this.#isMended ? 1 : 0];
  }

  mend(): void {
    this.#isMended = true;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  dhcp(type: string, progress: NetbootProgress | undefined, { from = mac, address = '', boots = true } = {}): this {
    const labels = new Map([['mac', from]]);
    const told = { labels, address, type, reason: 'offered', text: '', isBootClient: boots, progress };
    this.#boots.decided({ ...told, at: this.now });
    return this.after(second);
  }

  loader(file: string, address: string, sentBytes = 1000): this {
    this.#boots.fetched({ file, by: 'tftp', address, sentBytes, wantedBytes: 1000, milliseconds: 9, at: this.now });
    return this.after(second);
  }

  ask(endpoint: ConfigEndpoint, query: string, address: string): this {
    const { status, body, story } = answer(this.snapshot, endpoint, query, { machines: this.machines, address });
    const rest = { endpoint, labels: story.labels, address, rawQuery: query, status, body, story, milliseconds: 1 };
    this.#exchanges.answered({ ...rest, at: this.now });
    return this.after(second);
  }

  fetch(path: string, address: string, { sent = 100, status = 200 } = {}): this {
    this.#exchanges.sent({ path, address, status, sentBytes: sent, wantedBytes: 100, milliseconds: 5, at: this.now });
    return this.after(second);
  }

  /** A download that began and has not ended. */
  begin(path: string, address: string): this {
    this.#exchanges.sending({ path, address, at: this.now });
    return this.after(second);
  }

  async report(state: string, of = mac): Promise<this> {
    const { body } = answer(this.snapshot, 'generic', query(of), { machines: this.machines, address: at });
    const token = Buffer.from(body).toString().split('/').at(-1)!;
    const report = readReport(new Uint8Array(), new Map([['state', state]]));
    await new ReportDesk(this.machines, 'token').take(() => report, { token, address: at });
    return this.after(second);
  }

  /** DHCP, loader and script. */
  toScript(of = mac): this {
    return this.dhcp('DISCOVER', offer, { from: of })
      .dhcp('REQUEST', taken, { from: of, address: at })
      .loader('ipxe.efi', at)
      .ask('ipxe', query(of), at);
  }

  images(address: string): this {
    return this.fetch('/assets/vmlinuz', address).fetch('/assets/initrd', address);
  }

  diagnoses(of = mac): readonly Diagnosis[] {
    const machine = this.machines.registry.known('', of) as Machine;
    return diagnose(machine, contextOf(machine, this.snapshot, this.now));
  }
}

type Snapshot = Awaited<ReturnType<typeof openCatalog>>['snapshot'];

const query = (of = mac) => `mac=${of.replaceAll(':', '-')}`;
const at = '192.0.2.7';
const offer: NetbootProgress = { loader: 'ipxe.efi' };
const taken: NetbootProgress = { ...offer, taken: true };
const nak: NetbootProgress = { refused: { reason: 'leased_to_other', why: 'another machine has that address' } };

test.each<[silence: string, play: (play: Play) => void, code: string, evidence: RegExp, of?: string]>([
  [
    'an address that it insists on and is refused',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', nak)
        .after(4000)
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', nak)
        .after(5 * minute),
    'address_refused',
    /refused it \(NAK\): another machine has that address/,
  ],
  [
    'a loader of the wrong architecture: the firmware begins again',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', taken, { address: at })
        .loader('undionly.kpxe', at)
        .after(5 * minute),
    'loader_no_script',
    /has its loader and never asked for a script/,
  ],
  [
    'a script that is asked for with the other card, which no group names',
    (play) =>
      play
        .ask('ipxe', `${query()}&uuid=${uuid}`, at)
        .after(20 * minute)
        .ask('ipxe', `${query(secondMac)}&uuid=${uuid}`, at)
        .after(3 * minute),
    'no_group',
    /ipxe was refused 1 time/,
    secondMac,
  ],
  [
    'a kernel that is not there',
    (play) =>
      play
        .ask('ipxe', query(), at)
        .fetch('/assets/vmlinuz', at, { status: 404, sent: 0 })
        .after(3 * minute),
    'image_refused',
    /\/assets\/vmlinuz was refused with 404/,
  ],
  [
    'an initrd that stops half way, after the whole kernel',
    (play) =>
      play
        .ask('ipxe', query(), at)
        .fetch('/assets/vmlinuz', at)
        .fetch('/assets/initrd', at, { sent: 47 })
        .after(3 * minute),
    'kernel_cut',
    /initrd was cut off after 47 of 100 bytes \(47 %\)/,
  ],
  [
    'a config that failed, was mended and taken, and then nothing',
    (play) => {
      const of = '52:54:00:00:00:04';
      play.ask('ipxe', query(of), at).images(at).ask('generic', query(of), at).ask('generic', query(of), at);
      play.mend();
      play.ask('generic', query(of), at).after(61 * minute);
    },
    'config_no_report',
    /it has its config, and no report came/,
    '52:54:00:00:00:04',
  ],
  [
    'a config that failed and is not asked for again',
    (play) =>
      play
        .ask('ipxe', query('52:54:00:00:00:04'), at)
        .images(at)
        .ask('generic', query('52:54:00:00:00:04'), at)
        .after(11 * minute),
    'config_refused',
    /generic was refused with 500 \(template_error\) once/,
    '52:54:00:00:00:04',
  ],
  [
    'cloud-init that was told to report nothing',
    (play) =>
      play
        .ask('ipxe', query('52:54:00:00:00:03'), at)
        .images(at)
        .ask('nocloud/user-data', query('52:54:00:00:00:03'), at)
        .after(61 * minute),
    'reports_not_configured',
    /which sends no report/,
    '52:54:00:00:00:03',
  ],
  [
    'two machines behind one address, of which one never asks for its config',
    (play) =>
      play
        .ask('ipxe', query(), at)
        .ask('ipxe', query('52:54:00:00:00:02'), at)
        .images(at)
        .images(at)
        .ask('generic', query('52:54:00:00:00:02'), at)
        .after(11 * minute),
    'config_never_asked',
    /somebody at its address has fetched its images/,
  ],
  [
    'a system that has its network and asks elsewhere for its config',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', taken, { address: at })
        .loader('ipxe.efi', at)
        .ask('ipxe', query(), at)
        .images(at)
        .after(20 * second)
        .dhcp('REQUEST', undefined, { address: at, boots: false })
        .after(11 * minute),
    'config_never_asked',
    /asked for an address by DHCP: it has a network/,
  ],
  [
    'a system whose initramfs has no network',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', taken, { address: at })
        .loader('ipxe.efi', at)
        .ask('ipxe', query(), at)
        .images(at)
        .after(11 * minute),
    'config_never_asked',
    /no DHCP request of its system was seen/,
  ],
  [
    'power that was cut while it installed: it begins again, and its firmware takes no offer',
    (play) =>
      play
        .ask('ipxe', query(), at)
        .images(at)
        .ask('generic', query(), at)
        .after(10 * minute)
        .dhcp('DISCOVER', offer)
        .dhcp('DISCOVER', offer)
        .after(3 * minute),
    'offer_unanswered',
    /was offered a loader and never fetched it/,
  ],
  [
    'a loader that is cut off, again and again',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', taken, { address: at })
        .loader('ipxe.efi', at, 300)
        .after(30 * second)
        .loader('ipxe.efi', at, 400)
        .after(3 * minute),
    'loader_cut',
    /loader was cut off after 400 of 1000 bytes \(40 %\)/,
  ],
  [
    'the same installation for the third time',
    (play) => {
      for (let i = 0; i < 3; i++)
        play
          .ask('ipxe', query(), at)
          .images(at)
          .ask('generic', query(), at)
          .after(15 * minute);
    },
    'loop',
    /the same installation began 3 times/,
  ],
])('the doctor says first of %s what it is', async (_silence, told, code, evidence, of = mac) => {
  const play = await Play.open();
  told(play);
  const [first] = play.diagnoses(of);
  expect([first?.code, first?.evidence.join('; ')]).toEqual([code, expect.stringMatching(evidence)]);
});

/** Twelve more, invented without looking at what the doctor knows, for whoever changes it. */
const [live, lost, flatcar, always] = [5, 6, 7, 8].map((last) => `52:54:00:00:00:0${last}`) as [
  string,
  string,
  string,
  string,
];

test.each<[silence: string, play: (play: Play) => unknown, code: string, evidence: RegExp, of?: string]>([
  [
    'a port that spanning tree holds: a burst of DISCOVERs each forty seconds, and nothing of ours arrives',
    (play) => {
      for (let i = 0; i < 4; i++) play.dhcp('DISCOVER', offer).after(40 * second);
    },
    'offer_unanswered',
    /was offered a loader and never fetched it/,
  ],
  [
    'an address of the other server, and no word at port 4011',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', { ...offer, elsewhere: true }, { address: at })
        .after(3 * minute),
    'offer_unanswered',
    /took the address of another server, and never asked for the loader/,
  ],
  [
    'answers of TFTP that a firewall drops: it asks again and again, and acknowledges nothing',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', taken, { address: at })
        .loader('ipxe.efi', at, 0)
        .after(20 * second)
        .loader('ipxe.efi', at, 0)
        .after(3 * minute),
    'loader_cut',
    /asked for its loader, and took nothing of its 1000 bytes/,
  ],
  [
    'a loader that Secure Boot refuses: the firmware begins again each minute',
    (play) => {
      for (let i = 0; i < 4; i++)
        play.dhcp('DISCOVER', offer).dhcp('REQUEST', taken, { address: at }).loader('ipxe.efi', at).after(minute);
    },
    'loader_repeated',
    /fetched ipxe\.efi 4 times, and no script between/,
  ],
  [
    'an iPXE without HTTP that was told a URL',
    (play) =>
      play
        .dhcp('DISCOVER', offer)
        .dhcp('REQUEST', taken, { address: at })
        .loader('ipxe.efi', at)
        .dhcp('DISCOVER', { script: 'http://m/netboot.ipxe' })
        .dhcp('REQUEST', { script: 'http://m/netboot.ipxe', taken: true }, { address: at })
        .after(3 * minute),
    'loader_no_script',
    /iPXE was told to fetch http:\/\/m\/netboot\.ipxe, and never did/,
  ],
  [
    'a group whose profile is not there',
    (play) =>
      play
        .toScript(lost)
        .after(30 * second)
        .ask('ipxe', query(lost), at)
        .after(3 * minute),
    'script_refused',
    /ipxe was refused with 404 \(no_profile\) 2 times/,
    lost,
  ],
  [
    'an iPXE that does not resolve the name of the assets',
    (play) => play.toScript().after(4 * minute),
    'script_no_kernel',
    /has its script and never asked for the kernel/,
  ],
  [
    'an initrd that comes at a few KiB a second',
    (play) =>
      play
        .toScript()
        .begin('/assets/vmlinuz', at)
        .fetch('/assets/vmlinuz', at)
        .begin('/assets/initrd', at)
        .after(7 * minute),
    'kernel_slow',
    /has been fetching the initrd for 7 minutes/,
  ],
  [
    'a kernel that panics and resets the machine, again and again',
    (play) => {
      for (let i = 0; i < 4; i++)
        play
          .toScript()
          .images(at)
          .after(3 * minute);
    },
    'kernel_resets',
    /began anew 3 times after its kernel was loaded, and never asked for its config/,
  ],
  [
    'a live system whose memory has no room for its root file system',
    (play) =>
      play
        .toScript(live)
        .images(at)
        .after(20 * second)
        .begin('/assets/rootfs.img', at)
        .fetch('/assets/rootfs.img', at, { sent: 62 })
        .after(5 * minute),
    'kernel_cut',
    /rootfs\.img was cut off after 62 of 100 bytes \(62 %\)/,
    live,
  ],
  [
    'a Flatcar whose arguments say nothing of a first boot',
    (play) =>
      play
        .toScript(flatcar)
        .images(at)
        .after(20 * second)
        .dhcp('REQUEST', undefined, { from: flatcar, address: at, boots: false })
        .after(12 * minute),
    'config_missing_arguments',
    /lack ignition\.firstboot=1 \(Fedora CoreOS\) or flatcar\.first_boot=1 \(Flatcar\)/,
    flatcar,
  ],
  [
    'an installed machine that comes back from its disk each minute',
    async (play) => {
      await play
        .toScript()
        .images(at)
        .ask('generic', query(), at)
        .after(9 * minute)
        .report('installed');
      for (let i = 0; i < 4; i++) play.toScript().after(70 * second);
    },
    'disk_returns',
    /was sent to its disk 4 times, and came back within minutes/,
  ],
  [
    'a machine that is installed and boots from the network first, where nothing sends it to its disk',
    async (play) => {
      await play
        .toScript(always)
        .images(at)
        .ask('generic', query(always), at)
        .after(9 * minute)
        .report('installed', always);
      play.after(minute).toScript(always);
    },
    'boot_order',
    /is installed, and booted from the network again/,
    always,
  ],
])('of twelve more the doctor says first of %s what it is', async (_silence, told, code, evidence, of = mac) => {
  const play = await Play.open();
  await told(play);
  const [first] = play.diagnoses(of);
  expect([first?.code, first?.evidence.join('; ')]).toEqual([code, expect.stringMatching(evidence)]);
});

test.each<[machine: string, play: (play: Play) => unknown, of?: string]>([
  [
    'whose root file system came whole the second time',
    (play) =>
      play
        .toScript(live)
        .images(at)
        .fetch('/assets/rootfs.img', at, { sent: 62 })
        .fetch('/assets/rootfs.img', at)
        .after(5 * minute),
    live,
  ],
  [
    'that was reset twice, and then asked for its config',
    (play) => {
      for (let i = 0; i < 3; i++)
        play
          .toScript()
          .images(at)
          .after(3 * minute);
      play.ask('generic', query(), at);
    },
  ],
  [
    'that was sent to its disk three times in a day',
    async (play) => {
      await play
        .toScript()
        .images(at)
        .ask('generic', query(), at)
        .after(9 * minute)
        .report('installed');
      for (let i = 0; i < 3; i++)
        play
          .after(8 * 60 * minute)
          .toScript()
          .ask('ipxe', query(), at);
    },
  ],
  [
    'that is switched on once a day and has no config to ask for',
    (play) => {
      for (let i = 0; i < 4; i++)
        play
          .toScript('52:54:00:00:00:03')
          .images(at)
          .after(24 * 60 * minute);
      play.toScript('52:54:00:00:00:03');
    },
    '52:54:00:00:00:03',
  ],
])('the doctor has nothing to say of a machine %s', async (_machine, told, of = mac) => {
  const play = await Play.open();
  await told(play);
  expect(play.diagnoses(of)).toEqual([]);
});

test('the doctor says nothing of a machine whose server’s clock went back, and not since when it is not yet', async () => {
  const play = await Play.open();
  play
    .ask('ipxe', query(), at)
    .images(at)
    .after(-2 * 60 * minute);
  expect(play.diagnoses()).toEqual([]);
});

test('the doctor says first of a failure what the report said, whatever else is wrong', async () => {
  const play = await Play.open();
  play.ask('ipxe', query(), at).images(at);
  const { body } = answer(play.snapshot, 'generic', query(), { machines: play.machines, address: at });
  play.ask('generic', query(), at);
  const token = Buffer.from(body).toString().split('/').at(-1)!;
  const report = readReport(
    new Uint8Array(),
    new Map([
      ['state', 'failed'],
      ['reason', 'no disk'],
    ]),
  );
  await new ReportDesk(play.machines, 'token').take(() => report, { token, address: at });
  play.after(90 * minute);
  expect(play.diagnoses()[0]).toMatchObject({ code: 'failed', evidence: ['it reported a failure: no disk'] });
});
