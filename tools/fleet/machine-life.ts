/** What a simulated machine does from power-on until it runs, over real HTTP. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedMachine } from './behaviour.ts';

export interface FleetOptions {
  /** `http://127.0.0.1:8080` */
  readonly server: string;
  /** Between two steps. */
  readonly pauseMs: () => number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A step failed that had to succeed; the message names the machine. */
class MachineLifeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MachineLifeError';
  }
}

/** Lives one life. @throws MachineLifeError */
export async function live(machine: SimulatedMachine, options: FleetOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: machine.address } as never);
  const get = (path: string) => ask(agent, `${options.server}${path}`, machine.address);
  const expectStatus = async (path: string, ...statuses: readonly number[]): Promise<Answer> => {
    const answer = await get(path);
    if (!statuses.includes(answer.status))
      throw new MachineLifeError(
        `${machine.name} (${machine.behaviour}): ${path} answered ${answer.status}, wanted ${statuses.join(' or ')}: ${answer.text.slice(0, 200)}`,
      );
    return answer;
  };
  const pause = () => sleep(options.pauseMs());
  try {
    await firstBoot(machine, { get, expectStatus, pause, server: options.server, agent });
  } finally {
    agent.destroy();
  }
}

interface Means {
  readonly get: (path: string) => Promise<Answer>;
  readonly expectStatus: (path: string, ...statuses: readonly number[]) => Promise<Answer>;
  readonly pause: () => Promise<unknown>;
  readonly server: string;
  readonly agent: Agent;
}

async function firstBoot(machine: SimulatedMachine, means: Means): Promise<void> {
  const { behaviour, mac, uuid } = machine;
  const { expectStatus, pause } = means;
  const labels = `uuid=${uuid}&mac=${mac.replaceAll(':', '-')}`;
  await expectStatus('/boot.ipxe', 200);
  if (behaviour === 'unknown') {
    for (let i = 0; i < 3; i++) {
      await expectStatus(`/ipxe?${labels}`, 404);
      await pause();
    }
    return;
  }
  for (let i = 0; i < (behaviour === 'repeats' ? 2 : 0); i++) await expectStatus(`/ipxe?${labels}`, 200);
  const script = await expectStatus(`/ipxe?${labels}`, 200);
  await pause();
  // Powered on again after it was installed: the system on its disk starts, and says so.
  if (script.text.includes('Booting from disk')) return void (await sayRunning(machine, means));
  if (behaviour === 'cut-off') await cutOff(machine, means);
  await expectStatus('/assets/vmlinuz', 200);
  await expectStatus('/assets/initrd.img', 200);
  await pause();
  if (behaviour === 'silent-after-kernel') return;
  const config = await expectStatus(`/generic?${configLabels(machine)}`, 200);
  if (behaviour === 'repeats') await expectStatus(`/generic?${labels}`, 200);
  const report = /REPORT=(\S+)/.exec(config.text)?.[1];
  if (report === undefined)
    throw new MachineLifeError(`${machine.name}: its config names no report URL: ${config.text}`);
  await pause();
  if (behaviour === 'silent-after-config') return;
  const path = new URL(report).pathname;
  reportPaths.set(machine, path);
  if (behaviour === 'fails') return void (await expectStatus(`${path}?state=failed&reason=no+disk`, 201, 202));
  await expectStatus(`${path}?state=installed`, 201, 202);
  await pause();
  const disk = await expectStatus(`/ipxe?${labels}`, 200);
  if (!disk.text.includes('Booting from disk'))
    throw new MachineLifeError(`${machine.name} (${behaviour}): it is installed, and was told to install again`);
  await sayRunning(machine, means);
}

/** Where the installed system of each reports: it has that from its config. */
const reportPaths = new WeakMap<SimulatedMachine, string>();

async function sayRunning(machine: SimulatedMachine, { expectStatus }: Means): Promise<void> {
  const path = reportPaths.get(machine);
  if (path !== undefined) await expectStatus(`${path}?state=running`, 201, 202);
}

/** A second card asks for the config; firmware and system disagree about the byte order of the UUID. */
function configLabels({ behaviour, uuid, mac, otherMac }: SimulatedMachine): string {
  if (behaviour === 'two-cards') return `uuid=${uuid}&mac=${mac}&net1=${otherMac}`;
  if (behaviour !== 'swapped-uuid') return `uuid=${uuid}&mac=${mac}`;
  const swap = (field: string) => (field.match(/../g) ?? []).reverse().join('');
  const [a = '', b = '', c = '', ...rest] = uuid.split('-');
  return `uuid=${[swap(a), swap(b), swap(c), ...rest].join('-')}&mac=${mac}`;
}

/** Leaves in the middle of a download. */
function cutOff({ address }: SimulatedMachine, { server }: Means): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(`${server}/assets/initrd.img`, { localAddress: address, agent: false }, (response) => {
      response.once('data', () => sent.destroy());
      response.once('close', () => resolve());
      response.on('error', () => {});
    });
    sent.on('error', () => resolve());
    sent.end();
  });
}

function ask(agent: Agent, url: string, localAddress: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, localAddress, headers: { 'User-Agent': 'iPXE/1.0.0+' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('latin1') }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}
