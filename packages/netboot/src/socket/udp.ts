/** UDP sockets, opened by address and port or taken over by their descriptor. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { explainBindError } from './explain.ts';

export interface UdpRequest {
  readonly address: string;
  readonly port: number;
  /** A socket that somebody else has bound: address and port are its own then. */
  readonly descriptor?: number;
  /** Whether broadcasts may be sent. */
  readonly broadcast?: boolean;
  /** Whether others may have the port too: the receiver of broadcasts and the sender of each interface do. */
  readonly shared?: boolean;
}

/** What the kernel keeps for us while we are busy; it gives what it allows (net.core.rmem_max). */
const receiveBufferBytes = 4 * 1024 * 1024;

/** @throws SocketError that says why, and who has the port */
export async function openUdp({ address, port, descriptor, broadcast, shared }: UdpRequest): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    reuseAddr: shared ?? false,
    // Only addresses are sent to, and looking one up would cost a turn of the event loop for each packet.
    lookup: (host, _options, done) => done(isIPv4(host) ? null : new Error(`${host} is no IPv4 address`), host, 4),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(
        descriptor === undefined ? { address, port, exclusive: true } : { fd: descriptor, exclusive: true },
        () => {
          socket.off('error', reject);
          resolve();
        },
      );
    });
    if (broadcast) socket.setBroadcast(true);
    setReceiveBuffer(socket);
    return socket;
  } catch (error) {
    socket.close();
    throw await explainBindError(error, address, port);
  }
}

function setReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch {
    // The default will do.
  }
}

/** Resolves when the socket is closed. */
export function closeUdp(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
