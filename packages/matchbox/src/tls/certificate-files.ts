/** A certificate and its private key from files, checked, with the day they end. */
import { checkKeyPair } from './key-pair.ts';
import type { TextFiles } from './text-files.ts';

export interface KeyPairPaths {
  readonly certFile: string;
  readonly keyFile: string;
}

/** PEM texts, for node:tls. */
export interface LoadedKeyPair {
  readonly cert: string;
  readonly key: string;
  readonly validTo: Date;
}

/** @throws KeyPairError with Go's text; Error for a file that cannot be read */
export async function loadKeyPair(files: TextFiles, { certFile, keyFile }: KeyPairPaths): Promise<LoadedKeyPair> {
  const [cert, key] = await Promise.all([files.read(certFile), files.read(keyFile)]);
  return { cert, key, validTo: new Date(checkKeyPair(cert, key).validTo) };
}
