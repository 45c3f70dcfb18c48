import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from 'matchbox';
import { expect, test } from 'vitest';
import { finalStates, makeFleet } from '../../tools/fleet/behaviour.ts';
import { runFleet } from '../../tools/fleet/fleet.ts';
import { writeFleetSite } from '../../tools/fleet/site.ts';
import { plainMachines } from '../../tools/plain-machines.ts';

test('a fleet with faults of every kind is known rightly, machine by machine', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-fleet-'));
  const fleet = makeFleet(180);
  writeFleetSite(folder, fleet);
  const server = await start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: join(folder, 'assets'),
    machines: plainMachines(join(folder, 'state')),
  });
  try {
    const port = server.addresses.http.port;
    const faults = await runFleet(fleet, {
      server: `http://127.0.0.1:${port}`,
      pauseMs: () => Math.random() * 30,
      overMs: 500,
    });
    expect(faults).toEqual([]);
    server.machines.catchUp();
    const byMac = new Map(
      [...server.machines.registry.all()].flatMap((machine) => machine.macs.map((mac) => [mac, machine])),
    );
    const wrong = fleet.filter(({ mac, behaviour }) => byMac.get(mac)?.state !== finalStates[behaviour]);
    expect(wrong.map(({ name, behaviour, mac }) => `${name} ${behaviour} ${byMac.get(mac)?.state}`)).toEqual([]);
    expect(server.machines.registry.size).toBe(fleet.length);
    expect(
      fleet.filter(({ mac, behaviour, name }) => behaviour !== 'unknown' && byMac.get(mac)?.group !== name),
    ).toEqual([]);
  } finally {
    await server.close(0);
    rmSync(folder, { recursive: true, force: true });
  }
});
