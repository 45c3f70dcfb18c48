/** A member of an etcd cluster, and the connection to it: made when it is needed, made anew when certificates were renewed. */
import { readFileSync } from 'node:fs';
import type { Client } from '@connectrpc/connect';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { systemMessage } from '@matchbox/gotext';
import { EngineError } from '../engine-error.ts';
import type { EtcdTlsFiles } from './address.ts';
import { Auth, KV, Lease, Maintenance, Watch } from './gen/etcd_pb.ts';

export interface Member {
  readonly endpoint: string;
  readonly kv: Client<typeof KV>;
  readonly watch: Client<typeof Watch>;
  readonly lease: Client<typeof Lease>;
  readonly auth: Client<typeof Auth>;
  readonly maintenance: Client<typeof Maintenance>;
  /** Cuts the connection with everything that is under way on it. */
  close(): void;
}

export interface TlsTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * A peer that does not answer a ping is dead, whatever TCP believes.
 * Quirk: with `pingIdleConnection` the library pings a connection that has just been destroyed under its streams, in a timer: an error
 * that nobody can catch (connect-node 2.1.2, http2-session-manager.js). There is a watch, or a question each second, to ping for.
 */
const pings = { pingIntervalMs: 2000, pingTimeoutMs: 1500 } as const;
/** What etcd can send at once is bounded by what it takes, a page of files. */
const maxMessageBytes = 512 * 1024 * 1024;

/** Does not connect yet. */
export function openMember(endpoint: string, tls: TlsTexts | undefined): Member {
  const baseUrl = `${tls === undefined ? 'http' : 'https'}://${endpoint}`;
  const secure = tls === undefined ? {} : { ...tls, minVersion: 'TLSv1.2' as const, ALPNProtocols: ['h2'] };
  const sessionManager = new Http2SessionManager(baseUrl, pings, secure);
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager,
    acceptCompression: [],
    readMaxBytes: maxMessageBytes,
  });
  return {
    endpoint,
    kv: createClient(KV, transport),
    watch: createClient(Watch, transport),
    lease: createClient(Lease, transport),
    auth: createClient(Auth, transport),
    maintenance: createClient(Maintenance, transport),
    close: () => sessionManager.abort(),
  };
}

/** @throws EngineError `denied` for a file that cannot be read */
export function readTls(files: EtcdTlsFiles): TlsTexts {
  const read = (path: string | undefined, parameter: string) =>
    path === undefined ? undefined : readSecret(path, parameter);
  return {
    ca: read(files.caFile, 'cacert='),
    cert: read(files.certFile, 'cert='),
    key: read(files.keyFile, 'key='),
  };
}

/** @throws EngineError `denied` */
export function readSecret(path: string, parameter: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new EngineError('denied', `-store: ${parameter}: open ${path}: ${systemMessage(cause)}`, { cause });
  }
}
