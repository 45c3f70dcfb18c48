// A machine with an empty disk boots the installer from the network, installs, restarts from its disk, and asks again as
// an installed machine.
import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { bootMachine } from '../../vm/qemu.js';
import { assertInOrder, assertSameBody, reported } from '../expect.js';
import { startLanSite } from '../site.js';

const DISK_BYTES = 64 * 1024 * 1024;
const MACS = { bios: '52:54:00:e2:e0:07', uefi: '52:54:00:e2:e0:08' };

export function twoStage(firmware) {
  return async (lifetime, context) => {
    const site = await startLanSite(lifetime, context, 'dhcp.conf');
    const report = await bootMachine(lifetime, {
      firmware,
      mac: MACS[firmware],
      uuid: 'd2f0a3a4-7d5d-4e58-8d3c-1f3b2a9c7e07',
      serial: 'E2E-INSTALL',
      network: site.network(),
      disk: emptyDisk(context.scratch),
      scratch: context.scratch,
    });
    assertInOrder('the console', report.text, ['@@rebooting@@', '@@up@@', '@@done@@']);

    const installerQuery = new URL(reported(report, 'url:ignition')).search.replace('&os=installed', '');
    const installer = await site.get(`${site.endpoint}/generic${installerQuery}`);
    assert.equal(reported(report, 'body:generic'), installer.body.toString());

    const commandLine = reported(report, 'cmdline');
    assert.ok(commandLine.includes('BOOT_IMAGE='), `started by the disk's boot loader: ${commandLine}`);
    assert.ok(commandLine.includes('&os=installed'), commandLine);
    const configuration = await assertSameBody(site, report, 'ignition');
    assert.equal(
      reported(report, 'disk:config.ign'),
      configuration,
      'what the installer stored is what the machine gets now',
    );
    assert.equal(JSON.parse(configuration).storage.files[0].path, '/etc/hostname');
    const beforehand = await site.get(`${site.endpoint}/ignition${installerQuery}`);
    assert.notEqual(beforehand.body.toString(), configuration, 'the installer has another configuration');
    assert.match(await assertSameBody(site, report, 'metadata'), /^ROLE=installed$/m);
  };
}

function emptyDisk(scratch) {
  const path = join(scratch, 'disk.img');
  const file = openSync(path, 'w');
  ftruncateSync(file, DISK_BYTES);
  closeSync(file);
  return path;
}
