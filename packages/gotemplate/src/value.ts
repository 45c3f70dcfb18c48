// Values as Go sees them, in JavaScript: `undefined` is no value at all, `null` a nil interface, a number is a float64, a
// string a string, an array []interface{}, a Map or a plain object map[string]interface{}. Everything else has a class.
import { compareBytes, decodeBytes, toWellFormed } from '@matchbox/gotext';

/** Anything a template can hold. */
export type Value = unknown;

/** Go's integer types. */
export type IntegerType = 'int' | 'int64' | 'uint8' | 'uint64';

/** An integer. Constants, `len`, and the indexes of `range` are ints; a byte of a string is a uint8. */
export class Integer {
  readonly type: IntegerType;
  /** A number if it is a safe integer, otherwise a bigint. */
  readonly value: number | bigint;

  constructor(type: IntegerType, value: number | bigint) {
    this.type = type;
    this.value = value;
  }

  get signed(): boolean {
    return this.type === 'int' || this.type === 'int64';
  }
}

const smallInts: readonly Integer[] = Array.from({ length: 256 }, (_, value) => new Integer('int', value));

/** A Go int. A template sees JavaScript's numbers as float64, so a function that counts returns this. */
export function int(value: number | bigint): Integer {
  if (typeof value === 'bigint') return new Integer('int', narrow(value));
  return smallInts[value] ?? new Integer('int', value);
}

/** The bigint as a number if that is exact. */
export function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** A complex128. */
export class Complex {
  readonly re: number;
  readonly im: number;

  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

/** The type of a map's elements. */
export type MapElement = 'interface {}' | 'string';

/** A Go map with string keys. */
export class GoMap {
  readonly element: MapElement;
  readonly entries: ReadonlyMap<string, Value>;
  private sorted: readonly (readonly [string, Value])[] | undefined;

  constructor(element: MapElement, entries: ReadonlyMap<string, Value>) {
    this.element = element;
    this.entries = entries;
  }

  /** In the order of the keys' bytes. */
  get sortedEntries(): readonly (readonly [string, Value])[] {
    this.sorted ??= sortEntries([...this.entries]);
    return this.sorted;
  }
}

function sortEntries(entries: [string, Value][]): [string, Value][] {
  return entries.sort(([a], [b]) => compareBytes(a, b));
}

/** A window on a list, from `slice`: as in Go it may be made longer again, up to the capacity. */
export class ListWindow {
  readonly list: readonly Value[];
  readonly offset: number;
  readonly length: number;
  readonly capacity: number;

  constructor(list: readonly Value[], offset: number, length: number, capacity: number) {
    this.list = list;
    this.offset = offset;
    this.length = length;
    this.capacity = capacity;
  }
}

/** Text for {@link goMap} and {@link stringMap}: a string, or bytes that may not be UTF-8. */
export type Text = string | Uint8Array;

/** A `map[string]interface{}`: what a template's data is. Plain objects do too; this is faster to read, and safe to share. */
export function goMap(entries: Iterable<readonly [string, Value]>): GoMap {
  const map = new Map<string, Value>();
  for (const [key, value] of entries) map.set(toWellFormed(key), fromData(value));
  return new GoMap('interface {}', map);
}

/** How deep {@link goValue} converts; what is deeper stays as it is and is read where it is needed. */
const maxConvertedDepth = 100;

/**
 * Decoded JSON with every object in it as a {@link goMap}. Worth its cost for data that many executions share: reading
 * a field then takes about half as long as from a plain object.
 */
export function goValue(json: unknown, depth = 0): Value {
  if (typeof json !== 'object' || json === null || depth > maxConvertedDepth) return fromData(json);
  if (Array.isArray(json)) return json.map((element) => goValue(element, depth + 1));
  if (json instanceof GoMap || json instanceof ByteString || !isMap(json)) return fromData(json);
  const map = new Map<string, Value>();
  for (const [key, element] of json instanceof Map ? json : Object.entries(json)) {
    map.set(toWellFormed(String(key)), goValue(element, depth + 1));
  }
  return new GoMap('interface {}', map);
}

/** A `map[string]string`, as a request's query is. */
export function stringMap(entries: Iterable<readonly [Text, Text]>): GoMap {
  const map = new Map<string, Value>();
  for (const [key, value] of entries) map.set(goString(key), goString(value));
  return new GoMap('string', map);
}

/** A string for {@link goMap} from bytes that may not be UTF-8. Opaque: only templates may read it. */
export class ByteString {
  readonly text: string;

  constructor(bytes: Uint8Array) {
    this.text = decodeBytes(bytes);
  }
}

function goString(text: Text): string {
  return typeof text === 'string' ? toWellFormed(text) : decodeBytes(text);
}

/** A value that the user's data holds, as a template's value. */
export function fromData(value: unknown): Value {
  switch (typeof value) {
    case 'string':
      return toWellFormed(value);
    case 'object':
      if (value instanceof ByteString) return value.text;
      return value instanceof Uint8Array ? decodeBytes(value) : value;
    case 'undefined':
    case 'symbol':
      return null;
    case 'bigint':
      return int(value);
    default:
      return value;
  }
}

/** A map's element, or undefined if there is none. Only own keys count: nothing of a prototype is ever seen. */
export function mapEntry(map: object, key: string): Value {
  if (map instanceof GoMap) return map.entries.get(key);
  if (map instanceof Map) return map.has(key) ? fromData(map.get(key)) : undefined;
  return Object.hasOwn(map, key) ? fromData((map as Record<string, unknown>)[key]) : undefined;
}

/** Number of entries of a map. */
export function mapSize(map: object): number {
  if (map instanceof GoMap) return map.entries.size;
  return map instanceof Map ? map.size : Object.keys(map).length;
}

/** A map's entries in the order of their keys' bytes. */
export function sortedEntries(map: object): readonly (readonly [string, Value])[] {
  if (map instanceof GoMap) return map.sortedEntries;
  const entries = map instanceof Map ? [...map] : Object.entries(map);
  return sortEntries(entries.map(([key, value]) => [toWellFormed(String(key)), fromData(value)]));
}

/** Whether the value is one of this package's classes that is not a map. */
function isScalarObject(value: object): boolean {
  return value instanceof Integer || value instanceof Complex;
}

/** Whether the value is a list. */
export function isList(value: Value): value is readonly Value[] | ListWindow {
  return Array.isArray(value) || value instanceof ListWindow;
}

/** Whether the value is a map of either type. */
export function isMap(value: Value): value is object {
  return typeof value === 'object' && value !== null && !isList(value) && !isScalarObject(value);
}

/** Element `index` of a list; null beyond the end of what was decoded. */
export function listElement(list: readonly Value[] | ListWindow, index: number): Value {
  const value = list instanceof ListWindow ? list.list[list.offset + index] : list[index];
  return fromData(value);
}

/** Go's name of the value's type. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'function':
      return 'func(...interface {}) interface {}';
    case 'object':
      break;
    default:
      return '<nil>';
  }
  if (value === null) return '<nil>';
  if (isList(value)) return '[]interface {}';
  if (value instanceof Integer) return value.type;
  if (value instanceof Complex) return 'complex128';
  return value instanceof GoMap && value.element === 'string' ? 'map[string]string' : 'map[string]interface {}';
}

/** Go's truth: not zero, not empty, not nil. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'boolean':
      return value;
    case 'function':
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return false;
  if (isList(value)) return value.length > 0;
  if (value instanceof Integer) return Number(value.value) !== 0;
  if (value instanceof Complex) return value.re !== 0 || value.im !== 0;
  return mapSize(value) > 0;
}

/** Sizes in bytes that Go's allocator rounds to between 4 KiB and 32 KiB. */
const sizeClasses = [
  4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072,
  20480, 21760, 24576, 27264, 28672, 32768,
] as const;
const interfaceBytes = 16;
const pageBytes = 8192;

/** The capacity that `encoding/json` gives a list of that length: it appends one element at a time. */
export function decodedCapacity(length: number): number {
  let capacity = 0;
  while (capacity < length) capacity = grownCapacity(capacity);
  return capacity;
}

/** Go's growth of a full slice: doubling up to 256 elements, then by a quarter and 192, rounded up to what is allocated. */
function grownCapacity(capacity: number): number {
  if (capacity < 256) return Math.max(1, 2 * capacity);
  const bytes = (capacity + Math.floor((capacity + 3 * 256) / 4)) * interfaceBytes;
  const rounded = sizeClasses.find((size) => size >= bytes) ?? Math.ceil(bytes / pageBytes) * pageBytes;
  return Math.floor(rounded / interfaceBytes);
}
