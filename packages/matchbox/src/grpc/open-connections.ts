/** The clients that are connected: who each is, and the end of those that would not be let in, or not in the same role, any more. */
import { X509Certificate } from 'node:crypto';
import type { Http2SecureServer, Http2ServerRequest, ServerHttp2Session } from 'node:http2';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { limits } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import { type HandshakeFailureReason, handshakeFailureText } from '../tls/handshake-failure.ts';
import { judgePeer, type Trust } from '../tls/peer-judgement.ts';
import { type Identity, identify } from './identity.ts';
import type { ReadOnlyRule } from './read-only-rule.ts';

/** By what clients are judged. */
export interface Access {
  readonly trust: Trust;
  readonly readOnlyRules: readonly ReadOnlyRule[];
}

export interface OpenConnectionsOptions {
  readonly access: Access;
  readonly logger: Logger;
  readonly now: () => Date;
  /** How often the clock is asked whether a certificate or a revocation list has ended. */
  readonly intervalMs: number;
}

export interface OpenConnections {
  /** Sees to the connections of this server from now on. */
  watch(server: Http2SecureServer): void;
  /** Who sent this; undefined, and the connection is at its end, if the certificate is not good any more. */
  identityOf(request: Http2ServerRequest): Identity | undefined;
  /** Judges everybody anew. */
  setAccess(access: Access): void;
  close(): void;
}

/** What node:http2 tells connections apart by: the session of HTTP/2, the socket of HTTP/1.1. */
type Connection = ServerHttp2Session | TLSSocket;

interface Client {
  readonly connection: Connection;
  readonly address: string;
  readonly certificate: DetailedPeerCertificate;
  readonly presented: readonly X509Certificate[];
  identity: Identity;
  /** Good to then if nothing changes, in milliseconds since 1970, and not afterwards for this reason. */
  untilMs: number;
  reason: HandshakeFailureReason;
}

/** A handshake that began before a change may end so long after it, judged by what was in force before. */
const handshakeMs = limits.handshakeMs * 1.5;

export function createOpenConnections(options: OpenConnectionsOptions): OpenConnections {
  const { logger, now } = options;
  let { access } = options;
  let changedMs = Number.NEGATIVE_INFINITY;
  const clients = new Map<Connection, Client>();

  const end = (client: Client, why: string): void => {
    clients.delete(client.connection);
    const { subject } = client.identity;
    logger.warn(`gRPC: ended the connection of ${subject || 'a client without a name'} from ${client.address}: ${why}`);
    client.connection.destroy();
  };
  /** What OpenSSL took a moment ago needs no second opinion; a change since then does. */
  const judge = (client: Client): void => {
    const judgement = judgePeer(client.presented, access.trust, now());
    client.reason = judgement.reason;
    client.untilMs = judgement.good ? judgement.untilMs : Number.NEGATIVE_INFINITY;
  };
  const open = (connection: Connection, socket: TLSSocket): void => {
    const certificate = socket.getPeerCertificate(true);
    const presented = certificateChain(certificate);
    const client: Client = {
      connection,
      address: `${socket.remoteAddress}:${socket.remotePort}`,
      certificate,
      presented,
      identity: identify(certificate, access.readOnlyRules),
      untilMs: Number.NEGATIVE_INFINITY,
      reason: 'expired',
    };
    judge(client);
    if (client.untilMs < now().getTime() && performance.now() - changedMs > handshakeMs) {
      client.untilMs = Date.parse(certificate.valid_to);
      client.reason = 'expired';
    }
    clients.set(connection, client);
    connection.once('close', () => clients.delete(connection));
  };
  const endIfOver = (client: Client): boolean => {
    if (now().getTime() <= client.untilMs) return false;
    end(client, handshakeFailureText(client.reason));
    return true;
  };
  const timer = setInterval(() => {
    for (const client of [...clients.values()]) endIfOver(client);
  }, options.intervalMs).unref();

  return {
    watch: (server) => {
      server.on('session', (session) => open(session, session.socket as TLSSocket));
      server.on('secureConnection', (socket: TLSSocket) => {
        if (socket.alpnProtocol !== 'h2') open(socket, socket);
      });
    },
    identityOf: (request) => {
      const client = clients.get((request.stream?.session ?? request.socket) as Connection);
      return client === undefined || endIfOver(client) ? undefined : client.identity;
    },
    setAccess: (changed) => {
      access = changed;
      changedMs = performance.now();
      for (const client of [...clients.values()]) {
        judge(client);
        if (endIfOver(client)) continue;
        const identity = identify(client.certificate, access.readOnlyRules);
        if (identity.role === client.identity.role) client.identity = identity;
        else end(client, `it is a ${identity.role} from now on`);
      }
    },
    close: () => clearInterval(timer),
  };
}

/** The client's certificate and those above it, as it sent them; node:tls adds authorities that it knows. */
function certificateChain(leaf: DetailedPeerCertificate): readonly X509Certificate[] {
  const seen = new Map<string, X509Certificate>();
  for (let each: DetailedPeerCertificate | undefined = leaf; each?.raw; each = each.issuerCertificate) {
    const { fingerprint256 } = each;
    if (seen.has(fingerprint256)) break;
    seen.set(fingerprint256, new X509Certificate(each.raw));
  }
  return [...seen.values()];
}
