/** The page's own HTTP server: files for everybody, signing in, and the API for those who have. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { HostList } from './host-list.ts';
import { judge } from './judge.ts';
import type { PageFile } from './page-files.ts';
import { pageHeaders, transportHeaders } from './page-headers.ts';
import { fileAnswer } from './serve-file.ts';

export interface PageServerOptions {
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** A listening socket that a supervisor opened, instead of host and port. */
  readonly fd?: number | undefined;
  /** undefined: plain HTTP, on loopback or behind a proxy. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Known once the port is. */
  readonly hosts: (port: number) => HostList;
  /** That browsers reach the page by. */
  readonly scheme: 'http' | 'https';
  /** Whether a peer may ask at all; behind a proxy only the proxy may. */
  readonly admits: (address: string) => boolean;
  readonly files: ReadonlyMap<string, PageFile>;
  /** Answers a POST that is from a page of ours. */
  readonly post: (path: string, request: IncomingMessage, response: ServerResponse) => void;
  readonly onError: (error: unknown, path: string) => void;
}

export interface PageServer {
  readonly address: AddressInfo;
  /** A new certificate is used for connections from now on. */
  setKeyPair(pair: { readonly cert: string; readonly key: string }): void;
  close(): Promise<void>;
}

const limits = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 60_000, headerBytes: 16 * 1024, connections: 500 };

/** @throws the system's error */
export async function openPageServer(options: PageServerOptions): Promise<PageServer> {
  let hosts: HostList = { allows: () => false };
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    try {
      handle(options, hosts, request, response);
    } catch (error) {
      options.onError(error, request.url ?? '');
      response.destroy();
    }
  };
  const settings = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    // Whoever sends less than a whole head is not waited for.
    connectionsCheckingInterval: 5_000,
  };
  const server: Server & { closeAllConnections(): void } =
    options.tls === undefined
      ? createServer(settings, answer)
      : createTlsServer({ ...settings, ...options.tls, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] }, answer);
  server.maxConnections = limits.connections;
  const { host, port, fd } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(fd === undefined ? { port, ...(host !== undefined && { host }) } : { fd }, resolve);
  });
  const address = server.address() as AddressInfo;
  hosts = options.hosts(address.port);
  return {
    address,
    setKeyPair: (pair) => (server as TlsServer).setSecureContext({ ...pair, minVersion: 'TLSv1.2' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function handle(options: PageServerOptions, hosts: HostList, request: IncomingMessage, response: ServerResponse): void {
  const { scheme } = options;
  response.on('error', () => {});
  for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
  if (scheme === 'https') for (const [name, value] of Object.entries(transportHeaders)) response.setHeader(name, value);
  if (!options.admits(request.socket.remoteAddress ?? '')) {
    refuse(response, 403, 'ask through the proxy');
    return;
  }
  const refusal = judge({ method: request.method ?? '', headers: request.headersDistinct }, hosts, scheme);
  if (refusal !== undefined) {
    refuse(response, refusal.status, refusal.message);
    return;
  }
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (request.method === 'POST') {
    response.setHeader('Cache-Control', 'no-store');
    options.post(path, request, response);
    return;
  }
  request.resume();
  const { status, headers, body } = fileAnswer(options.files, path, request.headers);
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** What is refused is not read either: the connection ends. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  const body = `${message}\n`;
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(body);
}
