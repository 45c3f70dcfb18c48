/** Makes keys and certificates: ECDSA P-256 with SHA-256, which Go, OpenSSL and Terraform take without being asked. */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { AlternativeName } from './alternative-name.ts';

/** A certificate with its private key, both as PEM. */
export interface KeyAndCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Validity {
  readonly from: Date;
  readonly days: number;
}

/** What a certificate says about its holder. */
export interface LeafRequest {
  readonly usage: 'server' | 'client';
  readonly commonName: string;
  /** OU of the subject; `read-only` makes a client that may only read. */
  readonly organizationalUnit?: string;
  readonly alternativeNames: readonly AlternativeName[];
  readonly validity: Validity;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Clocks of machines that have just been switched on are often late. */
const clockSkewMs = 60 * 60 * 1000;
const usages = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth };

/** A new self-signed certificate authority that may sign certificates and revocation lists, but no further authorities. */
export async function issueAuthority(commonName: string, validity: Validity): Promise<KeyAndCertificate> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...dates(validity),
    serialNumber: newSerialNumber(),
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemFile(certificate.toString('pem')), key: await exportKey(keys.privateKey) };
}

/** A new key and a certificate for it, signed by `authority`. */
export async function issueLeaf(authority: KeyAndCertificate, request: LeafRequest): Promise<KeyAndCertificate> {
  const keys = await newKeys();
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([usages[request.usage]]),
  ];
  if (request.alternativeNames.length > 0) {
    extensions.push(new x509.SubjectAlternativeNameExtension([...request.alternativeNames]));
  }
  const unit = request.organizationalUnit === undefined ? [] : [{ OU: [request.organizationalUnit] }];
  const certificate = await sign(authority, {
    subject: new x509.Name([...unit, { CN: [request.commonName] }]).toString(),
    publicKey: keys.publicKey,
    extensions,
    validity: request.validity,
  });
  return { certificate, key: await exportKey(keys.privateKey) };
}

/** The same certificate once more (subject, key, names, usages) with a new validity and serial number, as PEM. */
export async function renewLeaf(authority: KeyAndCertificate, current: string, validity: Validity): Promise<string> {
  const old = new x509.X509Certificate(current);
  return sign(authority, {
    subject: old.subject,
    publicKey: old.publicKey,
    extensions: old.extensions.filter((extension) => !identifiers.has(extension.type)),
    validity,
  });
}

/** Subject and authority key identifiers are computed anew for every certificate. */
const identifiers = new Set(['2.5.29.14', '2.5.29.35']);

interface SignRequest {
  readonly subject: string;
  readonly publicKey: webcrypto.CryptoKey | x509.PublicKey;
  readonly extensions: readonly x509.Extension[];
  readonly validity: Validity;
}

async function sign(authority: KeyAndCertificate, request: SignRequest): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const signing = await importSigningKey(authority.key);
  const certificate = await x509.X509CertificateGenerator.create({
    ...dates(request.validity, issuer.notAfter),
    serialNumber: newSerialNumber(),
    subject: request.subject,
    issuer: issuer.subject,
    publicKey: request.publicKey,
    signingKey: signing.key,
    signingAlgorithm: signing.algorithm,
    extensions: [
      ...request.extensions,
      await x509.SubjectKeyIdentifierExtension.create(request.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return pemFile(certificate.toString('pem'));
}

/** A certificate never outlives the one that signed it. */
function dates(validity: Validity, latest?: Date): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(validity.from.getTime() + validity.days * 24 * 60 * 60 * 1000);
  return {
    notBefore: new Date(validity.from.getTime() - clockSkewMs),
    notAfter: latest && latest < notAfter ? latest : notAfter,
  };
}

function newSerialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  // RFC 5280 wants a positive number: the highest bit stays clear and the first byte is not zero.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return pemFile(x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));
}

/** The authority may be of another maker: elliptic curves and RSA, in any PEM form that OpenSSL writes. */
async function importSigningKey(pem: string): Promise<{ key: webcrypto.CryptoKey; algorithm: SigningAlgorithm }> {
  const key = createPrivateKey(pem);
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const signing: SigningAlgorithm = curve ?? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return { key: await webcrypto.subtle.importKey('pkcs8', der, signing, false, ['sign']), algorithm: signing };
}

interface SigningAlgorithm {
  readonly name: string;
  readonly hash: string;
  readonly namedCurve?: string;
}

const curves: Readonly<Record<string, SigningAlgorithm & { namedCurve: string }>> = {
  prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
};

function pemFile(pem: string): string {
  return `${pem.replace(/\r\n/g, '\n').trimEnd()}\n`;
}
