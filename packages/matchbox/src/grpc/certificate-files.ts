/** The certificate files of the server: read and checked at the start, read again when they change. */

import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { checkKeyPair, KeyPairError, listCertificates } from '../core/key-pair.ts';

export interface CertificatePaths {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  /** Revocation lists (PEM) that client certificates are looked up in. */
  readonly crlFile?: string | undefined;
}

/** What node:tls needs, and what the log says about it. */
export interface LoadedCertificates {
  readonly cert: string;
  readonly key: string;
  readonly ca: readonly string[];
  readonly crl?: string | undefined;
  readonly validTo: Date;
}

export class CertificateFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateFileError';
  }
}

/** @throws CertificateFileError; for certificate and key with the text of Go */
export async function loadCertificates(paths: CertificatePaths): Promise<LoadedCertificates> {
  const [cert, key, caText, crl] = await Promise.all([
    readText(paths.certFile),
    readText(paths.keyFile),
    readText(paths.caFile),
    paths.crlFile === undefined ? undefined : readText(paths.crlFile),
  ]);
  let leaf: X509Certificate;
  try {
    leaf = checkKeyPair(cert, key);
  } catch (error) {
    if (!(error instanceof KeyPairError)) throw error;
    throw new CertificateFileError(error.message, { cause: error });
  }
  if (crl !== undefined && !crl.includes('-----BEGIN X509 CRL-----')) {
    throw new CertificateFileError(
      `${paths.crlFile}: found no revocation list in it, wanted PEM text (BEGIN X509 CRL)`,
    );
  }
  return { cert, key, ca: parseAuthorities(paths.caFile, caText), crl, validTo: new Date(leaf.validTo) };
}

/**
 * Looks at the files every `intervalMs` and calls back when they have changed and been read.
 * Files are looked at by their paths, so that a replaced file and a swapped symbolic link (Kubernetes) are seen alike.
 */
export function watchCertificates(
  paths: CertificatePaths,
  intervalMs: number,
  onChange: (loaded: LoadedCertificates) => void,
  onError: (error: Error) => void,
): { close(): void } {
  let known: string | undefined;
  let reported: string | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const stamp = await stampOf(paths);
    if (known !== undefined && stamp !== known) {
      try {
        onChange(await loadCertificates(paths));
        known = stamp;
      } catch (error) {
        // A certificate and its key cannot be replaced in one step: said once for each state, tried again each time.
        if (stamp !== reported) onError(error as Error);
        reported = stamp;
      }
    }
    known ??= stamp;
    if (!closed) timer = setTimeout(() => void look(), intervalMs).unref();
  };
  void look();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

async function stampOf(paths: CertificatePaths): Promise<string> {
  const files = [paths.certFile, paths.keyFile, paths.caFile, ...(paths.crlFile === undefined ? [] : [paths.crlFile])];
  const stamps = await Promise.all(
    files.map((file) =>
      stat(file).then(
        (info) => `${info.dev}:${info.ino}:${info.size}:${info.mtimeMs}`,
        (error: NodeJS.ErrnoException) => error.code ?? 'error',
      ),
    ),
  );
  return stamps.join(' ');
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new CertificateFileError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  });
}

function parseAuthorities(path: string, text: string): string[] {
  const found = listCertificates(text);
  if (found.length === 0) {
    throw new CertificateFileError(
      `${path}: found no certificate in it, wanted the authority of the clients as PEM text; no client could connect`,
    );
  }
  for (const pem of found) {
    try {
      new X509Certificate(pem);
    } catch (error) {
      throw new CertificateFileError(`${path}: a certificate in it cannot be read (${(error as Error).message})`, {
        cause: error,
      });
    }
  }
  return found;
}
