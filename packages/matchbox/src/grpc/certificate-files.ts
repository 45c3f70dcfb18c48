/** The files that say who may connect and who may write: certificates, revocation lists, the rules of roles; read and checked. */
import { X509Certificate } from 'node:crypto';
import { type KeyPairPaths, type LoadedKeyPair, loadKeyPair } from '../tls/certificate-files.ts';
import { listCertificates } from '../tls/key-pair.ts';
import type { Trust } from '../tls/peer-judgement.ts';
import { listRevocationLists, parseRevocationList, type RevocationList } from '../tls/revocation-list.ts';
import type { TextFiles } from '../tls/text-files.ts';
import { parseReadOnlyRules, type ReadOnlyRule } from './read-only-rule.ts';

export interface CertificatePaths extends KeyPairPaths {
  readonly caFile: string;
  /** Revocation lists (PEM) that client certificates are looked up in. */
  readonly crlFile?: string | undefined;
  /** Rules of the clients that may only read, one a line. */
  readonly readOnlyFile?: string | undefined;
}

/** What node:tls needs, the same for judging those that are connected already, and what the log says about it. */
export interface LoadedCertificates extends LoadedKeyPair {
  readonly ca: readonly string[];
  readonly crl?: readonly string[] | undefined;
  readonly trust: Trust;
  /** Of the file of rules, if there is one. */
  readonly readOnlyRules: readonly ReadOnlyRule[] | undefined;
}

export class CertificateFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateFileError';
  }
}

export function pathsOf({ certFile, keyFile, ...rest }: CertificatePaths): [string, ...string[]] {
  const others = [rest.caFile, rest.crlFile, rest.readOnlyFile];
  return [certFile, keyFile, ...others.filter((path) => path !== undefined)];
}

/** @throws CertificateFileError; for certificate and key with the text of Go */
export async function loadCertificates(files: TextFiles, paths: CertificatePaths): Promise<LoadedCertificates> {
  const { caFile, crlFile, readOnlyFile } = paths;
  const [pair, caText, crlText, rulesText] = await Promise.all([
    loadKeyPair(files, paths),
    files.read(caFile),
    crlFile === undefined ? undefined : files.read(crlFile),
    readOnlyFile === undefined ? undefined : files.read(readOnlyFile),
  ]).catch((error: unknown) => {
    throw new CertificateFileError((error as Error).message, { cause: error });
  });
  const crl = crlText === undefined ? undefined : listRevocationLists(crlText);
  const ca = listCertificates(caText);
  return {
    ...pair,
    ca,
    crl,
    trust: { authorities: parseAuthorities(caFile, ca), lists: crl && parseLists(crlFile!, crl) },
    readOnlyRules: rulesText === undefined ? undefined : parseRules(readOnlyFile!, rulesText),
  };
}

function parseAuthorities(path: string, found: readonly string[]): X509Certificate[] {
  if (found.length === 0) {
    throw new CertificateFileError(
      `${path}: found no certificate in it, wanted the authority of the clients as PEM text; no client could connect`,
    );
  }
  return found.map((pem) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      throw new CertificateFileError(`${path}: a certificate in it cannot be read (${(error as Error).message})`, {
        cause: error,
      });
    }
  });
}

function parseLists(path: string, found: readonly string[]): RevocationList[] {
  if (found.length === 0) {
    throw new CertificateFileError(`${path}: found no revocation list in it, wanted PEM text (BEGIN X509 CRL)`);
  }
  return found.map((pem) => {
    try {
      return parseRevocationList(pem);
    } catch (error) {
      throw new CertificateFileError(`${path}: a revocation list in it cannot be read (${(error as Error).message})`, {
        cause: error,
      });
    }
  });
}

function parseRules(path: string, text: string): readonly ReadOnlyRule[] {
  const { rules, fault } = parseReadOnlyRules(text);
  if (fault === undefined) return rules;
  throw new CertificateFileError(
    `${path}:${fault.line}: found ${JSON.stringify(fault.text)}, wanted ATTRIBUTE=VALUE such as OU=read-only`,
  );
}
