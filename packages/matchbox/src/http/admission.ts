/** Who gets in: bounds the connections and the requests in work, of each address and of all, and cuts off what stalls. */
import { type BitingLimit, limits } from '../limits/limits.ts';

/** A request that takes more than a moment. */
export interface Entry {
  /** Something of its answer was taken. */
  progressed(): void;
  /** So many bytes of memory wait for the client. */
  hold(bytes: number): void;
  /** It is over. Further calls do nothing. */
  leave(): void;
}

/** A connection, as far as it matters here. */
export interface Peer {
  readonly address: string;
  /** No request is in work. */
  isIdle(): boolean;
  close(): void;
}

export interface Admission {
  /**
   * Where there are too many, one that idles makes room.
   * @returns false when none does: close the new one
   */
  connect(peer: Peer): boolean;
  disconnect(peer: Peer): void;
  /**
   * @param cut ends the request and its connection; called when it stalls too long
   * @returns undefined when too much is in work
   */
  enter(address: string, cut: () => void): Entry | undefined;
  close(): void;
}

export interface AdmissionOptions {
  /** How many descriptors the process may have; undefined when unknown. */
  readonly descriptors: number | undefined;
  /** Into how many equal parts the bounds of all are divided: the processes that serve together. */
  readonly parts?: number | undefined;
  readonly onLimit: (limit: BitingLimit, address: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Descriptors for what is no client's: the data directory, the log, libraries. */
const ownDescriptors = 64;
const sweepMs = 30_000;
/** So many connections are looked at to find one that idles: a new connection costs no more under a flood. */
const lookedAt = 500;
/** A connection that is younger may have its first request under way. */
const youngMs = 100;

interface Piece {
  readonly address: string;
  readonly cut: () => void;
  at: number;
  bytes: number;
}

/** What one address may have, of what all may: somebody else still gets in. */
const shareOfAddress = 0.9;

/** @returns the bounds where no more than `descriptors` may be open */
export function boundsFor(descriptors: number | undefined, parts = 1) {
  const part = (bound: number) => Math.ceil(bound / parts);
  const free = descriptors === undefined ? Number.POSITIVE_INFINITY : Math.max(descriptors - ownDescriptors, 16);
  const connections = Math.min(part(limits.connections), Math.floor(free * 0.75));
  // A download has a descriptor of its own beside its connection's.
  const requests = Math.min(part(limits.requests), Math.floor(free * 0.2));
  return {
    connections,
    requests,
    connectionsOfAddress: Math.min(part(limits.connectionsOfAddress), Math.ceil(connections * shareOfAddress)),
    requestsOfAddress: Math.min(part(limits.requestsOfAddress), Math.ceil(requests * shareOfAddress)),
  };
}

export function createAdmission({ descriptors, parts = 1, onLimit, now = Date.now }: AdmissionOptions): Admission {
  const bounds = boundsFor(descriptors, parts);
  const { connect, disconnect } = createConnections(bounds, onLimit, now);
  const { enter, close } = createRequests({ ...bounds, answerBytes: limits.answerBytes / parts }, onLimit, now);
  return { connect, disconnect, enter, close };
}

type Bounds = ReturnType<typeof boundsFor>;
type OnLimit = AdmissionOptions['onLimit'];

function createConnections(
  bounds: Bounds,
  onLimit: OnLimit,
  now: () => number,
): Pick<Admission, 'connect' | 'disconnect'> {
  const connections = createCounts();
  /** Since when each is there. */
  const peers = new Map<Peer, number>();

  const disconnect = (peer: Peer) => {
    if (peers.delete(peer)) connections.remove(peer.address);
  };
  /** Closes one that idles, among those that have been left alone for longest. */
  const closeIdle = (address?: string): boolean => {
    let looked = 0;
    for (const [peer, since] of peers) {
      if (++looked > lookedAt) return false;
      // Whoever was looked at is the last to be looked at again.
      peers.delete(peer);
      peers.set(peer, since);
      if ((address !== undefined && peer.address !== address) || now() - since < youngMs || !peer.isIdle()) continue;
      disconnect(peer);
      peer.close();
      return true;
    }
    return false;
  };
  return {
    connect: (peer) => {
      const { address } = peer;
      if (connections.of(address) >= bounds.connectionsOfAddress) {
        onLimit('connectionsOfAddress', address);
        if (!closeIdle(address)) return false;
      } else if (connections.total() >= bounds.connections) {
        onLimit('connections', address);
        if (!closeIdle()) return false;
      }
      peers.set(peer, now());
      connections.add(address);
      return true;
    },
    disconnect,
  };
}

function createRequests(
  bounds: Bounds & { readonly answerBytes: number },
  onLimit: OnLimit,
  now: () => number,
): Pick<Admission, 'enter' | 'close'> {
  const requests = createCounts();
  const pieces = new Set<Piece>();
  let heldBytes = 0;

  const remove = (piece: Piece) => {
    if (!pieces.delete(piece)) return;
    requests.remove(piece.address);
    heldBytes -= piece.bytes;
  };
  const cut = (piece: Piece, limit: BitingLimit) => {
    remove(piece);
    onLimit(limit, piece.address);
    piece.cut();
  };
  /** Under pressure somebody has to go: who has stalled longest. */
  const cutStalled = (limit: BitingLimit, stalledMs: number, address?: string): boolean => {
    const longest = longestStalled(pieces, address);
    if (longest === undefined || now() - longest.at < stalledMs) return false;
    cut(longest, limit);
    return true;
  };
  const sweep = setInterval(() => {
    for (const piece of pieces) if (now() - piece.at >= limits.stallMs) cut(piece, 'stallMs');
  }, sweepMs);
  sweep.unref();

  const fits = (address: string): BitingLimit | undefined => {
    if (requests.of(address) >= bounds.requestsOfAddress) {
      if (!cutStalled('pressureStallMs', limits.pressureStallMs, address)) return 'requestsOfAddress';
    }
    if (requests.total() >= bounds.requests && !cutStalled('pressureStallMs', limits.pressureStallMs))
      return 'requests';
    return undefined;
  };
  const hold = (piece: Piece, bytes: number) => {
    if (!pieces.has(piece)) return;
    heldBytes += bytes - piece.bytes;
    piece.bytes = bytes;
    while (heldBytes > bounds.answerBytes && cutStalled('answerBytes', 0));
  };
  return {
    enter: (address, cutOff) => {
      const limit = fits(address);
      if (limit !== undefined) {
        onLimit(limit, address);
        return undefined;
      }
      const piece: Piece = { address, cut: cutOff, at: now(), bytes: 0 };
      pieces.add(piece);
      requests.add(address);
      return {
        progressed: () => {
          piece.at = now();
        },
        hold: (bytes) => hold(piece, bytes),
        leave: () => remove(piece),
      };
    },
    close: () => clearInterval(sweep),
  };
}

/** @param address of those that are looked at; without it all are */
function longestStalled(pieces: ReadonlySet<Piece>, address: string | undefined): Piece | undefined {
  let longest: Piece | undefined;
  for (const piece of pieces) {
    if (address !== undefined && piece.address !== address) continue;
    if (longest === undefined || piece.at < longest.at) longest = piece;
  }
  return longest;
}

/** How many there are of each address that has any. */
function createCounts() {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    total: () => total,
    of: (address: string) => counts.get(address) ?? 0,
    add: (address: string) => {
      total++;
      counts.set(address, (counts.get(address) ?? 0) + 1);
    },
    remove: (address: string) => {
      const count = counts.get(address);
      if (count === undefined) return;
      total--;
      if (count === 1) counts.delete(address);
      else counts.set(address, count - 1);
    },
  };
}
