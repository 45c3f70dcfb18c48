/** What a certificate says, in words: for `matchbox certs show`. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { CertsError } from './error.ts';

export interface Description {
  readonly name: string;
  readonly subject: string;
  readonly issuer: string;
  readonly alternativeNames: string;
  readonly usage: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Whole days until it expires, negative once it has. */
  readonly daysLeft: number;
  readonly state: 'valid' | 'expires soon' | 'expired' | 'not yet valid';
  /** Whether the key beside it belongs to it; absent without a key. */
  readonly keyMatches?: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;
const soonDays = 30;
const usageNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'server',
  '1.3.6.1.5.5.7.3.2': 'client',
};

/**
 * Reads the first certificate of a PEM text.
 * @throws CertsError `unreadable`, naming the file.
 */
export function describeCertificate(name: string, pem: string, keyPem: string | undefined, now: Date): Description {
  const certificate = parse(name, pem);
  const validFrom = new Date(certificate.validFrom);
  const validTo = new Date(certificate.validTo);
  const keyMatches = keyPem === undefined ? {} : { keyMatches: matches(certificate, keyPem) };
  return {
    name,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    alternativeNames: (certificate.subjectAltName ?? '').replace(/IP Address:/g, 'IP:'),
    usage: certificate.ca ? 'authority' : usageOf(certificate),
    validFrom,
    validTo,
    daysLeft: Math.floor((validTo.getTime() - now.getTime()) / dayMs),
    state: stateOf(validFrom, validTo, now),
    ...keyMatches,
  };
}

/** Formats descriptions as the text that `show` prints, one paragraph each. */
export function formatDescriptions(descriptions: readonly Description[]): string {
  return descriptions.map(formatDescription).join('\n');
}

function formatDescription(description: Description): string {
  const rows: [string, string][] = [
    ['subject', description.subject],
    ['issuer', description.issuer],
    ['for', description.alternativeNames],
    ['usage', description.usage],
    ['valid from', description.validFrom.toISOString()],
    ['valid to', `${description.validTo.toISOString()} (${daysText(description)})`],
    ['key', keyText(description.keyMatches)],
  ];
  const lines = rows.filter(([, value]) => value !== '').map(([label, value]) => `  ${label.padEnd(11)}${value}\n`);
  return `${description.name}: ${description.state}\n${lines.join('')}`;
}

function daysText(description: Description): string {
  return description.daysLeft < 0 ? `${-description.daysLeft} days ago` : `${description.daysLeft} days left`;
}

function keyText(matched: boolean | undefined): string {
  if (matched === undefined) return '';
  return matched ? 'belongs to it' : 'DOES NOT BELONG TO IT';
}

function stateOf(validFrom: Date, validTo: Date, now: Date): Description['state'] {
  if (now < validFrom) return 'not yet valid';
  if (now > validTo) return 'expired';
  return validTo.getTime() - now.getTime() < soonDays * dayMs ? 'expires soon' : 'valid';
}

function usageOf(certificate: X509Certificate): string {
  const usages: readonly string[] = certificate.keyUsage ?? [];
  return usages.length === 0 ? 'any' : usages.map((usage) => usageNames[usage] ?? usage).join(', ');
}

function matches(certificate: X509Certificate, keyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

function parse(name: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new CertsError('unreadable', `${name}.crt: found no certificate in it, wanted PEM text`, { cause: error });
  }
}

function oneLine(subject: string | undefined): string {
  return (subject ?? '').split('\n').join(', ');
}
