/**
 * Guesses a content type from the first bytes, with the same outcome as Go's `http.DetectContentType`.
 *
 * Spec: https://mimesniff.spec.whatwg.org/ (Go implements an older edition of it; the table's order decides).
 */

/** No more than this many bytes are looked at. */
export const sniffLength = 512;

/** @returns a content type; `application/octet-stream` for what is neither known nor text */
export function sniffContentType(bytes: Uint8Array): string {
  const data = bytes.subarray(0, sniffLength);
  const text = data.subarray(firstNonSpace(data));
  for (const tag of htmlTags) if (startsWithTag(text, tag)) return 'text/html; charset=utf-8';
  for (const { pattern, type, afterSpace } of signatures) {
    if (matches(afterSpace ? text : data, pattern)) return type;
  }
  if (isMp4(data)) return 'video/mp4';
  for (const { pattern, type } of laterSignatures) if (matches(data, pattern)) return type;
  return text.some(isBinaryByte) ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}

interface Signature {
  /** One byte each; undefined stands for any byte. */
  readonly pattern: readonly (number | undefined)[];
  readonly type: string;
  readonly afterSpace?: boolean;
}

/** A signature written as Latin-1 text in which `.` between the parts of a container stands for any byte. */
function signature(text: string, type: string, anyAt: readonly number[] = []): Signature {
  return { pattern: Array.from(text, (c, i) => (anyAt.includes(i) ? undefined : c.charCodeAt(0))), type };
}

const sizeField = [4, 5, 6, 7];
const htmlTags = [
  '<!DOCTYPE HTML',
  '<HTML',
  '<HEAD',
  '<SCRIPT',
  '<IFRAME',
  '<H1',
  '<DIV',
  '<FONT',
  '<TABLE',
  '<A',
  '<STYLE',
  '<TITLE',
  '<B',
  '<BODY',
  '<BR',
  '<P',
  '<!--',
];

const signatures: readonly Signature[] = [
  { ...signature('<?xml', 'text/xml; charset=utf-8'), afterSpace: true },
  signature('%PDF-', 'application/pdf'),
  signature('%!PS-Adobe-', 'application/postscript'),
  signature('\xfe\xff..', 'text/plain; charset=utf-16be', [2, 3]),
  signature('\xff\xfe..', 'text/plain; charset=utf-16le', [2, 3]),
  signature('\xef\xbb\xbf.', 'text/plain; charset=utf-8', [3]),
  signature('\x00\x00\x01\x00', 'image/x-icon'),
  signature('\x00\x00\x02\x00', 'image/x-icon'),
  signature('BM', 'image/bmp'),
  signature('GIF87a', 'image/gif'),
  signature('GIF89a', 'image/gif'),
  signature('RIFF....WEBPVP', 'image/webp', sizeField),
  signature('\x89PNG\r\n\x1a\n', 'image/png'),
  signature('\xff\xd8\xff', 'image/jpeg'),
  signature('FORM....AIFF', 'audio/aiff', sizeField),
  signature('ID3', 'audio/mpeg'),
  signature('OggS\x00', 'application/ogg'),
  signature('MThd\x00\x00\x00\x06', 'audio/midi'),
  signature('RIFF....AVI ', 'video/avi', sizeField),
  signature('RIFF....WAVE', 'audio/wave', sizeField),
];

const laterSignatures: readonly Signature[] = [
  signature('\x1a\x45\xdf\xa3', 'video/webm'),
  signature(
    `${'.'.repeat(34)}LP`,
    'application/vnd.ms-fontobject',
    Array.from({ length: 34 }, (_, i) => i),
  ),
  signature('\x00\x01\x00\x00', 'font/ttf'),
  signature('OTTO', 'font/otf'),
  signature('ttcf', 'font/collection'),
  signature('wOFF', 'font/woff'),
  signature('wOF2', 'font/woff2'),
  signature('\x1f\x8b\x08', 'application/x-gzip'),
  signature('PK\x03\x04', 'application/zip'),
  signature('Rar!\x1a\x07\x00', 'application/x-rar-compressed'),
  signature('Rar!\x1a\x07\x01\x00', 'application/x-rar-compressed'),
  signature('\x00asm', 'application/wasm'),
];

function matches(data: Uint8Array, pattern: readonly (number | undefined)[]): boolean {
  return data.length >= pattern.length && pattern.every((byte, i) => byte === undefined || byte === data[i]);
}

/** A tag name in any case, ended by a space or `>`. */
function startsWithTag(data: Uint8Array, tag: string): boolean {
  if (data.length <= tag.length) return false;
  for (let i = 0; i < tag.length; i++) {
    const wanted = tag.charCodeAt(i);
    const isLetter = wanted >= 0x41 && wanted <= 0x5a;
    if ((isLetter ? data[i]! & 0xdf : data[i]) !== wanted) return false;
  }
  return data[tag.length] === 0x20 || data[tag.length] === 0x3e;
}

/** An `ftyp` box that is there in full and names a brand beginning with `mp4`, the version field left out. */
function isMp4(data: Uint8Array): boolean {
  if (data.length < 12) return false;
  const text = Buffer.from(data.buffer, data.byteOffset, data.length);
  const boxSize = text.readUInt32BE(0);
  if (boxSize > data.length || boxSize % 4 !== 0 || text.toString('latin1', 4, 8) !== 'ftyp') return false;
  for (let at = 8; at < boxSize; at += 4) {
    if (at !== 12 && text.toString('latin1', at, at + 3) === 'mp4') return true;
  }
  return false;
}

function firstNonSpace(data: Uint8Array): number {
  const found = data.findIndex((byte) => !(byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32));
  return found < 0 ? data.length : found;
}

function isBinaryByte(byte: number): boolean {
  return byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f);
}
