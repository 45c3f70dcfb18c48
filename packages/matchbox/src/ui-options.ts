/** Where and for whom the web page is served, and what of that is refused before anything starts. */
import { statSync } from 'node:fs';
import { systemMessage } from '@matchbox/gotext';
import type { AnswerContext } from './answer/answer.ts';
import type { Catalog } from './data/catalog.ts';
import type { AuditTrail } from './grpc/audit-trail.ts';
import type { ImageAccess } from './grpc/image-get.ts';
import type { NetbootDoctor, NetbootReport } from './grpc/netboot-view.ts';
import type { Logger } from './log/log.ts';
import type { Metrics } from './log/metrics.ts';
import type { Machines } from './machines/machines.ts';
import { parseListenAddress, StartError } from './start-error.ts';
import type { InheritedSockets } from './supervisor/inherited-sockets.ts';
import { ProxyListError, parseProxies, type TrustedProxies } from './ui/trusted-proxy.ts';

export interface UiOptions {
  /** `host:port`, `:port` or `port`; without a host it is on loopback. */
  readonly address: string;
  /** '' for plain HTTP, which loopback and a proxy alone may have. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Further names that the page may be asked by, separated by commas. */
  readonly hosts: string;
  /** Addresses of a proxy that signs people in, separated by commas; '' for none. */
  readonly trustedProxy: string;
  /** In which it says who asks. */
  readonly proxyHeader: string;
  /** Folder that orders of `matchbox users` come through; '' where there is none. */
  readonly statePath: string;
  readonly auditLog?: string | undefined;
  readonly gitAudit?: boolean;
  /** Other certificates that the server uses, for the page to tell when they end. */
  readonly certificateFiles?: readonly { readonly name: string; readonly certFile: string; readonly keyFile: string }[];
  /** Looks at what stands in the way of network boot on this host. */
  readonly netbootDoctor?: NetbootDoctor | undefined;
  /** Downloads operating systems into the assets; left out: from their projects' sites. */
  readonly images?: ImageAccess | undefined;
}

export interface UiSurroundings {
  readonly catalog: Catalog;
  readonly machines: Machines;
  readonly answers: AnswerContext;
  readonly publicUrl: () => string;
  /** Of the gRPC API, so that both write into one. */
  readonly audit: AuditTrail | undefined;
  readonly sockets: InheritedSockets;
  readonly dataPath: string;
  /** '' for none. */
  readonly assetsPath: string;
  /** What network boot serves; undefined where it is off. */
  readonly netboot: () => NetbootReport | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export const onlyHttps =
  'away from loopback the page is served over HTTPS alone: give -ui-cert-file and -ui-key-file, or -ui-trusted-proxy';

/** @throws StartError for what can be seen to be wrong before anything is started */
export function checkUi(options: UiOptions): void {
  const { host } = parseUiAddress(options.address);
  const isLoopback = host !== undefined && /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);
  const proxies = proxiesOf(options);
  for (const file of options.certFile === '' ? [] : [options.certFile, options.keyFile]) {
    try {
      statSync(file);
    } catch (error) {
      throw new StartError('bad_path', `-ui-cert-file and -ui-key-file: stat ${file}: ${systemMessage(error)}`, {
        cause: error,
      });
    }
  }
  if (!isLoopback && options.certFile === '' && proxies === undefined) {
    throw new StartError('bad_address', `-ui-address=${options.address}: ${onlyHttps}`);
  }
}

/** As `parseListenAddress`, but no host means loopback, and a bare port will do. @throws StartError `bad_address` */
export function parseUiAddress(address: string): { host: string; port: number } {
  const { host, port } = parseListenAddress(/^\d+$/.test(address) ? `:${address}` : address);
  return { host: host ?? '127.0.0.1', port };
}

/** @throws StartError */
export function proxiesOf({ trustedProxy }: UiOptions): TrustedProxies | undefined {
  if (trustedProxy === '') return undefined;
  try {
    return parseProxies(trustedProxy);
  } catch (error) {
    if (!(error instanceof ProxyListError)) throw error;
    throw new StartError('bad_address', `-ui-trusted-proxy: ${error.message}`, { cause: error });
  }
}
