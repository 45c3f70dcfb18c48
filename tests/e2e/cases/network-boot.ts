/** A machine boots from the network by iPXE and reports what every endpoint says; compared with an HTTP client here. */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeInitramfs } from '../../../tools/vm/initramfs.ts';
import { findKernel } from '../../../tools/vm/kernel.ts';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { bootMachine, type Machine } from '../../../tools/vm/qemu.ts';
import { assertInOrder, assertSameBody, reported } from '../expect.ts';
import { unpackForeign } from '../foreign-packages.ts';
import { assertInstalled } from '../packages.ts';
import { type Context, dataFolder, type Site, startBuiltInSite, startLanSite, startUserSite } from '../site.ts';

/** What the cases differ in. */
type SomeMachine = Omit<Machine, 'uuid' | 'serial' | 'scratch'>;

const UUID = '16e7d8a7-bfa9-428b-9117-363341bb330a';

/** BIOS, the iPXE in QEMU's network card, and QEMU's own DHCP, which names /boot.ipxe. */
export async function biosUserNetwork(lifetime: Lifetime, context: Context): Promise<void> {
  const site = await startUserSite(lifetime, context);
  const machine: SomeMachine = {
    firmware: 'bios',
    mac: '52:54:00:e2:e0:01',
    network: site.network(`bootfile=${site.endpoint}/boot.ipxe`),
  };
  await bootAndCompare(lifetime, context, site, machine);
}

/** Firmware PXE → iPXE by TFTP → /boot.ipxe, as dnsmasq says with one of the network guide's configurations. */
export function chainLoaded(firmware: Machine['firmware'], configuration: string) {
  return async (lifetime: Lifetime, context: Context): Promise<void> => {
    const site = await startLanSite(lifetime, context, configuration);
    const mac = firmware === 'bios' ? '52:54:00:e2:e0:02' : '52:54:00:e2:e0:03';
    await bootAndCompare(lifetime, context, site, {
      firmware,
      mac,
      network: site.network(),
      rom: firmware === 'bios' ? 'plain-pxe' : undefined,
    });
    const program = firmware === 'bios' ? 'undionly.kpxe' : 'ipxe.efi';
    assertInOrder('dnsmasq', site.dhcpLog(), [program, `sent /usr/lib/ipxe/${program}`, `${site.endpoint}/boot.ipxe`]);
  };
}

/** UEFI firmware → iPXE by HTTP → /boot.ipxe; nobody serves TFTP. */
export async function httpBoot(lifetime: Lifetime, context: Context): Promise<void> {
  copyFileSync('/usr/lib/ipxe/ipxe.efi', join(context.assets, 'ipxe.efi'));
  const site = await startLanSite(lifetime, context, 'http-boot.conf');
  await bootAndCompare(lifetime, context, site, {
    firmware: 'uefi',
    rom: 'http',
    mac: '52:54:00:e2:e0:09',
    network: site.network(),
  });
  assertInOrder('dnsmasq', site.dhcpLog(), [`${site.endpoint}/assets/ipxe.efi`, `${site.endpoint}/boot.ipxe`]);
  assertInOrder('the server', site.serverLog(), ['/assets/ipxe.efi', '/boot.ipxe']);
}

/** Firmware → iPXE → /netboot.ipxe, as the server itself says; there is no dnsmasq but the site's plain DHCP, or DNS alone. */
export function builtIn(firmware: Machine['firmware'], mode: 'proxy' | 'dhcp', by: 'tftp' | 'http' = 'tftp') {
  return async (lifetime: Lifetime, context: Context): Promise<void> => {
    const site = await startBuiltInSite(lifetime, context, { mode });
    const mac = `52:54:00:e2:e0:${firmware === 'bios' ? '2' : by === 'http' ? '3' : '4'}${mode === 'dhcp' ? '0' : '1'}`;
    // The pretended ROM says who it is in option 175 all the same, and only a proxy's menu makes it ask without.
    const rom = firmware === 'bios' && mode === 'proxy' ? 'plain-pxe' : by === 'http' ? 'http' : undefined;
    await bootAndCompare(lifetime, context, site, { firmware, mac, network: site.network(), rom }, '/netboot.ipxe');
    const byTftp = firmware === 'uefi' ? ['file=ipxe.efi'] : rom === 'plain-pxe' ? ['file=undionly.kpxe'] : [];
    const fetched = by === 'http' ? ['HTTP GET /netboot/ipxe.efi'] : byTftp;
    assertInOrder('the server', site.serverLog(), [...fetched, 'boot=script', 'HTTP GET /netboot.ipxe']);
  };
}

const arm64Packages = [
  // Of bookworm's no arm64 file is in it.
  { name: 'ipxe', suite: 'trixie' },
  { name: 'busybox-static', suite: 'bookworm' },
  { name: 'linux-image-cloud-arm64', suite: 'bookworm', contents: /linux-image-\d[\w.-]*-cloud-arm64/ },
];

/** As `builtIn` by a proxy; emulated on whatever this computer is, with Debian's arm64 kernel and iPXE. */
export function builtInArm64(by: 'tftp' | 'http') {
  return async (lifetime: Lifetime, context: Context): Promise<void> => {
    assertInstalled(['qemu-system-arm', 'qemu-efi-aarch64']);
    const root = unpackForeign('arm64', arm64Packages);
    const [assets, data, loaders] = ['assets', 'data', 'loaders'].map((name) => join(context.scratch, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [assets, loaders]) mkdirSync(folder);
    const kernel = findKernel(root);
    copyFileSync(kernel.image, join(assets, 'vmlinuz'));
    const busybox = join(root, 'bin/busybox');
    writeFileSync(join(assets, 'initramfs.gz'), makeInitramfs(kernel, busybox, new URL('../guest/', import.meta.url)));
    copyFileSync(join(root, 'usr/lib/ipxe/ipxe-arm64.efi'), join(loaders, 'ipxe-arm64.efi'));
    cpSync(dataFolder, data, { recursive: true });
    const profile = join(data, 'profiles/report.json');
    writeFileSync(profile, readFileSync(profile, 'utf8').replace('console=ttyS0', 'console=ttyAMA0'));
    const flags = [`-loaders=${loaders}`];
    const site = await startBuiltInSite(lifetime, { ...context, assets }, { mode: 'proxy', data, flags });
    const rom = by === 'http' ? 'http' : undefined;
    const mac = `52:54:00:e2:e0:5${by === 'http' ? '1' : '0'}`;
    await bootAndCompare(
      lifetime,
      context,
      site,
      { firmware: 'uefi-arm64', mac, network: site.network(), rom },
      '/netboot.ipxe',
    );
    const fetched = by === 'http' ? 'HTTP GET /netboot/ipxe-arm64.efi' : 'file=ipxe-arm64.efi';
    assertInOrder('the server', site.serverLog(), [fetched, 'boot=script', 'HTTP GET /netboot.ipxe']);
  };
}

async function bootAndCompare(
  lifetime: Lifetime,
  { scratch }: Context,
  site: Site,
  machine: SomeMachine,
  script: '/boot.ipxe' | '/netboot.ipxe' = '/boot.ipxe',
): Promise<void> {
  const report = await bootMachine(lifetime, { ...machine, uuid: UUID, serial: 'E2E-REPORT', scratch });
  const macInQuery = machine.mac.replaceAll(':', '-');
  assert.equal(reported(report, 'mac'), machine.mac);
  assertInOrder('the server', site.serverLog(), [
    script,
    script === '/boot.ipxe' ? '/ipxe' : `${script}?`,
    '/assets/vmlinuz',
    '/assets/initramfs.gz',
    '/ignition',
  ]);

  const ignition = await assertSameBody(site, report, 'ignition');
  assert.equal(JSON.parse(ignition).storage.files[0].path, '/etc/motd');
  const metadata = await assertSameBody(site, report, 'metadata');
  assert.match(metadata, new RegExp(`^REQUEST_QUERY_MAC=${machine.mac}$`, 'm'));
  const generic = await assertSameBody(site, report, 'generic');
  assert.ok(generic.includes(`query = "uuid=${UUID}&mac=${macInQuery}&serial=E2E-REPORT"`), generic);
  const cloud = await assertSameBody(site, report, 'cloud');
  assert.ok(cloud.includes(`fqdn: "${machine.mac}"`), cloud);
}
