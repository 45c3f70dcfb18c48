/** The DHCP sockets: ports 67 and 4011. What comes in is handed on, what is decided is sent. */
import type { Socket } from 'node:dgram';
import type { Packet } from '../decide/decide.ts';
import type { Reply, ServerPort } from '../decide/decision.ts';
import { closeUdp, openUdp } from '../socket/udp.ts';
import { encodePacket } from './packet.ts';

export interface DhcpPorts {
  /** 67: requests come here, answers leave from here. */
  readonly dhcp: number;
  /** 4011: requests for a boot file. */
  readonly boot: number;
}

export interface DhcpSocketsOptions {
  /** Our addresses on the served interfaces. */
  readonly addresses: readonly string[];
  readonly ports: DhcpPorts;
  /** Sockets that somebody else has bound to a device: port 67 of each address. */
  readonly descriptors?: ReadonlyMap<string, { readonly dhcp?: number; readonly boot?: number }>;
  readonly onPacket: (packet: Packet) => void;
}

export class DhcpSockets {
  /** By address: what answers leave by. */
  readonly #senders = new Map<string, Record<ServerPort, Socket>>();
  readonly #all: Socket[] = [];

  private constructor() {}

  /** @throws SocketError when a port cannot be bound; the others are closed then */
  static async open(options: DhcpSocketsOptions): Promise<DhcpSockets> {
    const sockets = new DhcpSockets();
    try {
      await sockets.#open(options);
      return sockets;
    } catch (error) {
      await sockets.close();
      throw error;
    }
  }

  async #open({ addresses, ports, descriptors, onPacket }: DhcpSocketsOptions): Promise<void> {
    const receive = (socket: Socket, port: ServerPort, receivedOn?: string) => {
      this.#all.push(socket);
      socket.on('error', () => undefined);
      socket.on('message', (bytes, { address, port: from }) => {
        onPacket({ bytes, port, source: { address, port: from }, ...(receivedOn !== undefined && { receivedOn }) });
      });
    };
    let needsReceiver = false;
    for (const address of addresses) {
      const given = descriptors?.get(address);
      // Bound to the address it sends by its interface; a socket bound to a device does so by itself, and receives too.
      const dhcp = await openUdp({
        address,
        port: ports.dhcp,
        shared: true,
        broadcast: true,
        ...descriptorOf(given?.dhcp),
      });
      receive(dhcp, 'dhcp', address);
      const boot = await openUdp({ address, port: ports.boot, shared: false, ...descriptorOf(given?.boot) });
      receive(boot, 'boot', address);
      this.#senders.set(address, { dhcp, boot });
      needsReceiver ||= given?.dhcp === undefined;
    }
    // Broadcasts come only to a socket without an address. It never sends: that would leave by the default route.
    if (needsReceiver) receive(await openUdp({ address: '0.0.0.0', port: ports.dhcp, shared: true }), 'dhcp');
  }

  /** @param from our address on the network. A packet that cannot be sent is a packet that is lost. */
  send({ message, to, from: port }: Reply, from: string): void {
    this.#senders.get(from)?.[port].send(encodePacket(message), to.port, to.address);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(closeUdp));
  }
}

function descriptorOf(descriptor: number | undefined): { readonly descriptor?: number } {
  return descriptor === undefined ? {} : { descriptor };
}
