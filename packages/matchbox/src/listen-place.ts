/** Where a server listens: an address of a flag, or a socket that a supervisor opened already. */
import { createServer } from 'node:net';
import { parseListenAddress } from './start-error.ts';
import type { InheritedSockets, SocketName } from './supervisor/inherited-sockets.ts';

export interface ListenPlace {
  /** For the log: the address as it was given, or the name of the socket. */
  readonly text: string;
  /** Whether a supervisor opened the socket, and goes on to hold it. */
  readonly isHandedOver: boolean;
  /** @throws StartError for an address that is none */
  parse(): ListenTarget;
}

export interface ListenTarget {
  /** undefined: all addresses. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** A listening socket, which goes before host and port. */
  readonly fd: number | undefined;
}

/** The socket of that name goes before the address. */
export function listenPlace(address: string, name: SocketName, sockets: InheritedSockets): ListenPlace {
  const fd = sockets.one(name);
  return fd === undefined
    ? { text: address, isHandedOver: false, parse: () => ({ ...parseListenAddress(address), fd }) }
    : {
        text: `the supervisor's socket "${name}"`,
        isHandedOver: true,
        parse: () => ({ host: undefined, port: 0, fd }),
      };
}

/**
 * Why nobody could listen there, if so: the error of the system.
 * Quirk: upstream listens before it reads certificates (cmd/matchbox/main.go), so that of two faults it tells of the address.
 */
export async function listenFaultAt({ host, port, fd }: ListenTarget): Promise<unknown> {
  if (fd !== undefined) return undefined;
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen({ port, ...(host !== undefined && { host }) }, () => server.close(() => resolve(undefined)));
  });
}
