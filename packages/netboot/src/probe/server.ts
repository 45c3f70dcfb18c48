/** The sockets of the search for other servers. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodePacket, encodePacket } from '../dhcp/packet.ts';
import { broadcastAddress } from '../ipv4.ts';
import { closeUdp, openUdp } from '../socket/udp.ts';
import { mergeServers, probeMac, probeMessage, readProbeAnswer, type ServerSeen } from './probe.ts';

export interface ProbeOptions {
  /** The served interface's address; servers that name it are ourselves. */
  readonly address: string;
  readonly ports: { readonly client: number; readonly server: number };
  /** Tries, and how long each waits, in milliseconds. */
  readonly tries?: number;
  readonly waitMs?: number;
  /** Ends the search early. */
  readonly signal?: AbortSignal;
  /** Told each address that is used, so that our own server does not answer it. */
  readonly onProbe?: (mac: string) => void;
}

/** Architectures to ask as: servers name boot files by them. */
const asked = [0, 7];

/**
 * Broadcasts a DISCOVER from the interface and collects the OFFERs. Nothing is requested, so no lease is taken.
 * @throws SocketError when the client port cannot be shared, as where a DHCP client holds it alone
 */
export async function findServers({
  address,
  ports,
  tries = 2,
  waitMs = 3000,
  onProbe,
  signal,
}: ProbeOptions): Promise<readonly ServerSeen[]> {
  // Answers are broadcast, which only a socket without an address gets; only one with it sends by the right interface.
  const receiver = await openUdp({ address: '0.0.0.0', port: ports.client, shared: true, broadcast: true });
  const sender = await openUdp({ address, port: ports.client, shared: true, broadcast: true }).catch(
    async (error: unknown) => {
      await closeUdp(receiver);
      throw error;
    },
  );
  const found: ServerSeen[] = [];
  try {
    const transactions = new Set<number>();
    for (const socket of [receiver, sender]) {
      socket.on('error', () => undefined);
      socket.on('message', (bytes) => {
        const { message } = decodePacket(bytes);
        const seen =
          message && transactions.has(message.transactionId) && readProbeAnswer(message, message.transactionId);
        if (seen && seen.serverIdentifier !== address && found.length < 64) found.push(seen);
      });
    }
    for (let count = 0; count < tries; count++) {
      const mac = probeMac(randomBytes(6));
      onProbe?.(mac);
      const transactionId = randomBytes(4).readUInt32BE();
      transactions.add(transactionId);
      const bytes = encodePacket(probeMessage(mac, transactionId, asked[count % asked.length]!));
      sender.send(bytes, ports.server, broadcastAddress, () => undefined);
      if (signal?.aborted) break;
      await sleep(waitMs, undefined, signal && { signal }).catch(() => undefined);
    }
    return mergeServers(found);
  } finally {
    await Promise.all([closeUdp(receiver), closeUdp(sender)]);
  }
}
