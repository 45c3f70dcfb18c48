// UEFI firmware loads GRUB by TFTP, and GRUB its menu from /grub.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bootMachine } from '../../vm/qemu.js';
import { assertInOrder, assertSameBody, reported } from '../expect.js';
import { makeNetworkGrub } from '../grub.js';
import { startUserSite } from '../site.js';

const MAC = '52:54:00:e2:e0:06';

export async function grubUefi(lifetime, context) {
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
