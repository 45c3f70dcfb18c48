/** Reads DER (X.690), as far as certificates and revocation lists need it: one element after the other, nothing copied. */

export interface DerElement {
  /** The identifier octet, such as 0x30 for SEQUENCE. */
  readonly tag: number;
  /** The element with its header. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

export class DerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

export const derTag = {
  integer: 0x02,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  version: 0xa0,
} as const;

/** Four octets of length are four gigabytes; nobody has a longer list. */
const maxLengthOctets = 4;

/**
 * The elements that `bytes` consists of, read as they are asked for.
 * @throws DerError for what is cut off, or in a form that DER does not have
 */
export function* readDer(bytes: Uint8Array): Generator<DerElement> {
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes, at);
    yield element;
    at += element.bytes.length;
  }
}

/** The content of the one SEQUENCE that begins `bytes`. @throws DerError */
export function sequenceContent(bytes: Uint8Array): Uint8Array {
  const { tag, content } = readElement(bytes, 0);
  if (tag !== derTag.sequence) throw new DerError(`found tag ${hex(tag)}, wanted a SEQUENCE`);
  return content;
}

/** UTCTime or GeneralizedTime in the form that RFC 5280 asks for (4.1.2.5): seconds, and Z. @throws DerError */
export function derTime({ tag, content }: DerElement): Date {
  const text = Buffer.from(content).toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const years = match?.[1];
  if (!match || years?.length !== (tag === derTag.utcTime ? 2 : 4)) throw new DerError(`found the time ${text}`);
  // Spec: RFC 5280, 4.1.2.5.1.
  const year = years.length === 4 ? Number(years) : Number(years) + (Number(years) < 50 ? 2000 : 1900);
  const [, , month, day, hour, minute, second] = match.map(Number);
  return new Date(Date.UTC(year, month! - 1, day, hour, minute, second));
}

function readElement(bytes: Uint8Array, start: number): DerElement {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw new DerError('an element is cut off');
  if ((tag & 0x1f) === 0x1f) throw new DerError(`found the long tag ${hex(tag)}`);
  let length = first;
  let contentAt = start + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > maxLengthOctets) throw new DerError(`found a length of ${octets} octets`);
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[contentAt + i] ?? 0);
    contentAt += octets;
  }
  const end = contentAt + length;
  if (end > bytes.length) throw new DerError('an element is cut off');
  return { tag, bytes: bytes.subarray(start, end), content: bytes.subarray(contentAt, end) };
}

function hex(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`;
}
