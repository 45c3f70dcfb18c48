/** The server is restarted under a machine that boots, at random moments: it boots every time, and notices nothing. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../tools/ports.ts';
import { copyData } from '../../../tools/vm/data.ts';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { bootMachine } from '../../../tools/vm/qemu.ts';
import { assertInOrder, reported } from '../expect.ts';
import { type RestartWay, startRestartedServer } from '../restarting-server.ts';

const dataFolder = fileURLToPath(new URL('../data/', import.meta.url));

/** So many boots, by turns in each way. */
export function restarts(boots: number, ways: readonly RestartWay[] = ['socket-units', 'supervise']) {
  return async (lifetime: Lifetime, { assets, scratch }: { assets: string; scratch: string }): Promise<void> => {
    for (let boot = 0; boot < boots; boot++) {
      const way = ways[boot % ways.length]!;
      const folder = join(scratch, String(boot));
      mkdirSync(folder);
      const count = await bootOnce(lifetime, { way, assets, scratch: folder });
      console.log(`     boot ${boot + 1} of ${boots}: done, under ${count} restarts (${way})`);
    }
  };
}

async function bootOnce(
  lifetime: Lifetime,
  { way, assets, scratch }: { way: RestartWay; assets: string; scratch: string },
): Promise<number> {
  const port = await freePort();
  const endpoint = `http://10.0.2.2:${port}`;
  const data = join(scratch, 'data');
  copyData(dataFolder, data, new URL(endpoint).host);
  const server = await startRestartedServer(lifetime, { way, port, data, assets });
  // Whoever is cut off asks again, where it is our script that runs.
  const script = way === 'killed' ? '/netboot.ipxe' : '/boot.ipxe';
  server.begin();
  const mac = '52:54:00:e2:e0:0a';
  const report = await bootMachine(lifetime, {
    firmware: 'bios',
    mac,
    network: { user: `bootfile=${endpoint}${script}` },
    uuid: '16e7d8a7-bfa9-428b-9117-363341bb330b',
    serial: 'E2E-RESTART',
    scratch,
  });
  const restarted = await server.end();
  assert.equal(reported(report, 'mac'), mac);
  const asked = way === 'killed' ? [script] : [script, '/ipxe'];
  assertInOrder('the server', server.log(), [...asked, '/assets/vmlinuz', '/assets/initramfs.gz']);
  assert.ok(report.blocks.get('body:ignition'), 'the machine has its Ignition config');
  assert.ok(restarted > 0, 'the server was restarted');
  return restarted;
}
