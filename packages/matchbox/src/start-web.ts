/** Starts what machines are served on: HTTP, HTTPS, or both on two addresses; with upstream's log lines and words for what is wrong. */
import { statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type LoadedKeyPair, loadKeyPair } from './core/certificate-files.ts';
import { createHandshakeLog, type HandshakeLog } from './core/handshake-log.ts';
import type { Logger } from './core/log.ts';
import type { Metrics } from './core/metrics.ts';
import { type OpenedCertificates, openCertificates } from './core/renewed-certificates.ts';
import type { Handler } from './http/handler.ts';
import type { RequestLog } from './http/request-log.ts';
import { type HttpServer, openHttpServer } from './http/server.ts';
import type { TlsOptions } from './http/tls-server.ts';
import { listenError, parseListenAddress, StartError } from './start-error.ts';
import { systemMessage } from './store/errno.ts';
import { textFiles } from './store/text-files.ts';

export interface WebTlsOptions {
  readonly certFile: string;
  readonly keyFile: string;
  /** HTTPS is served here, and HTTP on the main address; without it HTTPS is served on the main address. */
  readonly address?: string | undefined;
  /** How often the files are looked at. */
  readonly certificateIntervalMs?: number | undefined;
  readonly handshakeTimeoutMs?: number | undefined;
}

export interface WebOptions {
  readonly address: string;
  readonly web: WebTlsOptions | undefined;
  readonly handler: Handler;
  readonly requestLog: RequestLog;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface WebServers {
  readonly addresses: { readonly http: AddressInfo; readonly https: AddressInfo | undefined };
  close(graceMs: number): Promise<void>;
}

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
  const { address, web } = options;
  if (web === undefined) {
    options.logger.info(`Starting matchbox HTTP server on ${address}`);
    const http = await open(options, address);
    return { addresses: { http: http.address, https: undefined }, close: http.close };
  }
  if (web.address === undefined) {
    const https = await startHttps(options, web, address);
    return { addresses: { http: https.address, https: undefined }, close: https.close };
  }
  options.logger.info(`Starting matchbox HTTP server on ${address}`);
  const http = await open(options, address);
  const https = await startHttps(options, web, web.address).catch(async (error: unknown) => {
    await http.close(0);
    throw error;
  });
  return {
    addresses: { http: http.address, https: https.address },
    close: async (graceMs) => void (await Promise.all([http.close(graceMs), https.close(graceMs)])),
  };
}

async function startHttps(
  options: WebOptions,
  web: WebTlsOptions,
  address: string,
): Promise<Pick<HttpServer, 'address' | 'close'>> {
  const { logger, metrics } = options;
  logger.info(`Starting matchbox HTTPS server on ${address}`);
  logger.info(`Using SSL server certificate: ${web.certFile}`);
  logger.info(`Using SSL server key: ${web.keyFile}`);
  const certificates = await readCertificates(options, web);
  const handshakeLog: HandshakeLog = createHandshakeLog({ name: 'HTTPS', logger, metrics });
  const server = await open(options, address, {
    keyPair: certificates.first,
    onHandshakeFailure: handshakeLog.failed,
    handshakeTimeoutMs: web.handshakeTimeoutMs,
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
  return openCertificates({
    server: 'https',
    files: textFiles,
    paths: [web.certFile, web.keyFile],
    load: () => loadKeyPair(textFiles, web),
    advice: 'put a new one in its place; no restart is needed',
    logger,
    metrics,
    intervalMs: web.certificateIntervalMs,
  }).catch((cause: unknown) => {
    throw new StartError('bad_path', `failed to start listening: ${(cause as Error).message}`, { cause });
  });
}

async function open(options: WebOptions, address: string, tls?: TlsOptions): Promise<HttpServer> {
  const { handler, requestLog, metrics, logger } = options;
  try {
    return await openHttpServer({
      ...parseListenAddress(address),
      handler,
      requestLog,
      metrics,
      tls,
      onError: (error, request) => {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        logger.error(`answering ${request.method} ${request.target} failed: ${reason}`);
      },
    });
  } catch (error) {
    throw listenError(error, address);
  }
}
