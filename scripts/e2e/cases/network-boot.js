// A machine boots from the network by iPXE and reports what every endpoint says; compared with an HTTP client here.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootMachine } from '../../vm/qemu.js';
import { assertInOrder, assertSameBody, reported } from '../expect.js';
import { startLanSite, startUserSite } from '../site.js';

const UUID = '16e7d8a7-bfa9-428b-9117-363341bb330a';

/** BIOS, the iPXE in QEMU's network card, and QEMU's own DHCP, which names /boot.ipxe. */
export async function biosUserNetwork(lifetime, context) {
  const site = await startUserSite(lifetime, context);
  const machine = {
    firmware: 'bios',
    mac: '52:54:00:e2:e0:01',
    network: site.network(`bootfile=${site.endpoint}/boot.ipxe`),
  };
  await bootAndCompare(lifetime, context, site, machine);
}

/** Firmware PXE → iPXE by TFTP → /boot.ipxe, as dnsmasq says with one of the network guide's configurations. */
export function chainLoaded(firmware, configuration) {
  return async (lifetime, context) => {
    const site = await startLanSite(lifetime, context, configuration);
    const mac = firmware === 'bios' ? '52:54:00:e2:e0:02' : '52:54:00:e2:e0:03';
    await bootAndCompare(lifetime, context, site, {
      firmware,
      mac,
      network: site.network(),
      pxeRom: firmware === 'bios',
    });
    const program = firmware === 'bios' ? 'undionly.kpxe' : 'ipxe.efi';
    assertInOrder('dnsmasq', site.dhcpLog(), [program, `sent /usr/lib/ipxe/${program}`, `${site.endpoint}/boot.ipxe`]);
  };
}

/** UEFI firmware → iPXE by HTTP → /boot.ipxe; nobody serves TFTP. */
export async function httpBoot(lifetime, context) {
  copyFileSync('/usr/lib/ipxe/ipxe.efi', join(context.assets, 'ipxe.efi'));
  const site = await startLanSite(lifetime, context, 'http-boot.conf');
  await bootAndCompare(lifetime, context, site, {
    firmware: 'uefi',
    pxe: false,
    mac: '52:54:00:e2:e0:09',
    network: site.network(),
  });
  assertInOrder('dnsmasq', site.dhcpLog(), [`${site.endpoint}/assets/ipxe.efi`, `${site.endpoint}/boot.ipxe`]);
  assertInOrder('the server', site.serverLog(), ['/assets/ipxe.efi', '/boot.ipxe']);
}

async function bootAndCompare(lifetime, { scratch }, site, machine) {
  const report = await bootMachine(lifetime, { ...machine, uuid: UUID, serial: 'E2E-REPORT', scratch });
  const macInQuery = machine.mac.replaceAll(':', '-');
  assert.equal(reported(report, 'mac'), machine.mac);
  assertInOrder('the server', site.serverLog(), [
    '/boot.ipxe',
    '/ipxe',
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
