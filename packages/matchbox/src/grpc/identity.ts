/** Who a client is, from its certificate: a name for the audit log, and whether it may write. */
import { type ContextKey, createContextKey } from '@connectrpc/connect';
import type { ReadOnlyRule } from './read-only-rule.ts';

export interface Identity {
  /** The whole subject, such as `OU=ops,CN=alice`; '' without a certificate. */
  readonly subject: string;
  /** CN, or the whole subject when there is none. */
  readonly name: string;
  readonly email: string;
  /** Serial number of the certificate, hexadecimal. */
  readonly serial: string;
  readonly role: Role;
}

export type Role = 'writer' | 'reader';

/** Where a call's identity is found in the context of its handler. */
export const identityKey: ContextKey<Identity> = createContextKey<Identity>(
  { subject: '', name: '', email: '', serial: '', role: 'reader' },
  { description: 'who calls' },
);

/** A user of the web page has a subject that no certificate has. */
export function userIdentity(name: string, role: Role): Identity {
  return { subject: `user=${name}`, name, email: '', serial: '', role };
}

/** For messages. */
export function describeCaller({ subject, name }: Identity): string {
  if (subject === `user=${name}`) return `user ${JSON.stringify(name)}`;
  return `the client certificate ${JSON.stringify(subject)}`;
}

/** Subject attributes as node:tls gives them; an attribute that is there several times is a list. */
export type SubjectAttributes = Readonly<Record<string, string | string[] | undefined>>;

export interface PeerCertificateFacts {
  readonly subject: SubjectAttributes;
  readonly subjectaltname?: string | undefined;
  readonly serialNumber: string;
}

/** A certificate that one of the rules is about is a reader's. */
export function identify(certificate: PeerCertificateFacts, rules: readonly ReadOnlyRule[]): Identity {
  const subject = formatSubject(certificate.subject);
  const readOnly = rules.some(({ attribute, value }) => valuesOf(certificate.subject, attribute).includes(value));
  const alternative = /(?:^|, )email:([^\s,"]+)/.exec(certificate.subjectaltname ?? '')?.[1];
  return {
    subject,
    name: valuesOf(certificate.subject, 'CN')[0] ?? subject,
    email: valuesOf(certificate.subject, 'emailAddress')[0] ?? alternative ?? '',
    serial: certificate.serialNumber,
    role: readOnly ? 'reader' : 'writer',
  };
}

/** One line, in the order of the certificate; what separates attributes is escaped with a backslash (RFC 4514). */
export function formatSubject(attributes: SubjectAttributes): string {
  return Object.keys(attributes)
    .flatMap((key) => valuesOf(attributes, key).map((value) => `${key}=${escapeValue(value)}`))
    .join(',');
}

function valuesOf(attributes: SubjectAttributes, key: string): string[] {
  const value = attributes[key];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function escapeValue(value: string): string {
  return value.replace(/[\\,+"<>;=]/g, '\\$&').replace(/\p{Cc}/gu, (char) => {
    return `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
