/** Bytes or a string → the characters of a YAML stream, with the place of the first one that is not allowed. */
import { documentError, type ErrorPlace, type YamlError } from './error.ts';

/** The characters of a stream, and what is wrong with the first that is none, if there is one. */
export interface Source {
  /** Everything before the first fault, without a byte order mark. */
  readonly text: string;
  readonly fault: YamlError | undefined;
  /**
   * Reading beyond this index of `text` meets the fault.
   *
   * Quirk: go-yaml (readerc.go; yamlprivateh.go, input_raw_buffer_size) decodes blocks of 512 bytes ahead of its scanner, so a bad byte wins over a syntax error that
   * stands shortly before it. The index is where the block with the bad byte begins.
   */
  readonly limit: number;
}

const forbidden = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const blockBytes = 512;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads the characters of `source`; bytes are UTF-8, or UTF-16 behind a byte order mark. */
export function readSource(source: string | Uint8Array): Source {
  if (typeof source === 'string') {
    if (forbidden.test(source)) return readSource(encodeUtf8(source));
    const text = source.startsWith('\ufeff') ? source.slice(1) : source;
    return { text, fault: undefined, limit: Infinity };
  }
  if (source[0] === 0xff && source[1] === 0xfe) return readBytes(source, 2, utf16Reader(true));
  if (source[0] === 0xfe && source[1] === 0xff) return readBytes(source, 2, utf16Reader(false));
  const start = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf ? 3 : 0;
  const text = decoder.decode(start === 0 ? source : source.subarray(start));
  // What the platform had to replace, or what is no character of YAML, is looked at one by one.
  const sound = !text.includes('\ufffd') && !forbidden.test(text);
  return sound ? { text, fault: undefined, limit: Infinity } : readBytes(source, start, readUtf8);
}

/** One character: how many bytes it has and its code point, or a problem. `width` 0 is the end within a character. */
export type Character = { readonly width: number; readonly codePoint: number; readonly problem?: string };
type CharacterReader = (bytes: Uint8Array, at: number) => Character;

function readBytes(bytes: Uint8Array, start: number, next: CharacterReader): Source {
  let text = '';
  let chunk: number[] = [];
  let blockEnd = blockBytes;
  let limit = 0;
  let at = start;
  while (at < bytes.length) {
    const character = next(bytes, at);
    if (at + Math.max(character.width, 1) > blockEnd) {
      text += String.fromCodePoint(...chunk);
      chunk = [];
      limit = text.length;
      blockEnd = at + blockBytes;
    }
    const problem = character.problem ?? problemOf(character.codePoint);
    if (problem !== undefined) {
      const before = text + String.fromCodePoint(...chunk);
      return { text: before, fault: documentError(problem, endOf(before)), limit };
    }
    chunk.push(character.codePoint);
    at += character.width;
  }
  return { text: text + String.fromCodePoint(...chunk), fault: undefined, limit: Infinity };
}

/** The place behind a text. */
function endOf(text: string): ErrorPlace {
  const lines = text.split(/\r\n|[\n\r\x85\u2028\u2029]/);
  return { line: lines.length, column: Array.from(lines.at(-1)!).length + 1 };
}

function problemOf(codePoint: number): string | undefined {
  const allowed =
    (codePoint >= 0x20 && codePoint <= 0x7e) ||
    codePoint === 0x0a ||
    codePoint === 0x09 ||
    codePoint === 0x0d ||
    codePoint === 0x85 ||
    (codePoint >= 0xa0 && codePoint <= 0xd7ff) ||
    (codePoint >= 0xe000 && codePoint <= 0xfffd) ||
    (codePoint >= 0x10000 && codePoint <= 0x10ffff);
  return allowed ? undefined : 'control characters are not allowed';
}

/** The UTF-8 character at `at`. */
function readUtf8(bytes: Uint8Array, at: number): Character {
  const first = bytes[at]!;
  if (first < 0x80) return { width: 1, codePoint: first };
  const width = utf8Width(first);
  if (width === 0) return { width: 1, codePoint: 0, problem: 'invalid leading UTF-8 octet' };
  if (at + width > bytes.length) return { width: 1, codePoint: 0, problem: 'incomplete UTF-8 octet sequence' };
  let codePoint = first & (0x7f >> width);
  for (let i = 1; i < width; i++) {
    const octet = bytes[at + i]!;
    if ((octet & 0xc0) !== 0x80) return { width, codePoint: 0, problem: 'invalid trailing UTF-8 octet' };
    codePoint = (codePoint << 6) | (octet & 0x3f);
  }
  const shortest = width === 2 ? 0x80 : width === 3 ? 0x800 : 0x10000;
  if (codePoint < shortest) return { width, codePoint, problem: 'invalid length of a UTF-8 sequence' };
  if ((codePoint >= 0xd800 && codePoint <= 0xdfff) || codePoint > 0x10ffff) {
    return { width, codePoint, problem: 'invalid Unicode character' };
  }
  return { width, codePoint };
}

function utf8Width(first: number): number {
  if ((first & 0xe0) === 0xc0) return 2;
  if ((first & 0xf0) === 0xe0) return 3;
  if ((first & 0xf8) === 0xf0) return 4;
  return 0;
}

function utf16Reader(littleEndian: boolean): CharacterReader {
  const low = littleEndian ? 0 : 1;
  const unit = (bytes: Uint8Array, at: number): number => bytes[at + low]! | (bytes[at + 1 - low]! << 8);
  return (bytes, at) => {
    if (at + 2 > bytes.length) return { width: 1, codePoint: 0, problem: 'incomplete UTF-16 character' };
    const first = unit(bytes, at);
    if ((first & 0xfc00) === 0xdc00) return { width: 2, codePoint: 0, problem: 'unexpected low surrogate area' };
    if ((first & 0xfc00) !== 0xd800) return { width: 2, codePoint: first };
    if (at + 4 > bytes.length) return { width: 2, codePoint: 0, problem: 'incomplete UTF-16 surrogate pair' };
    const second = unit(bytes, at + 2);
    if ((second & 0xfc00) !== 0xdc00) return { width: 4, codePoint: 0, problem: 'expected low surrogate area' };
    return { width: 4, codePoint: 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff) };
  };
}

function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let codePoint = character.codePointAt(0)!;
    // A lone surrogate is no character; Go has U+FFFD in its place.
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) codePoint = 0xfffd;
    if (codePoint < 0x80) bytes.push(codePoint);
    else if (codePoint < 0x800) bytes.push(0xc0 | (codePoint >> 6), 0x80 | (codePoint & 0x3f));
    else if (codePoint < 0x10000) {
      bytes.push(0xe0 | (codePoint >> 12), 0x80 | ((codePoint >> 6) & 0x3f), 0x80 | (codePoint & 0x3f));
    } else {
      bytes.push(
        0xf0 | (codePoint >> 18),
        0x80 | ((codePoint >> 12) & 0x3f),
        0x80 | ((codePoint >> 6) & 0x3f),
        0x80 | (codePoint & 0x3f),
      );
    }
  }
  return Uint8Array.from(bytes);
}
