/** The certificate files of the server: read and checked. */
import { X509Certificate } from 'node:crypto';
import { type KeyPairPaths, type LoadedKeyPair, loadKeyPair } from '../core/certificate-files.ts';
import { listCertificates } from '../core/key-pair.ts';
import type { TextFiles } from '../core/text-files.ts';

export interface CertificatePaths extends KeyPairPaths {
  readonly caFile: string;
  /** Revocation lists (PEM) that client certificates are looked up in. */
  readonly crlFile?: string | undefined;
}

/** What node:tls needs, and what the log says about it. */
export interface LoadedCertificates extends LoadedKeyPair {
  readonly ca: readonly string[];
  readonly crl?: string | undefined;
}

export class CertificateFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateFileError';
  }
}

export function pathsOf({ certFile, keyFile, caFile, crlFile }: CertificatePaths): [string, ...string[]] {
  return [certFile, keyFile, caFile, ...(crlFile === undefined ? [] : [crlFile])];
}

/** @throws CertificateFileError; for certificate and key with the text of Go */
export async function loadCertificates(files: TextFiles, paths: CertificatePaths): Promise<LoadedCertificates> {
  const [pair, caText, crl] = await Promise.all([
    loadKeyPair(files, paths),
    files.read(paths.caFile),
    paths.crlFile === undefined ? undefined : files.read(paths.crlFile),
  ]).catch((error: unknown) => {
    throw new CertificateFileError((error as Error).message, { cause: error });
  });
  if (crl !== undefined && !crl.includes('-----BEGIN X509 CRL-----')) {
    throw new CertificateFileError(
      `${paths.crlFile}: found no revocation list in it, wanted PEM text (BEGIN X509 CRL)`,
    );
  }
  return { ...pair, ca: parseAuthorities(paths.caFile, caText), crl };
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
