/** Starts what machines are served on: HTTP, HTTPS, or both on two addresses; with upstream's log lines and words for what is wrong. */

import { statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { systemMessage } from '@matchbox/gotext';
import type { Capacity } from './http/capacity.ts';
import { type HttpServer, type HttpServerOptions, openHttpServer } from './http/server.ts';
import type { TlsOptions } from './http/tls-server.ts';
import { type ListenPlace, listenFaultAt, listenPlace } from './listen-place.ts';
import type { Logger } from './log/log.ts';
import { listenError, parseListenAddress, StartError } from './start-error.ts';
import type { InheritedSockets } from './supervisor/inherited-sockets.ts';
import type { LoadedKeyPair } from './tls/certificate-files.ts';
import { createHandshakeLog, type HandshakeLog } from './tls/handshake-log.ts';
import { textFiles } from './tls/read-text-files.ts';
import { type OpenedCertificates, openKeyPair } from './tls/renewed-certificates.ts';

export interface WebTlsOptions {
  readonly certFile: string;
  readonly keyFile: string;
  /** HTTPS is served here, and HTTP on the main address; without it HTTPS is served on the main address. */
  readonly address?: string | undefined;
  /** How often the files are looked at. */
  readonly certificateIntervalMs?: number | undefined;
  readonly handshakeTimeoutMs?: number | undefined;
}

export interface WebOptions extends Pick<HttpServerOptions, 'handler' | 'requestLog' | 'metrics'> {
  readonly address: string;
  readonly web: WebTlsOptions | undefined;
  readonly sockets: InheritedSockets;
  /** What HTTP and HTTPS can bear together. */
  readonly capacity: Capacity;
  readonly logger: Logger;
  /** Whether somebody else serves the sockets when this server ends; as the sockets say unless told otherwise. */
  readonly isHandedOver?: boolean | undefined;
  /** Of all processes that serve together: a session of TLS goes on with any of them. */
  readonly ticketKeys?: Uint8Array | undefined;
}

export interface WebServers {
  readonly addresses: { readonly http: AddressInfo; readonly https: AddressInfo | undefined };
  /** @param graceMs downloads may take so long still */
  close(graceMs: number): Promise<void>;
}

/** A client whose connection was accepted just before the end has this long to ask: firmware is slow, emulated firmware more so. */
const handOverLingerMs = 2_000;

/** @throws StartError for the first thing that cannot work; nothing was started or logged */
export function checkWeb(address: string, web: WebTlsOptions | undefined): void {
  if (web === undefined) return;
  const files = [
    [web.certFile, 'certificate with -web-cert-file'],
    [web.keyFile, 'key with -web-key-file'],
  ] as const;
  for (const [file, what] of files) {
    try {
      statSync(file);
    } catch (error) {
      const message = `Provide a valid SSL server ${what}: stat ${file}: ${systemMessage(error)}`;
      throw new StartError('bad_path', message, { cause: error });
    }
  }
  if (web.address === address && parseListenAddress(address).port !== 0) {
    throw new StartError(
      'bad_address',
      `-address and -web-ssl-address are both ${address}: HTTP and HTTPS need an address each; for HTTPS alone there is -web-ssl`,
    );
  }
}

/** @throws StartError whose message is what the user is told */
export async function startWeb(options: WebOptions): Promise<WebServers> {
  const { address, web, sockets } = options;
  if (
    web !== undefined &&
    web.address === undefined &&
    sockets.one('https') === undefined &&
    sockets.one('http') !== undefined
  ) {
    throw new StartError('bad_address', '-web-ssl serves HTTPS alone, but the socket is named http: name it https');
  }
  if (web === undefined) {
    const http = await startHttp(options, listenPlace(address, 'http', sockets));
    return { addresses: { http: http.address, https: undefined }, close: http.close };
  }
  if (web.address === undefined) {
    const https = await startHttps(options, web, listenPlace(address, 'https', sockets));
    return { addresses: { http: https.address, https: undefined }, close: https.close };
  }
  const http = await startHttp(options, listenPlace(address, 'http', sockets));
  const https = await startHttps(options, web, listenPlace(web.address, 'https', sockets)).catch(
    async (error: unknown) => {
      await http.close(0);
      throw error;
    },
  );
  return {
    addresses: { http: http.address, https: https.address },
    close: async (graceMs) => void (await Promise.all([http.close(graceMs), https.close(graceMs)])),
  };
}

function startHttp(options: WebOptions, place: ListenPlace): Promise<Pick<HttpServer, 'address' | 'close'>> {
  options.logger.info(`Starting matchbox HTTP server on ${place.text}`);
  return open(options, place);
}

async function startHttps(
  options: WebOptions,
  web: WebTlsOptions,
  place: ListenPlace,
): Promise<Pick<HttpServer, 'address' | 'close'>> {
  const { logger, metrics } = options;
  logger.info(`Starting matchbox HTTPS server on ${place.text}`);
  logger.info(`Using SSL server certificate: ${web.certFile}`);
  logger.info(`Using SSL server key: ${web.keyFile}`);
  const target = place.parse();
  const certificates = await readCertificates(options, web).catch(async (error: unknown) => {
    const fault = await listenFaultAt(target);
    throw fault === undefined ? error : listenError(fault, place.text);
  });
  const handshakeLog: HandshakeLog = createHandshakeLog({ name: 'HTTPS', logger, metrics });
  const server = await open(options, place, {
    keyPair: certificates.first,
    onHandshakeFailure: handshakeLog.failed,
    handshakeTimeoutMs: web.handshakeTimeoutMs,
    ticketKeys: options.ticketKeys,
  }).catch((error: unknown) => {
    handshakeLog.close();
    throw error;
  });
  const renewal = certificates.keep(server.setKeyPair);
  return {
    address: server.address,
    close: async (graceMs) => {
      renewal.close();
      await server.close(graceMs);
      handshakeLog.close();
    },
  };
}

function readCertificates(
  { logger, metrics }: WebOptions,
  web: WebTlsOptions,
): Promise<OpenedCertificates<LoadedKeyPair>> {
  return openKeyPair(web, { server: 'https', files: textFiles, logger, metrics }).catch((cause: unknown) => {
    throw new StartError('bad_path', `failed to start listening: ${(cause as Error).message}`, { cause });
  });
}

async function open(
  options: WebOptions,
  place: ListenPlace,
  tls?: TlsOptions,
): Promise<Pick<HttpServer, 'address' | 'close' | 'setKeyPair'>> {
  const { handler, requestLog, metrics, logger, capacity } = options;
  try {
    const server = await openHttpServer({
      ...place.parse(),
      handler,
      requestLog,
      metrics,
      capacity,
      tls,
      onError: (error, request) => {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        logger.error(`answering ${request.method} ${request.target} failed: ${reason}`);
      },
    });
    // Somebody else serves it from then on.
    const lingerMs = (options.isHandedOver ?? place.isHandedOver) ? handOverLingerMs : 0;
    return { ...server, close: (graceMs) => server.close(graceMs, lingerMs) };
  } catch (error) {
    throw listenError(error, place.text);
  }
}
