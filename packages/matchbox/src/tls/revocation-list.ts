/** Certificate revocation lists (RFC 5280, 5.1): whom each speaks for, how long, and which serial numbers it names. */
import { DerError, derTag, derTime, readDer, sequenceContent } from './der.ts';
import { pemBlocks } from './key-pair.ts';

export interface RevocationList {
  /** The name of the authority, as DER in base64. */
  readonly issuer: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** Hexadecimal, without leading zeros. */
  readonly serials: ReadonlySet<string>;
}

/** What a list is looked up by. */
export interface SerialAndIssuer {
  readonly serial: string;
  readonly issuer: string;
}

/** The lists of a PEM text, each as PEM of its own. Quirk: node:tls reads the first of a text alone (src/crypto/crypto_context.cc: SecureContext::SetCRL). */
export function listRevocationLists(pem: string): string[] {
  return pemBlocks(pem)
    .filter(({ type }) => type === 'X509 CRL')
    .map(({ text }) => text);
}

/** @throws DerError for a text that is no list */
export function parseRevocationList(pem: string): RevocationList {
  const [tbs] = readDer(sequenceContent(pemBytes(pem)));
  if (tbs?.tag !== derTag.sequence) throw new DerError('found no list of certificates');
  const fields = [...readDer(tbs.content)];
  // The version is there from the second on.
  if (fields[0]?.tag === derTag.integer) fields.shift();
  const [, issuer, thisUpdate, ...rest] = fields;
  if (issuer === undefined || thisUpdate === undefined) throw new DerError('found no issuer and no date');
  const nextUpdate = isTime(rest[0]?.tag) ? rest.shift() : undefined;
  const [revoked] = rest;
  return {
    issuer: base64(issuer.bytes),
    thisUpdate: derTime(thisUpdate),
    nextUpdate: nextUpdate && derTime(nextUpdate),
    serials: new Set(revoked?.tag === derTag.sequence ? serialsOf(revoked.content) : []),
  };
}

/** @param certificate DER @throws DerError */
export function serialAndIssuer(certificate: Uint8Array): SerialAndIssuer {
  const [tbs] = readDer(sequenceContent(certificate));
  const fields = [...readDer(tbs?.content ?? new Uint8Array(0))];
  if (fields[0]?.tag === derTag.version) fields.shift();
  const [serial, , issuer] = fields;
  if (serial?.tag !== derTag.integer || issuer === undefined) throw new DerError('found no serial number and issuer');
  return { serial: hexInteger(serial.content), issuer: base64(issuer.bytes) };
}

function* serialsOf(revoked: Uint8Array): Generator<string> {
  for (const { content } of readDer(revoked)) {
    const [serial] = readDer(content);
    if (serial?.tag !== derTag.integer) throw new DerError('found an entry without a serial number');
    yield hexInteger(serial.content);
  }
}

function isTime(tag: number | undefined): boolean {
  return tag === derTag.utcTime || tag === derTag.generalizedTime;
}

function hexInteger(content: Uint8Array): string {
  return Buffer.from(content).toString('hex').replace(/^0+/, '');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function pemBytes(pem: string): Uint8Array {
  return Buffer.from(pem.replace(/-----[^-\r\n]*-----/g, ''), 'base64');
}
