// Base64, base32, hexadecimal, JSON, hashes. Texts are encoded as the bytes they are.
import { decodeBytes, encodeBytes, toOutside } from '../byte-string.ts';
import { fromHex, hexBytes } from '../quote.ts';
import { Complex, Integer, isList, isMap, sortedEntries, type Value } from '../value.ts';
import { define, elementsOf, type HermeticFunction } from './entry.ts';
import { adler32, sha1, sha256, sha512 } from './hash.ts';

const group = 'encoding';
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const base64Url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 with an alphabet of 2^bits characters; padded to groups of `width`. */
function encode(text: string, alphabet: string, bits: number, width: number): string {
  let out = '';
  let buffer = 0;
  let held = 0;
  for (const byte of encodeBytes(text)) {
    buffer = (buffer << 8) | byte;
    held += 8;
    while (held >= bits) {
      held -= bits;
      out += alphabet[buffer >> held];
      buffer &= (1 << held) - 1;
    }
  }
  if (held > 0) out += alphabet[buffer << (bits - held)];
  return out.padEnd(Math.ceil(out.length / width) * width, '=');
}

function decode(text: string, alphabet: string, bits: number, what: string): string {
  const digits = text.replace(/[\r\n]/g, '').replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * bits) / 8));
  let buffer = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    const value = alphabet.indexOf(digit);
    if (value < 0) throw new Error(`not ${what}: ${digit}`);
    buffer = (buffer << bits) | value;
    held += bits;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = buffer >> held;
    buffer &= (1 << held) - 1;
  }
  return decodeBytes(bytes);
}

/** JSON as `encoding/json` writes it: sorted keys, and for `escapes` the characters of HTML escaped. */
function toJson(value: Value, escapes: boolean, space: string): string {
  const text = writeJson(value, space, space === '' ? '' : '\n', 0);
  const separators = text.replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
  return escapes
    ? separators.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
    : separators;
}

const maxJsonDepth = 500;

function writeJson(value: Value, space: string, lineBreak: string, depth: number): string {
  if (depth > maxJsonDepth) throw new Error(`nested more than ${maxJsonDepth} deep`);
  if (value instanceof Integer) return String(value.value);
  if (value instanceof Complex || typeof value === 'function') throw new Error('not a value for JSON');
  const inner = lineBreak + space.repeat(depth + 1);
  const enclose = (open: string, parts: string[], close: string) =>
    parts.length === 0
      ? open + close
      : `${open}${inner}${parts.join(`,${inner}`)}${lineBreak}${space.repeat(depth)}${close}`;
  const write = (element: Value) => writeJson(element, space, lineBreak, depth + 1);
  if (isList(value)) return enclose('[', elementsOf(value).map(write), ']');
  if (!isMap(value)) return JSON.stringify(typeof value === 'string' ? toOutside(value) : (value ?? null));
  const colon = space === '' ? ':' : ': ';
  const entries = sortedEntries(value).map(([key, element]) => JSON.stringify(toOutside(key)) + colon + write(element));
  return enclose('{', entries, '}');
}

function fromJson(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new Error(`not JSON: ${text.slice(0, 60)}`);
  }
}

const s = ['string'] as const;
const hash = (name: string, digest: (bytes: Uint8Array) => string, result: string) =>
  define(
    'hashes',
    `${name} TEXT`,
    'The checksum, in hexadecimal',
    [`{{${name} "abc" | trunc 16}}`, result],
    s,
    (text: string) => digest(encodeBytes(text)),
  );

/** The functions that encode, decode and hash. */
export const encodingFunctions: Readonly<Record<string, HermeticFunction>> = {
  b64enc: define(group, 'b64enc TEXT', 'Base64', ['{{b64enc "abcd"}}', 'YWJjZA=='], s, (text: string) =>
    encode(text, base64, 6, 4),
  ),
  b64dec: define(group, 'b64dec TEXT', 'From base64', ['{{b64dec "YWJjZA=="}}', 'abcd'], s, (text: string) =>
    decode(text, base64, 6, 'base64'),
  ),
  b64urlenc: define(
    group,
    'b64urlenc TEXT',
    'Base64 for URLs',
    ['{{b64urlenc "\\xff\\xfe"}}', '__4='],
    s,
    (text: string) => encode(text, base64Url, 6, 4),
  ),
  b64urldec: define(
    group,
    'b64urldec TEXT',
    'From base64 for URLs',
    ['{{b64urldec "__4=" | printf "%x"}}', 'fffe'],
    s,
    (text: string) => decode(text, base64Url, 6, 'base64 for URLs'),
  ),
  b32enc: define(group, 'b32enc TEXT', 'Base32', ['{{b32enc "abc"}}', 'MFRGG==='], s, (text: string) =>
    encode(text, base32, 5, 8),
  ),
  b32dec: define(group, 'b32dec TEXT', 'From base32', ['{{b32dec "MFRGG==="}}', 'abc'], s, (text: string) =>
    decode(text, base32, 5, 'base32'),
  ),
  hexenc: define(group, 'hexenc TEXT', 'Hexadecimal', ['{{hexenc "é"}}', 'c3a9'], s, (text: string) =>
    hexBytes(text).join(''),
  ),
  hexdec: define(group, 'hexdec TEXT', 'From hexadecimal', ['{{hexdec "c3a9"}}', 'é'], s, (text: string) => {
    if (!/^([0-9a-fA-F]{2})*$/.test(text)) throw new Error(`not hexadecimal: ${text.slice(0, 60)}`);
    return fromHex(text);
  }),
  toJson: define(
    group,
    'toJson VALUE',
    'JSON on one line, `<`, `>` and `&` escaped as Go does',
    ['{{toJson (dict "a" (list 1 "<"))}}', '{"a":[1,"\\u003c"]}'],
    ['any'],
    (value: Value) => toJson(value, true, ''),
  ),
  toRawJson: define(
    group,
    'toRawJson VALUE',
    'JSON on one line',
    ['{{toRawJson (list "<" true nil)}}', '["<",true,null]'],
    ['any'],
    (value: Value) => toJson(value, false, ''),
  ),
  toPrettyJson: define(
    group,
    'toPrettyJson VALUE',
    'JSON on several lines',
    ['{{toPrettyJson (dict "a" 1)}}', '{\n  "a": 1\n}'],
    ['any'],
    (value: Value) => toJson(value, true, '  '),
  ),
  fromJson: define(
    group,
    'fromJson TEXT',
    'The value of a JSON text; fails if it is none',
    ['{{(fromJson `{"a":[1,2]}`).a}}', '[1 2]'],
    s,
    fromJson,
  ),
  sha1sum: hash('sha1sum', sha1, 'a9993e364706816a'),
  sha256sum: hash('sha256sum', sha256, 'ba7816bf8f01cfea'),
  sha512sum: hash('sha512sum', sha512, 'ddaf35a193617aba'),
  adler32sum: define(
    'hashes',
    'adler32sum TEXT',
    'The checksum, as a decimal number',
    ['{{adler32sum "abc"}}', '38600999'],
    s,
    (text: string) => adler32(encodeBytes(text)),
  ),
};
