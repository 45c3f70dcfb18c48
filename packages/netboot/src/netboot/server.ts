/** Network boot on an interface: DHCP or proxyDHCP, TFTP, leases, and the search for other servers, put together. */
import { AnswerAllowance, defaultLimits } from '../decide/allowance.ts';
import { BoundedMap } from '../decide/bounded-map.ts';
import { decide, type Packet, type Situation } from '../decide/decide.ts';
import type { Decision, Reply } from '../decide/decision.ts';
import type { Lookups, Machine, Network } from '../decide/network.ts';
import { BootObserver } from '../decide/observer.ts';
import { answerUnkept } from '../decide/unkept.ts';
import { DhcpSockets } from '../dhcp/server.ts';
import { contains, parseIpv4 } from '../ipv4.ts';
import { LeaseClock } from '../lease/clock.ts';
import type { NotKept } from '../lease/keeper.ts';
import type { Lease } from '../lease/lease.ts';
import { LeaseTable } from '../lease/table.ts';
import { LoaderStore } from '../loader/store.ts';
import { handsToDisk, isLostLoader } from '../loader/table.ts';
import type { ServerSeen } from '../probe/probe.ts';
import { mtuOf } from '../socket/interface.ts';
import { type Neighbours, readNeighbours } from '../socket/neighbours.ts';
import { TftpServer } from '../tftp/server.ts';
import { defaultSessionLimits } from '../tftp/sessions.ts';
import { loaderNames, type NetworkConfig, resolveNetwork } from './config.ts';
import { Errands } from './errands.ts';
import { type EffectiveMode, effectiveMode, NetbootRefusedError } from './mode.ts';
import { type NetbootOptions, type NetbootPorts, standardPorts } from './options.ts';
import { OtherServers } from './other-servers.ts';
import { readClock } from './read-clock.ts';
import { emptyPool, givesAddresses, type Served, ServedNetworks } from './served-networks.ts';
import { warmUp } from './warm-up.ts';

const refreshLoadersMs = 10_000;
/** Off the answer's path: what is seen in between is found by the machine itself, which declines the address then. */
const refreshNeighboursMs = 5000;
const defaultProbeMs = 300_000;
const knownEverybody: Machine = { known: true };

export class Netboot {
  readonly #options: NetbootOptions;
  readonly #ports: NetbootPorts;
  readonly #clock: LeaseClock;
  readonly #allowance: AnswerAllowance;
  readonly #observer = new BootObserver();
  /** Whose addresses are no machine's. */
  readonly #relays = new BoundedMap<string, true>(256);
  readonly #loaders: LoaderStore;
  readonly #networks: ServedNetworks;
  readonly #others: OtherServers;
  readonly #situation: Situation;
  readonly #errands = new Errands(({ message }) => this.#warn(message));
  #neighbours: Neighbours = new Map();
  /** What was last said of each network's mode. */
  readonly #said = new Map<string, string>();
  #configs: readonly NetworkConfig[];
  #reconfiguring: Promise<void> = Promise.resolve();
  #dhcp: DhcpSockets | undefined;
  #tftp: TftpServer | undefined;

  private constructor(options: NetbootOptions, loaders: LoaderStore) {
    this.#options = options;
    this.#ports = options.ports ?? standardPorts;
    this.#loaders = loaders;
    this.#clock = new LeaseClock(readClock());
    this.#allowance = new AnswerAllowance(options.limits ?? defaultLimits);
    this.#configs = options.networks;
    const { leasePath, leaseKeeper, isReplica, reservedFor, knownMachines, served, probeWaitMs } = options;
    this.#others = new OtherServers({
      address: served.address,
      ports: { client: this.#ports.client, server: this.#ports.dhcp },
      ...(probeWaitMs !== undefined && { waitMs: probeWaitMs }),
      now: () => this.#now(),
      isReplica,
      onServers: (servers) => options.events?.onServers?.(servers),
      onWarning: (text) => this.#warn(text),
    });
    this.#networks = new ServedNetworks({
      leasePath,
      leaseKeeper,
      ...(reservedFor && { reservedFor }),
      ...(knownMachines && { knownMachines }),
      inUse: (address, mac) => this.#relays.get(address) ?? (this.#neighbours.get(address) ?? mac) !== mac,
      now: () => this.#now(),
      onWarning: (text) => this.#warn(text),
    });
    this.#situation = {
      network: (relay, receivedOn) => this.#networks.select(relay, receivedOn),
      isOurs: (address) => address === served.address,
      ports: { client: this.#ports.client, relay: this.#ports.dhcp },
      lookups: (network) => this.#lookups(network),
    };
  }

  /**
   * Looks for other servers, binds the ports and serves.
   * @throws NetworkConfigError, SocketError, JournalError, or NetbootRefusedError for `dhcp` beside another server
   */
  static async open(options: NetbootOptions): Promise<Netboot> {
    const loaders = await LoaderStore.open(options.loaderFolders, loaderNames(options.networks, options.loaderNames));
    const netboot = new Netboot(options, loaders);
    try {
      await netboot.#open();
      return netboot;
    } catch (error) {
      await netboot.close();
      throw error;
    }
  }

  /** The loaders found, which the web server serves too. */
  get loaders(): LoaderStore {
    return this.#loaders;
  }

  /** The networks as they are served now. */
  get networks(): readonly Network[] {
    return this.#networks.all.map(({ network }) => network);
  }

  /** Other servers that give addresses, as last seen. */
  get otherServers(): readonly ServerSeen[] {
    return this.#others.seen.servers;
  }

  /** The port that TFTP answers on, where there is one. */
  get tftpPort(): number | undefined {
    return this.#tftp?.port;
  }

  /** A network's leases, ended ones too. */
  leases(network: string): Iterable<Lease> {
    return this.#networks.leases(network);
  }

  /** What would be decided about a packet now; nothing is sent or kept. */
  explain(packet: Packet): Decision {
    return decide(packet, this.#situation, this.#now());
  }

  /** Whether who asks from an address is not to have a loader: it boots from its disk, and the loader would not get it there. */
  withholds(name: string, address: string, neighbours = this.#neighbours): boolean {
    if (!isLostLoader(this.#loaders.table.files.get(name))) return false;
    return this.#options.addressBootsFromDisk?.(address, neighbours.get(address)) ?? false;
  }

  /** The web server tells that a machine fetched its script. */
  noteScript(mac: string): void {
    this.#observer.noteScript(mac);
  }

  async close(): Promise<void> {
    this.#errands.stop();
    await this.#reconfiguring;
    await this.#errands.ended();
    await Promise.all([this.#dhcp?.close(), this.#tftp?.close()]);
    await this.#networks.close();
  }

  /**
   * Serves these networks from now on, in the place of those before. One whose description cannot be served stays as it
   * was, with a warning; one that may not be, beside another server, stays as it was or off. Never throws; one at a time.
   */
  reconfigure(networks: readonly NetworkConfig[]): Promise<void> {
    const next = this.#reconfiguring.then(async () => {
      if (!this.#errands.signal.aborted) await this.#reconfigure(networks);
    });
    this.#reconfiguring = next.catch((error: unknown) => this.#warn((error as Error).message));
    return this.#reconfiguring;
  }

  async #reconfigure(networks: readonly NetworkConfig[]): Promise<void> {
    const next = (await Promise.all(networks.map((config) => this.#prepare(config)))).filter(
      (each) => each !== undefined,
    );
    const probes = this.#probeEveryMs() > 0 && next.some((served) => this.#isLocal(served) && givesAddresses(served));
    // Before anything is given, and not for every change of a file.
    if (probes && this.#others.lookedMs < this.#now() - this.#probeEveryMs())
      await this.#others.look(this.#errands.signal);
    this.#configs = networks;
    const modes = next.map((served) => this.#modeOf(served));
    for (const [index, served] of next.entries()) this.#enter(served, modes[index]!);
    for (const name of this.#said.keys()) if (!networks.some((each) => each.name === name)) this.#said.delete(name);
    await this.#networks.replace(next);
    await this.#loaders.refresh(this.#loaderNames());
    const neverLooked = this.#others.lookedMs === Number.NEGATIVE_INFINITY;
    if (this.#probeEveryMs() > 0 && neverLooked && next.some((served) => this.#isLocal(served)))
      this.#errands.run(() => this.#lookAround());
  }

  async #lookAround(): Promise<void> {
    await this.#others.look(this.#errands.signal);
    this.#setModes('later');
  }

  /** @returns what is served of it so far, where the description cannot be served; undefined for nothing */
  async #prepare(config: NetworkConfig): Promise<Served | undefined> {
    const { served, httpPort } = this.#options;
    try {
      return await this.#networks.prepare(resolveNetwork(config, { ...served, httpPort }));
    } catch (error) {
      const before = this.#networks.named(config.name);
      const effect = before === undefined ? 'it is not served' : 'it stays as it was';
      this.#warn(`network ${config.name}: ${(error as Error).message}; ${effect}`);
      return before;
    }
  }

  async #open(): Promise<void> {
    const { served, networks, httpPort, tftp, descriptors } = this.#options;
    const resolved = networks.map((config) => resolveNetwork(config, { ...served, httpPort }));
    if (networks.length > 0 && networks.every(({ mode }) => mode === 'off')) return;
    // Addresses are given only where nobody else gives any; a proxy need not wait for that.
    const mayGive = networks.some(({ mode }) => mode === 'dhcp' || mode === 'auto');
    if (this.#probeEveryMs() > 0 && mayGive) await this.#others.look(this.#errands.signal);
    for (const each of resolved)
      await this.#networks.replace([...this.#networks.all, await this.#networks.prepare(each)]);
    this.#setModes('at the start');
    this.#dhcp = await DhcpSockets.open({
      addresses: [served.address],
      ports: this.#ports,
      ...(descriptors && { descriptors: new Map([[served.address, descriptors]]) }),
      onPacket: (packet) => this.#handle(packet),
    });
    if (tftp !== undefined) await this.#openTftp(tftp);
    this.#errands.run(() => warmUp((packet) => this.#rehearse(packet), this.#errands.signal));
    this.#neighbours = await readNeighbours();
    this.#errands.every(refreshNeighboursMs, async () => {
      this.#neighbours = await readNeighbours();
    });
    this.#errands.every(refreshLoadersMs, () => this.#loaders.refresh(this.#loaderNames()));
    if (this.#probeEveryMs() > 0) {
      if (!mayGive && networks.length > 0) this.#errands.run(() => this.#lookAround());
      this.#errands.every(this.#probeEveryMs(), () => this.#lookAround());
    }
  }

  async #openTftp({ folders, dataPorts }: NonNullable<NetbootOptions['tftp']>): Promise<void> {
    const { served, descriptors, loaderFolders, events } = this.#options;
    this.#tftp = await TftpServer.open({
      address: served.address,
      port: this.#ports.tftp,
      ...(descriptors?.tftp !== undefined && { descriptor: descriptors.tftp }),
      dataPorts,
      files: {
        inMemory: (path) => this.#loaders.table.files.get(path)?.bytes,
        folders: [...folders, ...loaderFolders],
      },
      withholds: async (path, { address }) => this.withholds(path, address, await readNeighbours()),
      limits: { ...defaultSessionLimits, mtuBytes: await mtuOf(served.name) },
      ...(events?.onTransfer && { onTransfer: events.onTransfer }),
    });
  }

  #handle(packet: Packet): void {
    const nowMs = this.#now();
    const decision = decide(packet, this.#situation, nowMs);
    this.#options.events?.onDecision?.(decision);
    for (const notice of this.#observer.note(decision, nowMs)) this.#options.events?.onNotice?.(notice);
    if (decision.dryRun) return;
    const { reply, lease, client } = decision;
    if (reply !== undefined) this.#allowance.take(client!.mac, nowMs);
    if (decision.relay !== undefined && decision.network !== '') this.#relays.set(decision.relay, true);
    const served = this.#networks.named(decision.network);
    if (served === undefined) return;
    const kept = lease && this.#networks.keep(served, lease, nowMs);
    const send = (answer: Reply | undefined) => answer && this.#dhcp?.send(answer, served.network.serverAddress);
    if (kept === undefined) send(reply);
    else
      kept.then(
        (notKept) => send(notKept === undefined ? reply : this.#answerUnkept(served, decision, notKept)),
        (error: unknown) => this.#warn((error as Error).message),
      );
  }

  #answerUnkept({ network }: Served, decision: Decision, notKept: NotKept): Reply | undefined {
    const { ports } = this.#situation;
    const { outcome, reply } = answerUnkept(decision, notKept, { network, ports, nowMs: this.#now() });
    this.#options.events?.onUnkept?.({ network: network.name, mac: decision.client!.mac, outcome });
    return reply;
  }

  /** As `explain`, with leases of its own: which address comes next is for machines to say. */
  #rehearse(packet: Packet): Decision {
    const lookups = (network: Network): Lookups => {
      const { pool } = this.#networks.named(network.name)!.resolved;
      return { ...this.#lookups(network), leases: new LeaseTable({ pool: pool ?? emptyPool }) };
    };
    return decide(packet, { ...this.#situation, lookups }, this.#now());
  }

  #lookups({ name }: Network): Lookups {
    const { machine = () => knownEverybody, bootsFromDisk } = this.#options;
    const { byArchitecture, files } = this.#loaders.table;
    const served = this.#networks.named(name)!;
    return {
      machine,
      loaderFor: (architecture) => byArchitecture.get(architecture)?.name,
      hasFile: (file) => files.has(file),
      handsToDisk: (file) => handsToDisk(files.get(file)?.version),
      ...(bootsFromDisk && { bootsFromDisk }),
      leases: served.leases,
      mayOffer: (mac) => served.keeper?.mayOffer?.(mac, this.#now()) ?? true,
      allowance: (mac) => this.#allowance.check(mac, this.#now()),
      isOwnProbe: (mac) => this.#others.isOwnProbe(mac),
    };
  }

  /** @throws NetbootRefusedError at the start only: what runs is not stopped by a server that somebody plugs in */
  #setModes(when: 'at the start' | 'later'): void {
    for (const served of this.#networks.all) {
      const mode = this.#modeOf(served);
      if (mode.refused && when === 'at the start')
        throw new NetbootRefusedError(`network ${served.network.name}: ${mode.warning}`);
      this.#enter(served, mode, 'always');
    }
  }

  #modeOf(served: Served): EffectiveMode {
    const { modeRequest } = served.resolved;
    if (this.#isLocal(served)) return effectiveMode(modeRequest, this.#others.seen, this.#now());
    // Behind a relay no broadcast of ours finds anybody: who gives addresses there is what an operator has to know.
    const unknown = modeRequest.setting === 'auto' ? { unknown: 'it is behind a relay' } : {};
    const mode = effectiveMode(modeRequest, { servers: [], ...unknown }, this.#now());
    return modeRequest.setting === 'proxy' ? { mode: mode.mode, dryRun: mode.dryRun } : mode;
  }

  /** A network that gives addresses goes on with it; one that does not may not begin to where it is refused. */
  #enter(served: Served, mode: EffectiveMode, says: 'always' | 'news' = 'news'): void {
    const { network, resolved } = served;
    const text = mode.warning === undefined ? '' : `network ${network.name}: ${mode.warning}`;
    const looked = this.#others.lookedMs > Number.NEGATIVE_INFINITY;
    if (text !== '' && looked && (says === 'always' || this.#said.get(network.name) !== text)) this.#warn(text);
    this.#said.set(network.name, text);
    const isGiving = network.mode === 'dhcp' && !network.dryRun;
    served.network = resolved.inMode(mode.refused && !isGiving ? { mode: 'off', dryRun: false } : mode);
  }

  #isLocal({ subnet, relays }: Pick<Served, 'subnet' | 'relays'>): boolean {
    return relays.length === 0 && contains(subnet, parseIpv4(this.#options.served.address)!);
  }

  #loaderNames(): readonly string[] {
    return loaderNames(this.#configs, this.#options.loaderNames);
  }

  #probeEveryMs(): number {
    return this.#options.probeEveryMs ?? defaultProbeMs;
  }

  #now(): number {
    return this.#clock.read(readClock());
  }

  #warn(text: string): void {
    this.#options.events?.onWarning?.(text);
  }
}
