/** Bounds the connections of the API: those that have shown no certificate yet, of each address and of all, and the others. */
import { type BitingLimit, limits } from '../limits/limits.ts';

export interface BoundConnection {
  /** Of the client, without its port. */
  readonly address: string;
  close(): void;
}

export interface ConnectionBounds {
  /** It has shown nothing yet. Where there are too many of these, the oldest makes room. */
  began(connection: BoundConnection): void;
  /** Its certificate is good. Where there are too many, it is closed. */
  authenticated(connection: BoundConnection): void;
  ended(connection: BoundConnection): void;
}

export interface ConnectionBoundsOptions {
  /** How many descriptors the process may have; undefined when unknown. */
  readonly descriptors: number | undefined;
  readonly onLimit: (limit: BitingLimit, address: string) => void;
}

/** The API has so many of the process's descriptors at most; the others are for machines. */
const shareOfDescriptors = 1 / 8;

export function createConnectionBounds({ descriptors, onLimit }: ConnectionBoundsOptions): ConnectionBounds {
  const most = descriptors === undefined ? Number.POSITIVE_INFINITY : Math.floor(descriptors * shareOfDescriptors);
  const bounds = {
    rpcConnections: Math.min(limits.rpcConnections, most),
    rpcHandshakes: Math.min(limits.rpcHandshakes, most),
    rpcHandshakesOfAddress: Math.min(limits.rpcHandshakesOfAddress, Math.ceil(most / 2)),
  };
  // In the order in which they came.
  const strangers = new Set<BoundConnection>();
  const clients = new Set<BoundConnection>();

  const close = (connection: BoundConnection, limit: keyof typeof bounds) => {
    strangers.delete(connection);
    onLimit(limit, connection.address);
    connection.close();
  };
  return {
    began: (connection) => {
      const neighbours = [...strangers].filter(({ address }) => address === connection.address);
      if (neighbours.length >= bounds.rpcHandshakesOfAddress) close(neighbours[0]!, 'rpcHandshakesOfAddress');
      const [oldest] = strangers;
      if (oldest !== undefined && strangers.size >= bounds.rpcHandshakes) close(oldest, 'rpcHandshakes');
      strangers.add(connection);
    },
    authenticated: (connection) => {
      if (!strangers.delete(connection)) return;
      if (clients.size >= bounds.rpcConnections) close(connection, 'rpcConnections');
      else clients.add(connection);
    },
    ended: (connection) => {
      strangers.delete(connection);
      clients.delete(connection);
    },
  };
}
