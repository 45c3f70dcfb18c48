/** Whether a certificate and a private key belong together, with the texts of Go's tls.X509KeyPair. */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

export class KeyPairError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyPairError';
  }
}

/**
 * @param certificates PEM text; the first certificate is the one that counts, others are its chain
 * @param key PEM text
 * @returns the first certificate
 * @throws KeyPairError with Go's text, which begins with `tls: ` or `x509: `
 */
export function checkKeyPair(certificates: string, key: string): X509Certificate {
  const certificate = parseCertificate(findCertificate(certificates));
  const privateKey = parseKey(findKey(key));
  if (certificate.publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType) {
    throw new KeyPairError('tls: private key type does not match public key type');
  }
  if (!createPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).equals(certificate.publicKey)) {
    throw new KeyPairError('tls: private key does not match public key');
  }
  return certificate;
}

/** All certificates of a PEM text; what else is in it is passed over. */
export function listCertificates(pem: string): string[] {
  return pemBlocks(pem)
    .filter((block) => block.type === 'CERTIFICATE')
    .map((block) => block.text);
}

export interface PemBlock {
  readonly type: string;
  readonly text: string;
}

/** Whatever is armoured in the text, in its order. */
export function pemBlocks(pem: string): PemBlock[] {
  const pattern = /-----BEGIN ([^\r\n]*?)-----\r?\n[\s\S]*?\r?\n?-----END \1-----/g;
  return [...pem.matchAll(pattern)].map((match) => ({ type: match[1] ?? '', text: match[0] }));
}

function findCertificate(pem: string): string {
  const all = pemBlocks(pem);
  const found = all.find((block) => block.type === 'CERTIFICATE');
  if (found) return found.text;
  const [first] = all;
  if (!first) throw new KeyPairError('tls: failed to find any PEM data in certificate input');
  if (all.length === 1 && first.type.endsWith('PRIVATE KEY')) {
    throw new KeyPairError(
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    );
  }
  throw new KeyPairError(
    `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${listTypes(all)}`,
  );
}

function findKey(pem: string): string {
  const all = pemBlocks(pem);
  const found = all.find((block) => block.type === 'PRIVATE KEY' || block.type.endsWith(' PRIVATE KEY'));
  if (found) return found.text;
  const [first] = all;
  if (!first) throw new KeyPairError('tls: failed to find any PEM data in key input');
  if (all.length === 1 && first.type === 'CERTIFICATE') {
    throw new KeyPairError('tls: found a certificate rather than a key in the PEM for the private key');
  }
  throw new KeyPairError(
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${listTypes(all)}`,
  );
}

function listTypes(all: readonly PemBlock[]): string {
  return `[${all.map((block) => block.type).join(' ')}]`;
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new KeyPairError('x509: malformed certificate', { cause: error });
  }
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new KeyPairError('tls: failed to parse private key', { cause: error });
  }
}
