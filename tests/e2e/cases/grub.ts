/** UEFI firmware loads GRUB by TFTP, and GRUB its menu from /grub. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { bootMachine } from '../../../tools/vm/qemu.ts';
import { assertInOrder, assertSameBody, reported } from '../expect.ts';
import { makeNetworkGrub } from '../grub.ts';
import { type Context, dataFolder, startBuiltInSite, startUserSite } from '../site.ts';

const MAC = '52:54:00:e2:e0:06';

/** UEFI firmware gets an address and GRUB from the server's own DHCP and TFTP, as the machine's group says. */
export async function grubBuiltIn(lifetime: Lifetime, context: Context): Promise<void> {
  const mac = '52:54:00:e2:e0:62';
  const [data, loaders] = [join(context.scratch, 'data'), join(context.scratch, 'loaders')];
  cpSync(dataFolder, data, { recursive: true });
  const group = join(data, 'groups/grub.json');
  const described = JSON.parse(readFileSync(group, 'utf8'));
  // Firmware says by DHCP who it is, and not that it will run GRUB.
  const metadata = { ...described.metadata, netboot_loader: 'grub.efi' };
  writeFileSync(group, JSON.stringify({ ...described, selector: { mac }, metadata }));
  mkdirSync(loaders);
  makeNetworkGrub(join(loaders, 'grub.efi'), '192.168.1.2:8080', context.scratch);
  const site = await startBuiltInSite(lifetime, context, { mode: 'dhcp', data, flags: [`-loaders=${loaders}`] });
  const report = await bootMachine(lifetime, {
    firmware: 'uefi',
    mac,
    uuid: '3b0f5a52-9d0c-4f0c-8f4e-6c1f6d1d0962',
    serial: 'E2E-GRUB',
    network: site.network(),
    scratch: context.scratch,
  });
  assertInOrder('the server', site.serverLog(), [
    'file=grub.efi',
    '/grub',
    '/assets/vmlinuz',
    '/assets/initramfs.gz',
    '/ignition',
  ]);
  assert.ok(reported(report, 'cmdline').includes(`guest.query=mac=${mac}&boot=grub`), reported(report, 'cmdline'));
  for (const name of ['ignition', 'metadata', 'generic', 'cloud']) await assertSameBody(site, report, name);
}

export async function grubUefi(lifetime: Lifetime, context: Context): Promise<void> {
  const site = await startUserSite(lifetime, context);
  const tftp = join(context.scratch, 'tftp');
  mkdirSync(tftp);
  makeNetworkGrub(join(tftp, 'grub.efi'), new URL(site.endpoint).host, context.scratch);
  const report = await bootMachine(lifetime, {
    firmware: 'uefi',
    mac: MAC,
    uuid: '3b0f5a52-9d0c-4f0c-8f4e-6c1f6d1d0906',
    serial: 'E2E-GRUB',
    network: site.network(`tftp=${tftp},bootfile=grub.efi`),
    scratch: context.scratch,
  });
  assertInOrder('the server', site.serverLog(), ['/grub', '/assets/vmlinuz', '/assets/initramfs.gz', '/ignition']);
  assert.ok(reported(report, 'cmdline').includes(`guest.query=mac=${MAC}&boot=grub`), reported(report, 'cmdline'));
  for (const name of ['ignition', 'metadata', 'generic', 'cloud']) await assertSameBody(site, report, name);
  assert.match(reported(report, 'body:metadata'), /^ROLE=grub$/m);
}
