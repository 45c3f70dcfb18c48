/**
 * The network that the machine is on. Where this computer lets us, a network namespace in which Matchbox itself answers the machine's
 * DHCP; else QEMU's user network, whose own DHCP names the boot script.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorMessage } from '../error-message.ts';
import { fromSource } from '../from-source.ts';
import type { Lifetime, Started } from '../vm/lifetime.ts';
import type { MachineNetwork } from '../vm/qemu.ts';
import { createRelay } from './relay.ts';
import { findProgram } from './requirements.ts';

export interface TryNetwork {
  /** Words before a command that is to run in the network. */
  readonly inside: readonly string[];
  /** What the server listens on. */
  readonly address: string;
  /** The server in the machine's eyes. */
  readonly addressForMachine: string;
  /** Of the server, which keeps its leases in a folder. */
  flags(folder: string): readonly string[];
  /** QEMU's, for a server on a port, with the host's port that leads to the machine's port 22, if wanted. */
  machine(port: number, sshPort: number | undefined): MachineNetwork;
  /** Has ports of the server answer on this computer's loopback, too: `10.77.0.1:8080` as `127.0.0.1:8080`. */
  bringOut(lifetime: Lifetime, endpoints: readonly { readonly host: string; readonly port: number }[]): Promise<void>;
}

/** The host's loopback, as a machine on QEMU's user network sees it. */
const hostAddress = '10.0.2.2';

export const userNetwork: TryNetwork = {
  inside: [],
  address: '127.0.0.1',
  addressForMachine: hostAddress,
  flags: () => [],
  machine: (port, sshPort) => {
    const forward = sshPort ? `,hostfwd=tcp:127.0.0.1:${sshPort}-:22` : '';
    return { user: `bootfile=http://${hostAddress}:${port}/boot.ipxe${forward}` };
  },
  bringOut: () => Promise.resolve(),
};

const [serverInterface, tap, serverAddress] = ['eth0', 'tap0', '10.77.0.1'];
const needed = ['unshare', 'nsenter', 'setpriv', 'ip', 'cat'];
const relayProgram = fileURLToPath(new URL('relay.ts', import.meta.url));
const startTimeoutMs = 10_000;

/**
 * A network namespace for this lifetime: of root, or of a user namespace. It is gone with its last program, so nothing is left
 * behind by a run that is killed. @returns why there is none, as half a sentence
 */
export async function ownNetwork(lifetime: Lifetime): Promise<TryNetwork | string> {
  if (process.platform !== 'linux') return 'it is no Linux';
  const missing = needed.find((program) => findProgram(program) === undefined);
  if (missing !== undefined) return `it has no ${missing}`;
  const isRoot = process.getuid?.() === 0;
  // It reads until we are gone.
  const words = [...(isRoot ? [] : ['--user', '--map-root-user']), '--net', 'sh', '-c', 'echo made; exec cat'];
  const anchor = lifetime.start('unshare', words, undefined, 'pipe');
  if (!(await says(anchor, 'made'))) return anchor.output().trim() || 'it may not be made';
  const user = isRoot ? [] : ['--user', '--preserve-credentials'];
  const inside = ['nsenter', '--target', String(anchor.child.pid), ...user, '--net'];
  try {
    layOut((...args) => ip(inside, args));
  } catch (error) {
    return errorMessage(error);
  }
  // Entering a user namespace takes the parent's hold on its children, so it is renewed inside.
  return networkIn([...inside, 'setpriv', '--pdeathsig', 'KILL', '--']);
}

/** The server on one end of a cable, a switch on the other, and the machine's tap in the switch. */
function layOut(ip: (...args: string[]) => void): void {
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', serverInterface, 'type', 'veth', 'peer', 'name', 'port1');
  ip('link', 'add', 'switch', 'type', 'bridge', 'forward_delay', '0');
  ip('tuntap', 'add', 'dev', tap, 'mode', 'tap');
  for (const port of ['port1', tap]) ip('link', 'set', port, 'master', 'switch', 'up');
  ip('link', 'set', 'switch', 'up');
  ip('addr', 'add', `${serverAddress}/24`, 'dev', serverInterface);
  ip('link', 'set', serverInterface, 'up');
}

function networkIn(inside: readonly string[]): TryNetwork {
  return {
    inside,
    address: serverAddress,
    addressForMachine: serverAddress,
    flags: (folder) => [
      '-netboot=dhcp',
      `-netboot-interface=${serverInterface}`,
      '-netboot-unknown',
      '-dhcp-range=10.77.0.100-10.77.0.199',
      `-state-path=${folder}`,
    ],
    machine: () => ({ tap, inside, hasRouter: true }),
    bringOut: async (lifetime, endpoints) => {
      // Not where the clone is: a socket's path has 107 bytes at most.
      const folder = mkdtempSync(join(tmpdir(), 'matchbox-try-'));
      lifetime.defer(() => rmSync(folder, { recursive: true, force: true }));
      const sockets = endpoints.map((_, index) => join(folder, String(index)));
      const pairs = endpoints.flatMap(({ host, port }, index) => [sockets[index]!, `${host}:${port}`]);
      const [command = '', ...args] = [...inside, ...fromSource(relayProgram), ...pairs];
      const relay = lifetime.start(command, args);
      for (const [index, path] of sockets.entries()) {
        if (!(await says(relay, `relaying ${path}\n`))) throw new Error(`the relay did not start: ${relay.output()}`);
        const outside = createRelay({ path });
        lifetime.defer(() => outside.close());
        await new Promise<void>((resolve, reject) => {
          outside.once('error', reject).listen(endpoints[index]!.port, '127.0.0.1', resolve);
        });
      }
    },
  };
}

/** Whether a program says this before it ends. */
async function says({ output, exited }: Started, text: string): Promise<boolean> {
  let over = false;
  void exited.then(() => {
    over = true;
  });
  for (let waited = 0; !output().includes(text); waited += 20) {
    if (over || waited > startTimeoutMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function ip([command = '', ...inside]: readonly string[], args: readonly string[]): void {
  try {
    execFileSync(command, [...inside, 'ip', ...args], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    throw new Error(`ip ${args.join(' ')}: ${stderr?.trim() || errorMessage(error)}`, { cause: error });
  }
}
