/** JSON by the engine's own reader, which is several times as fast: for documents that have nothing in them that Go reads in another way. */
import { decodeText } from '@matchbox/gotext';
import type { JsonObject, JsonValue } from './go-json.ts';

/** A value as the engine reads it. */
type Plain = null | boolean | number | string | readonly Plain[] | PlainObject;
export type PlainObject = { readonly [key: string]: Plain };

/** What nests deeper is left to the other reader, which knows how deep Go goes. */
const maxDepth = 64;

/**
 * @returns undefined for what is no object, no JSON, or may be read in another way: a key that stands twice, keys whose order the
 * engine changes, halves of characters, numbers beyond float64
 */
export function parsePlain(bytes: Uint8Array): PlainObject | undefined {
  const text = decodeText(bytes);
  if (text.includes('\\u')) return undefined;
  let value: Plain;
  try {
    value = JSON.parse(text) as Plain;
  } catch {
    return undefined;
  }
  // Of a key that stands twice one is left.
  return isObject(value) && countKeys(value, 0) === countColons(text) ? value : undefined;
}

/** As `toValue` makes it of a document that is read by `parsePlain`. */
export function plainMap(object: PlainObject): JsonObject {
  const map = new Map<string, JsonValue>();
  for (const key in object) map.set(key, plainValue(object[key]!));
  return map;
}

function plainValue(value: Plain): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  return isObject(value) ? plainMap(value) : value.map(plainValue);
}

export function isObject(value: Plain | undefined): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** NaN where something is read in another way by Go. */
function countKeys(value: Plain, depth: number): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > maxDepth) return Number.NaN;
  let count = 0;
  if (isObject(value)) {
    for (const key in value) count += (beginsWithDigit(key) ? Number.NaN : 1) + countKeys(value[key]!, depth + 1);
  } else for (const item of value) count += countKeys(item, depth + 1);
  return count;
}

/** The engine puts keys that are whole numbers before the others. */
function beginsWithDigit(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

/** Of colons that may be those behind keys: as many as there are keys, and more where a text looks like one. */
function countColons(text: string): number {
  let count = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) <= 0x20) before--;
    if (text.charCodeAt(before) === 0x22) count++;
  }
  return count;
}
