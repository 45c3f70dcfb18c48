/** What a plain scalar is: go-yaml v3's mixture of YAML 1.1 and 1.2. */
import { documentError } from './error.ts';
import type { YamlNode } from './node.ts';

export type ScalarValue = string | number | bigint | boolean | null;

/** A scalar's tag in its short form and what it stands for. */
export interface Resolved {
  readonly tag: string;
  readonly value: ScalarValue;
}

const words: ReadonlyMap<string, Resolved> = new Map([
  ...entries('!!bool', true, ['true', 'True', 'TRUE']),
  ...entries('!!bool', false, ['false', 'False', 'FALSE']),
  ...entries('!!null', null, ['', '~', 'null', 'Null', 'NULL']),
  ...entries('!!float', Number.NaN, ['.nan', '.NaN', '.NAN']),
  ...entries('!!float', Infinity, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']),
  ...entries('!!float', -Infinity, ['-.inf', '-.Inf', '-.INF']),
]);

function entries(tag: string, value: ScalarValue, texts: readonly string[]): [string, Resolved][] {
  return texts.map((text) => [text, { tag, value }]);
}

/** Tags that say how to read the text; with any other tag it is a string. */
const readableTags = new Set(['!!bool', '!!int', '!!float', '!!null', '!!timestamp']);

/** Whether a scalar is a string by its quotes or its tag, whatever its text. */
export function isMarkedString(node: YamlNode): boolean {
  return node.tag === '!!str' || (node.tag === '' && node.style !== 'plain');
}

/** Resolves a scalar. Throws if its tag and its text do not agree. */
export function resolveScalar(node: YamlNode): Resolved {
  if (isMarkedString(node)) return { tag: '!!str', value: node.value };
  // Only a plain `<<` is a merge key.
  if (node.tag === '') return node.value === '<<' ? { tag: '!!merge', value: '<<' } : resolveText(node.value, true);
  if (!readableTags.has(node.tag)) return { tag: node.tag, value: node.value };
  const resolved = resolveText(node.value, node.tag === '!!timestamp');
  if (resolved.tag === node.tag) return resolved;
  if (node.tag === '!!float' && resolved.tag === '!!int') return { tag: '!!float', value: Number(resolved.value) };
  throw documentError(`cannot decode ${resolved.tag} \`${node.value}\` as a ${node.tag}`);
}

/** The tag a node has in error texts. */
export function tagOf(node: YamlNode): string {
  if (node.kind === 'alias') return node.target === undefined ? '' : tagOf(node.target);
  if (node.tag !== '') return node.tag;
  if (node.kind === 'list') return '!!seq';
  if (node.kind === 'map') return '!!map';
  return resolveScalar(node).tag;
}

function resolveText(text: string, mayBeTimestamp: boolean): Resolved {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const isNumeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d;
  if (isNumeric) return resolveNumeric(text, mayBeTimestamp) ?? { tag: '!!str', value: text };
  if (first === 0x2e && /^\.[0-9]+([eE][-+]?[0-9]+)?$/.test(text))
    return toFloat(text) ?? { tag: '!!str', value: text };
  return { tag: '!!str', value: text };
}

function resolveNumeric(text: string, mayBeTimestamp: boolean): Resolved | undefined {
  if (mayBeTimestamp && isTimestamp(text)) return { tag: '!!timestamp', value: text };
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = parseInteger(plain);
  if (integer !== undefined) return { tag: '!!int', value: integer };
  if (!/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain)) return undefined;
  return toFloat(plain);
}

/** Quirk: a number too large for a double is a string (go-yaml, resolve.go: Go's ParseFloat fails on it). */
function toFloat(text: string): Resolved | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? { tag: '!!float', value } : undefined;
}

const decimal = /^[-+]?(0|[1-9][0-9]*)$/;
const prefixed = /^([-+]?)0([xX][0-9a-fA-F]+|[bB][01]+|[oO]?[0-7]+)$/;
/** Quirk: a sign may also stand behind `0b` and `0o` (go-yaml, resolve.go). */
const signInside = /^0([bo])([-+])([0-7]+)$/;

/** Go's `ParseInt(text, 0, 64)`, then `ParseUint`: decimal, hex, octal (also `0644`) and binary within 64 bits. */
function parseInteger(text: string): number | bigint | undefined {
  if (decimal.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value + 0 : withinRange(text.startsWith('+') ? text.slice(1) : text, '');
  }
  const match = prefixed.exec(text);
  if (match !== null) {
    const digits = match[2]!;
    return withinRange(/^[0-7]/.test(digits) ? `0o${digits}` : `0${digits}`, match[1]!);
  }
  const inside = signInside.exec(text);
  if (inside === null || (inside[1] === 'b' && /[2-7]/.test(inside[3]!))) return undefined;
  return withinRange(`0${inside[1]}${inside[3]}`, inside[2]!);
}

const largestUnsigned = 2n ** 64n - 1n;
const smallest = -(2n ** 63n);

function withinRange(literal: string, sign: string): number | bigint | undefined {
  // A literal of more than 64 binary digits is either out of range or has leading zeros; both are rare enough for BigInt.
  if (literal.length > 4096) return undefined;
  const magnitude = BigInt(literal);
  const value = sign === '-' ? -magnitude : magnitude;
  if (value < smallest || value > largestUnsigned || (sign === '+' && value >= -smallest)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const timestamp =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d{2}):(\d{2})))|(?: +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?$/;

function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d) return false;
  const match = timestamp.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()) {
    return false;
  }
  const clock = (index: number): number => Number(match[index] ?? 0);
  const hour = clock(4) + clock(9);
  const minute = clock(5) + clock(10);
  const second = clock(6) + clock(11);
  return hour < 24 && minute < 60 && second < 60 && clock(7) <= 24 && clock(8) < 60;
}

/** Whether a plain scalar with this text is a string. */
export function isPlainString(text: string): boolean {
  return text !== '<<' && resolveText(text, true).tag === '!!str';
}
