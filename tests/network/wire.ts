/** An Ethernet made of Linux network namespaces, and programs in them, for tests of the wire. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { threadId } from 'node:worker_threads';

const run = promisify(execFile);

/** Runs TypeScript from its source. */
export const register = new URL('../../tools/typescript/register.js', import.meta.url).href;

/** Why namespaces cannot be made here, or undefined. */
export const namespaceObstacle = process.getuid?.() === 0 ? undefined : 'network namespaces need root';

export type HostName = 'server' | 'client' | 'far';

let count = 0;

/**
 * Two hosts on one wire, `server` (10.77.0.1/24) and `client` (no address). The server has a second interface with the
 * default route: a broadcast that leaves by the wrong one never arrives.
 */
export class Wire {
  /** Vitest's workers are threads of one process, each of which counts for itself. */
  readonly #prefix = `netboot-${process.pid}-${threadId}-${++count}`;
  readonly #children = new Set<ChildProcess>();
  readonly #hosts: HostName[] = ['server', 'client'];

  static async open(): Promise<Wire> {
    const wire = new Wire();
    const [server, client] = [wire.namespace('server'), wire.namespace('client')];
    const veth = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', client];
    for (const name of [server, client]) {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
    await run('ip', ['-n', server, 'link', 'add', 'eth0', ...veth]);
    await run('ip', ['-n', server, 'link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'elsewhere']);
    await run('ip', ['-n', server, 'addr', 'add', '192.0.2.2/24', 'dev', 'uplink']);
    for (const end of ['uplink', 'elsewhere']) await run('ip', ['-n', server, 'link', 'set', end, 'up']);
    await run('ip', ['-n', server, 'route', 'add', 'default', 'via', '192.0.2.1', 'dev', 'uplink']);
    await run('ip', ['-n', server, 'addr', 'add', '10.77.0.1/24', 'dev', 'eth0']);
    await run('ip', ['-n', server, 'link', 'set', 'eth0', 'up']);
    await run('ip', ['-n', client, 'link', 'set', 'eth0', 'address', '52:54:00:a1:9c:ae', 'up']);
    // So that a program without an address can broadcast.
    await run('ip', ['-n', client, 'route', 'add', 'default', 'dev', 'eth0']);
    return wire;
  }

  /** A host `far` behind `client`, which becomes a router: 10.78.0.254/24 on its side, 10.77.0.50/24 on the server's. */
  async addFar(): Promise<void> {
    const [server, router, far] = [this.namespace('server'), this.namespace('client'), this.namespace('far')];
    await run('ip', ['netns', 'add', far]);
    this.#hosts.push('far');
    await run('ip', ['-n', far, 'link', 'set', 'lo', 'up']);
    await run('ip', ['-n', router, 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', far]);
    await run('ip', ['-n', router, 'addr', 'replace', '10.77.0.50/24', 'dev', 'eth0']);
    await run('ip', ['-n', router, 'addr', 'add', '10.78.0.254/24', 'dev', 'eth1']);
    await run('ip', ['-n', router, 'link', 'set', 'eth1', 'up']);
    await run('ip', ['-n', far, 'link', 'set', 'eth0', 'up']);
    await run('ip', ['netns', 'exec', router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    await run('ip', ['-n', server, 'route', 'add', '10.78.0.0/24', 'via', '10.77.0.50']);
  }

  /** A second server `far` (10.77.0.2/24) on the same wire, which the client, that joins the two, takes part in by its interface `wire`. */
  async addSecondServer(): Promise<void> {
    const [client, far] = [this.namespace('client'), this.namespace('far')];
    await run('ip', ['netns', 'add', far]);
    this.#hosts.push('far');
    await run('ip', ['-n', far, 'link', 'set', 'lo', 'up']);
    await run('ip', ['-n', client, 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', far]);
    await run('ip', ['-n', client, 'link', 'add', 'wire', 'type', 'bridge']);
    for (const port of ['eth0', 'eth1']) await run('ip', ['-n', client, 'link', 'set', port, 'master', 'wire', 'up']);
    await run('ip', ['-n', client, 'link', 'set', 'wire', 'up']);
    await run('ip', ['-n', far, 'addr', 'add', '10.77.0.2/24', 'dev', 'eth0']);
    await run('ip', ['-n', far, 'link', 'set', 'eth0', 'up']);
  }

  namespace(host: HostName): string {
    return `${this.#prefix}-${host}`;
  }

  /** Runs a command to its end; its output, whatever its exit code. */
  async run(
    host: HostName,
    command: string | readonly string[],
    args: readonly string[],
    timeoutMs = 25_000,
  ): Promise<{ output: string; code: number }> {
    const child = this.start(host, command, args);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
    clearTimeout(timer);
    return { output, code };
  }

  /** @param command a program, or one of `tools/programs.ts` */
  start(host: HostName, command: string | readonly string[], args: readonly string[]): ChildProcess {
    const words = ['netns', 'exec', this.namespace(host), ...[command].flat(), ...args];
    const child = spawn('ip', words, { stdio: 'pipe' });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  async close(): Promise<void> {
    const ends = Array.from(this.#children, (child) => {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      return closed;
    });
    for (const host of this.#hosts) {
      // What a client left running in the background.
      const { stdout } = await run('ip', ['netns', 'pids', this.namespace(host)]);
      for (const pid of stdout.split('\n').filter(Boolean)) killIfThere(Number(pid));
    }
    await Promise.all(ends);
    for (const host of this.#hosts) await run('ip', ['netns', 'del', this.namespace(host)]);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A process that is told what to do, and tells what happens, as lines of JSON. */
export class Remote {
  readonly child: ChildProcess;
  readonly #seen: Record<string, unknown>[] = [];
  readonly #waiting: {
    readonly wanted: (event: Record<string, unknown>) => boolean;
    readonly done: (event: Record<string, unknown>) => void;
  }[] = [];
  #errors = '';

  /** @param script a module in plain JavaScript, which may import TypeScript */
  constructor(wire: Wire, host: HostName, script: string) {
    this.child = wire.start(host, process.execPath, ['--import', register, '--input-type=module', '-e', script]);
    this.child.stderr!.on('data', (chunk) => (this.#errors += chunk));
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.#take(JSON.parse(line)));
  }

  #take(event: Record<string, unknown>): void {
    const at = this.#waiting.findIndex(({ wanted }) => wanted(event));
    if (at < 0) this.#seen.push(event);
    else this.#waiting.splice(at, 1)[0]!.done(event);
  }

  tell(command: object): void {
    this.child.stdin!.write(`${JSON.stringify(command)}\n`);
  }

  /** The next event that fits; those that came before and did not fit stay for others. */
  async next(wanted: (event: Record<string, unknown>) => boolean, what: string): Promise<Record<string, unknown>> {
    const at = this.#seen.findIndex(wanted);
    if (at >= 0) return this.#seen.splice(at, 1)[0]!;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${what} did not come; ${JSON.stringify(this.#seen)} ${this.#errors}`)),
        20_000,
      );
      this.#waiting.push({
        wanted,
        done: (event) => {
          clearTimeout(timer);
          resolve(event);
        },
      });
    });
  }

  /** What came and nobody asked for. */
  get rest(): readonly Record<string, unknown>[] {
    return this.#seen;
  }
}

/** Sends a UDP packet from a port that no socket can be bound to, 0; its checksum is left out. */
export async function sendFromPortZero(wire: Wire, hex: string, address: string, port: number): Promise<void> {
  const script = `
    socket(my $raw, PF_INET, SOCK_RAW, 17) or die;
    setsockopt($raw, SOL_SOCKET, SO_BROADCAST, 1) or die;
    my $data = pack('H*', '${hex}');
    my $packet = pack('nnnn', 0, ${port}, 8 + length $data, 0) . $data;
    send($raw, $packet, 0, pack_sockaddr_in(0, inet_aton('${address}'))) or die;
  `;
  const { code, output } = await wire.run('client', 'perl', ['-MSocket', '-e', script]);
  if (code !== 0) throw new Error(`the packet was not sent: ${output}`);
}

/** A script for `Remote` that opens UDP sockets: `{open, address, port}`, `{send, hex, address, port}`. */
export const udpScript = `
  import { createSocket } from 'node:dgram';
  import { createInterface } from 'node:readline';
  const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
  const sockets = new Map();
  createInterface({ input: process.stdin }).on('line', (line) => {
    const command = JSON.parse(line);
    if (command.open !== undefined) {
      const socket = createSocket({ type: 'udp4', reuseAddr: true });
      sockets.set(command.open, socket);
      socket.on('message', (bytes, { address, port }) => say({ got: command.open, hex: bytes.toString('hex'), address, port }));
      socket.bind(command.port, command.address, () => { socket.setBroadcast(true); say({ opened: command.open, port: socket.address().port }); });
    } else sockets.get(command.send).send(Buffer.from(command.hex, 'hex'), command.port, command.address);
  });
`;

const netboot = new URL('../../packages/netboot/src/node.ts', import.meta.url);

/**
 * A script for `Remote` that serves network boot on 10.77.0.1 and says `{ready}`, `{decision}`, `{warning}`, `{transfer}`,
 * or `{failed}`. Options are those of `Netboot.open`; `machine` is what is known of every machine.
 */
export function netbootScript(options: object, machine: object = { known: true }): string {
  return `
    import { Netboot, chooseInterface, hostInterfaces } from ${JSON.stringify(netboot)};
    const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
    try {
      const given = ${JSON.stringify(options)};
      const server = await Netboot.open({
        served: chooseInterface(hostInterfaces(), '10.77.0.1'),
        httpPort: 8080,
        loaderFolders: [],
        probeEveryMs: 0,
        machine: () => (${JSON.stringify(machine)}),
        ...given,
        leasePath: () => given.leasePath,
        events: {
          onDecision: ({ rule, type, client }) => say({ decision: rule, type, mac: client?.mac }),
          onWarning: (warning) => say({ warning }),
          onServers: (servers) => say({ servers }),
          onTransfer: ({ ending, name }) => say({ transfer: ending, name }),
        },
      });
      say({ ready: true, modes: server.networks.map(({ mode }) => mode) });
      process.stdin.on('data', async () => { await server.close(); process.exit(0); });
    } catch (error) {
      say({ failed: error.message, code: error.code });
    }
  `;
}
