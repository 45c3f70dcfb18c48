/**
 * A machine with an empty disk boots the installer from the network, installs, restarts from its disk, and asks again as
 * an installed machine. It reports each step with the snippet that the examples have for shell scripts.
 */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { bootMachine } from '../../../tools/vm/qemu.ts';
import { assertInOrder, assertSameBody, reported } from '../expect.ts';
import { type Context, dataFolder, emptyDisk, startLanSite } from '../site.ts';

const snippet = fileURLToPath(new URL('../../../examples/reports/generic/report.sh', import.meta.url));
const MACS = { bios: '52:54:00:e2:e0:07', uefi: '52:54:00:e2:e0:08' };

export function twoStage(firmware: 'bios' | 'uefi') {
  return async (lifetime: Lifetime, context: Context): Promise<void> => {
    const site = await startLanSite(lifetime, context, 'dhcp.conf', { data: withReports(context.scratch) });
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
    assertInOrder('the server', site.serverLog(), [
      '/machine/report/...?state=installing&reason=eth0+is+up',
      '/assets/install.img',
      '/machine/report/...?state=installed',
      '/machine/report/...?state=running',
    ]);

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

/** The tests' data, with the snippet in front of the script that installs. */
function withReports(scratch: string): string {
  const data = join(scratch, 'data');
  cpSync(dataFolder, data, { recursive: true });
  const script = join(data, 'generic/install.sh');
  writeFileSync(script, `${readFileSync(snippet)}\n${readFileSync(script)}`);
  return data;
}
