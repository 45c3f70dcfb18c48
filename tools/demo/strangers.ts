/** Machines of the demonstration that ask once: one whose group has a typo, one that says strange things of itself, one that gets stuck. */
import { get } from 'node:http';
import type { RunningServer } from 'matchbox';

const asks = [
  'uuid=1a2b3c4d-0000-4000-8000-0000000000e1&mac=52:54:00:ed:9e:01&hostname=edge1&serial=EDGE-1',
  `uuid=1a2b3c4d-0000-4000-8000-0000000000e2&mac=52:54:00:ed:9e:99&hostname=${encodeURIComponent('<b>\u202egnp.exe')}&asset=${encodeURIComponent('<script>alert(1)</script>')}`,
] as const;

const stuck = { mac: '52:54:00:db:00:01', query: 'uuid=1a2b3c4d-0000-4000-8000-0000000000ed&mac=52:54:00:db:00:01' };
const silentMs = 40 * 60_000;

export async function visitDemo(server: string, machines: RunningServer['machines']): Promise<void> {
  for (const [index, query] of asks.entries()) {
    for (const path of ['/boot.ipxe', `/ipxe?${query}`]) await ask(`${server}${path}`, addressOf(index));
  }
  for (const path of [`/ipxe?${stuck.query}`, '/assets/vmlinuz', '/assets/initrd.img'])
    await ask(`${server}${path}`, addressOf(asks.length));
  machines.catchUp();
  const [found] = machines.registry.find(stuck.mac);
  if (found?.boot === undefined) throw new Error(`${stuck.mac} has asked, and is not known`);
  // Nobody waits for it to be silent for so long: what was seen of it was seen earlier.
  const { boot, stateSince, firstSeen, lastSeen } = found;
  machines.update({
    ...found,
    firstSeen: firstSeen - silentMs,
    lastSeen: lastSeen - silentMs,
    stateSince: stateSince - silentMs,
    boot: {
      ...boot,
      startedAt: boot.startedAt - silentMs,
      steps: Object.fromEntries(Object.entries(boot.steps).map(([step, at]) => [step, at && at - silentMs])),
    },
  });
}

/** Each has one of its own, as the fleet's machines have: what is downloaded is told apart by it. */
const addressOf = (index: number) => `127.200.0.${index + 1}`;

function ask(url: string, localAddress: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { localAddress }, (response) => {
      response.resume();
      response.on('end', resolve);
    }).on('error', reject);
  });
}
