/** The certificate of a server from the start to the end: read, renewed when its files change, told of in the log and the metrics. */

import type { Logger } from '../log/log.ts';
import type { Metrics } from '../log/metrics.ts';
import { watchExpiry } from './certificate-expiry.ts';
import { type KeyPairPaths, type LoadedKeyPair, loadKeyPair } from './certificate-files.ts';
import { openRenewed } from './renewal.ts';
import type { TextFiles } from './text-files.ts';

export interface CertificateOptions<Loaded> {
  readonly server: 'grpc' | 'https' | 'ui';
  readonly files: TextFiles;
  /** The first one is the certificate. */
  readonly paths: readonly [string, ...string[]];
  /** Reads and checks the files. */
  readonly load: () => Promise<Loaded>;
  /** What to do about a certificate that ends. */
  readonly advice: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly intervalMs?: number | undefined;
  readonly now?: (() => Date) | undefined;
}

export interface OpenedCertificates<Loaded> {
  readonly first: Loaded;
  /** From now on, what is read anew is applied; a fault in applying it counts as a fault of the files. */
  keep(apply: (loaded: Loaded) => void): { close(): void };
}

const names = { grpc: 'gRPC', https: 'HTTPS', ui: 'web page' } as const;

export interface KeyPairOptions extends KeyPairPaths {
  readonly certificateIntervalMs?: number | undefined;
}

/** Of a server that needs no more than a certificate and its key. @throws as {@link loadKeyPair} does */
export function openKeyPair(
  { certFile, keyFile, certificateIntervalMs: intervalMs }: KeyPairOptions,
  surroundings: Pick<CertificateOptions<LoadedKeyPair>, 'server' | 'files' | 'logger' | 'metrics'>,
): Promise<OpenedCertificates<LoadedKeyPair>> {
  return openCertificates({
    ...surroundings,
    paths: [certFile, keyFile],
    load: () => loadKeyPair(surroundings.files, { certFile, keyFile }),
    advice: 'put a new one in its place; no restart is needed',
    intervalMs,
  });
}

/** @throws what `load` throws */
export async function openCertificates<Loaded extends { readonly validTo: Date }>(
  options: CertificateOptions<Loaded>,
): Promise<OpenedCertificates<Loaded>> {
  const { server, paths, logger, metrics, advice, now } = options;
  const name = names[server];
  const [certFile] = paths;
  const renewed = await openRenewed(options);
  return {
    first: renewed.first,
    keep: (apply) => {
      const expiry = watchExpiry({ name, certFile, advice, logger, now });
      const inUse = ({ validTo }: Loaded) => {
        metrics.certificateLoaded(server, validTo);
        expiry.inUse(validTo);
      };
      inUse(renewed.first);
      const watch = renewed.watch({
        onChange: (loaded) => {
          apply(loaded);
          logger.info(
            `${name}: new certificate files are in use; ${certFile} is valid to ${loaded.validTo.toISOString()}`,
          );
          inUse(loaded);
        },
        onError: ({ message }) =>
          logger.warn(
            `${name}: the certificate files have changed and cannot be used, the old ones stay in use: ${message}`,
          ),
      });
      return {
        close: () => {
          watch.close();
          expiry.close();
        },
      };
    },
  };
}
