// A resource's contents as a data URL: escaped, base64 or compressed, whichever is the shortest.
import { encodeBase64 } from '@matchbox/gotext';

/** Compresses in gzip format; Butane uses level 9. */
export type Gzip = (bytes: Uint8Array) => Uint8Array;

export interface DataUrl {
  readonly url: string;
  /** The resource's `compression`; undefined where the config states one already. */
  readonly compression?: '' | 'gzip';
}

/** Characters that stay as they are: RFC 2396's unreserved ones. */
const escapes: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[\w.!~*'()-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** No gzip file is shorter: ten bytes of header, eight of trailer, two of content. */
const shortestGzip = 20;

/**
 * The data URL that Butane would make.
 *
 * @param compression - what the config says about the contents; if anything, they are not compressed once more
 * @param gzip - without it contents are never compressed
 */
export function makeDataUrl(contents: Uint8Array, compression: string | undefined, gzip: Gzip | undefined): DataUrl {
  const escapedLength = lengthEscaped(contents);
  const base64Length = lengthBase64(contents.length);
  const shortest = Math.min(escapedLength, base64Length);
  const stated = compression !== undefined && compression !== '';
  if (!stated && gzip !== undefined && lengthBase64(shortestGzip) + 'gzip'.length < shortest) {
    const compressed = gzip(contents);
    // The word `gzip` has to be written as well, so it counts.
    if (lengthBase64(compressed.length) + 'gzip'.length < shortest) {
      return { url: base64Url(compressed), compression: 'gzip' };
    }
  }
  const url = base64Length < escapedLength ? base64Url(contents) : escapedUrl(contents);
  // Stated even where it is empty, so that a merged config does not inherit the compression of another one.
  return stated ? { url } : { url, compression: '' };
}

/** `data:,` and the contents, percent-encoded. */
export function escapedUrl(contents: Uint8Array): string {
  let text = 'data:,';
  for (const byte of contents) text += escapes[byte]!;
  return text;
}

function base64Url(contents: Uint8Array): string {
  return `data:;base64,${encodeBase64(contents)}`;
}

function lengthEscaped(contents: Uint8Array): number {
  let length = 1;
  for (const byte of contents) length += escapes[byte]!.length;
  return length;
}

function lengthBase64(bytes: number): number {
  return ';base64,'.length + 4 * Math.ceil(bytes / 3);
}
