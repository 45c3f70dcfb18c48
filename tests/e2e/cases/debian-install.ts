/**
 * Debian's own installer, as the recipe `debian` starts it, on a machine that is empty and boots from the network first: the
 * beginning of an installation, or the whole of it up to a login on the installed system.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchbox } from '../../../tools/programs.ts';
import type { Lifetime, Started } from '../../../tools/vm/lifetime.ts';
import { type Machine, startMachine } from '../../../tools/vm/qemu.ts';
import { debianInstaller, type Release } from '../debian-installer.ts';
import { type DebianMirror, startDebianMirror } from '../debian-mirror.ts';
import { follow, type Step, shown } from '../progress.ts';
import { type BuiltInSite, type Context, emptyDisk, startBuiltInSite } from '../site.ts';

const RELEASE: Release = { name: 'trixie', number: 13 };
const MAC = '52:54:00:e2:e0:0b';
const ENDPOINT = 'http://192.168.1.2:8080';
const PASSWORD = 'e2e-password';
/** `openssl passwd -6 -salt e2e` of it. */
const PASSWORD_HASH = '$6$e2e$H2vgrr2JBAte2Vg0MRqQ0ET9MAmwEIcOjfhTLI7b.xK6pSkDej7DQahCIzk/h0qx5emZg0ylQood2Xb8QNZKR0';
const DISK_BYTES = 3 * 1024 ** 3;
const MEMORY_MIB = 1024;
/** As time limits go: a busy computer does not let a step fail that only takes long. */
const minute = 3 * 60_000;
const IMAGES = `/debian/dists/${RELEASE.name}/main/installer-amd64/current/images/netboot/debian-installer/amd64`;

/** What the test adds to the recipe's file, for the installer to read last: it shows its log on the console, and says that it has this. */
const shownBy = (early: string) => `
d-i preseed/early_command string ${early}tail -n 0 -f /var/log/syslog </dev/null >/dev/ttyS0 2>&1 & \\
  wget -q -O /dev/null '{{.matchbox_report_url}}?state=installing&reason=preseed'
`;

/** For the whole: a system that is small, and a password to log in with. */
const SMALL = `
d-i passwd/root-password-crypted password ${PASSWORD_HASH}
d-i clock-setup/ntp boolean false
d-i base-installer/install-recommends boolean false
d-i base-installer/kernel/image string linux-image-cloud-amd64
d-i base-installer/initramfs-tools/driver-policy select dep
d-i apt-setup/services-select multiselect security
d-i pkgsel/run_tasksel boolean false
d-i pkgsel/upgrade select none
`;

/** The console, and no work that protects from other programs on this processor: emulation makes it slow. */
const KERNEL = ['console=ttyS0', 'mitigations=off', 'init_on_alloc=0', 'audit=0'];

/** An installation that does not come to its end here. */
const SIGNS = [
  [/Failed to (retrieve|process) the preconfiguration file/, 'the installer did not take its preseed file'],
  [/Prompt: .\?. for help/, 'the installer asks a question'],
  [/!! ERROR: /, 'the installer shows an error'],
  [/Installation step failed|Bad archive mirror|No kernel modules were found/, 'a step of the installer failed'],
  [
    /The installer failed to download a file from the mirror/,
    'the mirror that apt is configured with does not have all of the installer',
  ],
] as const;

interface Installation {
  readonly site: BuiltInSite;
  readonly mirror: DebianMirror;
  readonly machine: Machine;
  readonly disk: string;
}

/** As far as the installer goes by what it brings itself: it takes its file, reports, asks nothing, and turns to the mirror. */
export async function debianInstallShort(lifetime: Lifetime, context: Context): Promise<void> {
  const installation = await prepare(lifetime, context, '');
  await follow(startMachine(lifetime, installation.machine), beginning(installation), SIGNS, say);
}

/** All of it, and the same machine powered on once more. */
export async function debianInstall(lifetime: Lifetime, context: Context): Promise<void> {
  const installation = await prepare(lifetime, context, SMALL);
  const { site, machine } = installation;
  const installer = startMachine(lifetime, machine);
  const steps = [...beginning(installation), ...ending(installation), ...started(installer)];
  await follow(installer, steps, SIGNS, say);
  await logIn(installer);
  console.log('     powered on again');
  const again = startMachine(lifetime, machine);
  await follow(again, started(again), SIGNS, say);
  await logIn(again);
  const asked = site.serverLog().match(/HTTP GET \/generic\?/g) ?? [];
  assert.equal(asked.length, 1, 'the preseed file was asked for once');
}

/** @param preseed is put behind the recipe's file */
async function prepare(lifetime: Lifetime, context: Context, preseed: string): Promise<Installation> {
  const installer = await debianInstaller(RELEASE, context.scratch);
  const site = await startBuiltInSite(lifetime, context, {
    mode: 'dhcp',
    data: makeData(context.scratch, installer.preseed + shownBy(installer.early) + preseed),
    mirrorNames: ['deb.debian.org', 'security.debian.org'],
    flags: [`-public-url=${ENDPOINT}`],
  });
  const place = { inside: site.inMirror, scratch: context.scratch };
  const images = [
    [`${IMAGES}/linux`, installer.kernel],
    [`${IMAGES}/initrd.gz`, installer.initrd],
  ] as const;
  const mirror = await startDebianMirror(lifetime, place, new Map([...images, ...installer.files]));
  const disk = emptyDisk(context.scratch, DISK_BYTES);
  const machine: Machine = {
    firmware: 'bios',
    mac: MAC,
    uuid: 'd2f0a3a4-7d5d-4e58-8d3c-1f3b2a9c7e0b',
    serial: 'E2E-DEBIAN',
    network: site.network(),
    networkFirst: true,
    disk,
    fastDisk: true,
    memoryMib: MEMORY_MIB,
    // The installer gathers randomness by reckoning, for long, on a processor that has no instruction for it.
    processor: 'qemu64,+rdrand',
    scratch: context.scratch,
    typed: true,
  };
  return { site, mirror, machine, disk };
}

/** What `matchbox init -recipe debian` writes, with a serial console and the test's own wishes. */
function makeData(scratch: string, preseed: string): string {
  const data = join(scratch, 'data');
  const [node, program] = matchbox;
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC8NfwqqKvDrOeJGWuS0lNxF6cZ8eMhYHbH6xmhJKkdA e2e';
  const flags = ['-url', ENDPOINT, '-ssh-key', key, '-mac', MAC, '-recipe', 'debian'];
  execFileSync(node, [program, 'init', ...flags, data]);
  const path = join(data, 'profiles/debian.json');
  const profile = JSON.parse(readFileSync(path, 'utf8')) as { boot: { args: string[] } };
  profile.boot.args.push('DEBIAN_FRONTEND=text', 'TERM=dumb', ...KERNEL, '---', ...KERNEL);
  writeFileSync(path, JSON.stringify(profile));
  appendFileSync(join(data, 'generic/preseed.cfg'), preseed);
  return data;
}

function beginning({ site, mirror }: Installation): readonly Step[] {
  const logged = (text: string) => () => site.serverLog().includes(text);
  return [
    { name: 'the machine has its boot script', withinMs: minute, reached: logged('HTTP GET /netboot.ipxe?') },
    { name: 'it has kernel and initrd', withinMs: minute, reached: () => gave(mirror, /\/initrd\.gz$/) },
    { name: 'the installer asks for its preseed file', withinMs: 3 * minute, reached: logged('HTTP GET /generic?') },
    { name: 'it has taken it, and reports', withinMs: 3 * minute, reached: logged('state=installing&reason=preseed') },
    {
      name: 'it has asked nobody anything and turns to the mirror',
      withinMs: 3 * minute,
      reached: () => gave(mirror, new RegExp(`/${RELEASE.name}(-components)?/Release$`)),
    },
  ];
}

function ending({ site, mirror, disk }: Installation): readonly Step[] {
  const reported = (text: string) => () => site.serverLog().includes(`/machine/report/...?${text}`);
  const given = (pattern: RegExp) => () => gave(mirror, pattern);
  return [
    { name: 'it has its further components', withinMs: 5 * minute, reached: given(/\/partman-auto_.*\.udeb$/) },
    {
      name: 'it reports that it partitions',
      withinMs: 10 * minute,
      reached: reported('state=installing&reason=partitioning'),
    },
    { name: 'there is a partition on the disk', withinMs: 5 * minute, reached: () => isPartitioned(disk) },
    { name: 'the base system is fetched', withinMs: 10 * minute, reached: given(/\/base-files_.*\.deb$/) },
    { name: 'its kernel is fetched', withinMs: 30 * minute, reached: given(/\/linux-image-.*\.deb$/) },
    { name: 'its boot loader is fetched', withinMs: 20 * minute, reached: given(/\/grub-pc_.*\.deb$/) },
    { name: 'it reports that it is installed', withinMs: 20 * minute, reached: reported('state=installed') },
  ];
}

/** Whether the mirror had a file and gave it. */
function gave({ answers }: DebianMirror, path: RegExp): boolean {
  return answers.some((answer) => answer.startsWith('200 ') && path.test(answer));
}

/** Of an installed machine, from its boot loader on. */
function started(machine: Started): readonly Step[] {
  return [
    {
      name: 'the network sends it to its disk',
      withinMs: 3 * minute,
      reached: shown(machine, /Booting from disk: it is installed/),
    },
    { name: 'the disk’s GRUB starts', withinMs: minute, reached: shown(machine, /Booting from disk[\s\S]*GRUB/) },
    { name: 'Debian wants a login', withinMs: 5 * minute, reached: shown(machine, /node1 login:/) },
  ];
}

/** Logs in at the serial console of the installed system, looks around and powers it off. */
async function logIn(machine: Started): Promise<void> {
  const type = (line: string): unknown => machine.child.stdin?.write(`${line}\n`);
  const from = machine.output().length;
  type('root');
  await follow(machine, [
    { name: 'it asks the password', withinMs: minute, reached: shown(machine, /Password:/, from) },
  ]);
  type(PASSWORD);
  const prompt = { name: 'it is logged in', withinMs: 2 * minute, reached: shown(machine, /root@node1:~#/, from) };
  await follow(machine, [prompt], [], say);
  // What is typed is shown, too: only what was run has the marks without the quotes.
  type('echo "@""@$(. /etc/os-release; echo $VERSION_CODENAME) $(findmnt -no SOURCE,FSTYPE /) $(hostname)@""@"');
  const told = /@@trixie \/dev\/vda1 ext4 node1@@/;
  const answered = { name: 'it says who it is', withinMs: minute, reached: shown(machine, told, from) };
  await follow(machine, [answered], [], say);
  type('poweroff');
  const { code, reason } = await machine.exited;
  assert.equal(code, 0, reason);
}

/** Whether the disk has a partition table with a Linux partition. */
function isPartitioned(disk: string): boolean {
  const sector = Buffer.alloc(512);
  const file = openSync(disk, 'r');
  readSync(file, sector, 0, sector.length, 0);
  closeSync(file);
  return sector.readUInt16BE(510) === 0x55aa && sector[446 + 4] === 0x83;
}

function say(name: string, ms: number): void {
  const seconds = Math.round(ms / 1000);
  console.log(`     ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${name}`);
}
