// Base64, base32, hexadecimal, JSON. Texts are encoded as the bytes they are.
import {
  type Base64Alphabet,
  base64Fault,
  decodeBase64,
  decodeBytes,
  encodeBase64,
  encodeBytes,
  quoteJson,
  quoteRawJson,
} from '@matchbox/gotext';
import { fromHex, hexBytes } from '../hex.ts';
import { Complex, Integer, isList, isMap, sortedEntries, type Value } from '../value.ts';
import { elementsOf, groupOf, type SprigFunction } from './entry.ts';

const group = groupOf('encoding');
const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, section 6: five bits a digit, padded to eight digits. */
function encodeBase32(text: string): string {
  let out = '';
  let buffer = 0;
  let held = 0;
  for (const byte of encodeBytes(text)) {
    buffer = (buffer << 8) | byte;
    for (held += 8; held >= 5; ) {
      held -= 5;
      out += base32Alphabet[buffer >> held];
      buffer &= (1 << held) - 1;
    }
  }
  if (held > 0) out += base32Alphabet[buffer << (5 - held)];
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}

function decodeBase32(text: string): string {
  const digits = text.replace(/[\r\n]/g, '').replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 5) / 8));
  let buffer = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    const value = base32Alphabet.indexOf(digit);
    if (value < 0) throw new Error(`not base32: ${digit}`);
    buffer = (buffer << 5) | value;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = buffer >> held;
    buffer &= (1 << held) - 1;
  }
  return decodeBytes(bytes);
}

function fromBase64(text: string, alphabet: Base64Alphabet): string {
  const decoded = decodeBase64(text, alphabet);
  if ('faultAt' in decoded) throw new Error(base64Fault(decoded.faultAt));
  return decodeBytes(decoded.bytes);
}

/** JSON as `encoding/json` writes it: sorted keys; `quoteText` decides about the characters of HTML. */
function toJson(value: Value, quoteText: (text: string) => string, space: string): string {
  return writeJson(value, { quoteText, space, lineBreak: space === '' ? '' : '\n' }, 0);
}

interface JsonStyle {
  readonly quoteText: (text: string) => string;
  readonly space: string;
  readonly lineBreak: string;
}

const maxJsonDepth = 500;

function writeJson(value: Value, style: JsonStyle, depth: number): string {
  if (depth > maxJsonDepth) throw new Error(`nested more than ${maxJsonDepth} deep`);
  if (typeof value === 'string') return style.quoteText(value);
  if (value instanceof Integer) return String(value.value);
  if (value instanceof Complex || typeof value === 'function') throw new Error('not a value for JSON');
  const { space, lineBreak, quoteText } = style;
  const inner = lineBreak + space.repeat(depth + 1);
  const enclose = (open: string, parts: string[], close: string) =>
    parts.length === 0
      ? open + close
      : `${open}${inner}${parts.join(`,${inner}`)}${lineBreak}${space.repeat(depth)}${close}`;
  const write = (element: Value) => writeJson(element, style, depth + 1);
  if (isList(value)) return enclose('[', elementsOf(value).map(write), ']');
  if (!isMap(value)) return JSON.stringify(value ?? null);
  const colon = space === '' ? ':' : ': ';
  return enclose(
    '{',
    sortedEntries(value).map(([key, element]) => quoteText(key) + colon + write(element)),
    '}',
  );
}

function fromJson(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new Error(`not JSON: ${text.slice(0, 60)}`);
  }
}

const s = ['string'] as const;
/** The functions that encode and decode. */
export const encodingFunctions: Readonly<Record<string, SprigFunction>> = {
  b64enc: group('b64enc TEXT', 'Base64', ['{{b64enc "abcd"}}', 'YWJjZA=='], {
    types: s,
    call: (text: string) => encodeBase64(encodeBytes(text)),
  }),
  b64dec: group('b64dec TEXT', 'From base64', ['{{b64dec "YWJjZA=="}}', 'abcd'], {
    types: s,
    call: (text: string) => fromBase64(text, 'standard'),
  }),
  b64urlenc: group('b64urlenc TEXT', 'Base64 for URLs', ['{{b64urlenc "\\xff\\xfe"}}', '__4='], {
    types: s,
    call: (text: string) => encodeBase64(encodeBytes(text), 'url'),
  }),
  b64urldec: group('b64urldec TEXT', 'From base64 for URLs', ['{{b64urldec "__4=" | printf "%x"}}', 'fffe'], {
    types: s,
    call: (text: string) => fromBase64(text, 'url'),
  }),
  b32enc: group('b32enc TEXT', 'Base32', ['{{b32enc "abc"}}', 'MFRGG==='], {
    types: s,
    call: (text: string) => encodeBase32(text),
  }),
  b32dec: group('b32dec TEXT', 'From base32', ['{{b32dec "MFRGG==="}}', 'abc'], {
    types: s,
    call: (text: string) => decodeBase32(text),
  }),
  hexenc: group('hexenc TEXT', 'Hexadecimal', ['{{hexenc "é"}}', 'c3a9'], {
    types: s,
    call: (text: string) => hexBytes(text).join(''),
  }),
  hexdec: group('hexdec TEXT', 'From hexadecimal', ['{{hexdec "c3a9"}}', 'é'], {
    types: s,
    call: (text: string) => {
      if (!/^([0-9a-fA-F]{2})*$/.test(text)) throw new Error(`not hexadecimal: ${text.slice(0, 60)}`);
      return fromHex(text);
    },
  }),
  toJson: group(
    'toJson VALUE',
    'JSON on one line, `<`, `>` and `&` escaped as Go does',
    ['{{toJson (dict "a" (list 1 "<"))}}', '{"a":[1,"\\u003c"]}'],
    { types: ['any'], call: (value: Value) => toJson(value, quoteJson, '') },
  ),
  toRawJson: group('toRawJson VALUE', 'JSON on one line', ['{{toRawJson (list "<" true nil)}}', '["<",true,null]'], {
    types: ['any'],
    call: (value: Value) => toJson(value, quoteRawJson, ''),
  }),
  toPrettyJson: group(
    'toPrettyJson VALUE',
    'JSON on several lines',
    ['{{toPrettyJson (dict "a" 1)}}', '{\n  "a": 1\n}'],
    { types: ['any'], call: (value: Value) => toJson(value, quoteJson, '  ') },
  ),
  fromJson: group(
    'fromJson TEXT',
    'The value of a JSON text; fails if it is none',
    ['{{(fromJson `{"a":[1,2]}`).a}}', '[1 2]'],
    { types: s, call: fromJson },
  ),
};
