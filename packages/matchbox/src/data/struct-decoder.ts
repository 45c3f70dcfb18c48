/** Reads the fields of a JSON object as Go decodes into a struct: names match in any case, null leaves a field as it is. */
import { isAscii } from '@matchbox/gotext';
import {
  type JsonDocument,
  JsonError,
  type JsonNode,
  type JsonObject,
  type JsonValue,
  toNumber,
  toValue,
} from './go-json.ts';

/** How a field's value is taken; `previous` is what an earlier member of the same name gave. */
export type FieldDecoder<T> = (
  document: JsonDocument,
  node: JsonNode,
  field: string,
  previous: T | undefined,
) => T | undefined;

export type StructDecoders<T> = { readonly [K in keyof T]-?: FieldDecoder<NonNullable<T[K]>> };

/** A struct of Go. */
export interface StructShape<T> {
  /** With its package, for Go's error texts: `storagepb.Profile`. */
  readonly type: string;
  /** The JSON name of each field. */
  readonly names: { readonly [K in keyof T]-?: string };
  readonly decoders: StructDecoders<T>;
}

/**
 * @param within where the struct is a field of another one: the way to it (`Profile.boot`), and what an earlier member gave
 * @throws JsonError when a value has another type than its field
 */
export function decodeStruct<T extends object>(
  document: JsonDocument,
  node: JsonNode,
  { type, names, decoders }: StructShape<T>,
  within: { readonly path?: string; readonly previous?: Partial<T> | undefined } = {},
): Partial<T> {
  const { path = type.slice(type.lastIndexOf('.') + 1), previous = {} } = within;
  if (node.type === 'null') return previous;
  if (node.type !== 'object') throw mismatch(document, node, within.path, type);
  const result: Partial<T> = { ...previous };
  const keys = Object.keys(names) as (keyof T & string)[];
  for (const member of node.members) {
    const key = keys.find((k) => names[k] === member.key) ?? keys.find((k) => foldsTo(member.key, names[k]));
    if (key === undefined) continue;
    const value = decoders[key](document, member.node, `${path}.${names[key]}`, result[key] as never);
    if (value === undefined) delete result[key];
    else result[key] = value as T[typeof key];
  }
  return result;
}

/** Quirk: Go's encoding/json matches keys case-insensitively, with K (Kelvin sign) and ſ (long s) folded too (fold.go). */
function foldsTo(key: string, name: string): boolean {
  return key.length === name.length && key.toLowerCase().replaceAll('ſ', 's') === name;
}

export const decodeString: FieldDecoder<string> = (document, node, field, previous) => {
  if (node.type === 'null') return previous;
  if (node.type !== 'string') throw mismatch(document, node, field, 'string');
  return detached(node.value);
};

/**
 * A piece of a text keeps the whole text alive, from 13 characters on (V8's sliced strings). What is kept for long is
 * copied, so that the text can go.
 */
function detached(text: string): string {
  return text.length < 13 || !isAscii(text) ? text : Buffer.from(text, 'latin1').toString('latin1');
}

/** The same for what is the same in many files, such as the name of a profile: it is kept once. */
export const decodeSharedString: FieldDecoder<string> = (document, node, field, previous) => {
  const text = decodeString(document, node, field, previous);
  return text === undefined ? undefined : sharedText(text);
};

const sharedTexts = new Map<string, string>();
const maxShared = { texts: 4096, length: 32 };

/** The one copy of a short text that is kept. */
export function sharedText(text: string): string {
  const known = sharedTexts.get(text);
  if (known !== undefined) return known;
  if (text.length <= maxShared.length && sharedTexts.size < maxShared.texts) sharedTexts.set(text, text);
  return text;
}

export const decodeBoolean: FieldDecoder<boolean> = (document, node, field, previous) => {
  if (node.type === 'null') return previous;
  if (node.type !== 'bool') throw mismatch(document, node, field, 'bool');
  return node.value;
};

/** A whole number from 0 to 2³² − 1. */
export const decodeCount: FieldDecoder<number> = (document, node, field, previous) => {
  if (node.type === 'null') return previous;
  if (node.type !== 'number') throw mismatch(document, node, field, 'uint32');
  const value = Number(node.text);
  if (/^\d+$/.test(node.text) && value <= 0xffffffff) return value;
  throw cannotUnmarshal(`${node.type} ${node.text}`, { document, node, field, type: 'uint32' });
};

export const decodeFraction: FieldDecoder<number> = (document, node, field, previous) => {
  if (node.type === 'null') return previous;
  if (node.type !== 'number') throw mismatch(document, node, field, 'float64');
  return Number(node.text);
};

export const decodeStringList: FieldDecoder<readonly string[]> = (document, node, field) => {
  if (node.type === 'null') return undefined;
  if (node.type !== 'array') throw mismatch(document, node, field, '[]string');
  return node.items.map((item, index) => decodeString(document, item, `${field}.${index}`, '') ?? '');
};

/** Quirk: Go decodes into the map that is there, so that a second `"selector"` adds to the first one (encoding/json, decode.go). */
export const decodeStringMap: FieldDecoder<ReadonlyMap<string, string>> = (document, node, field, previous) => {
  if (node.type === 'null') return undefined;
  if (node.type !== 'object') throw mismatch(document, node, field, 'map[string]string');
  const map = new Map(previous);
  for (const { key, node: value } of node.members) {
    const text = decodeString(document, value, `${field}.${key}`, '') ?? '';
    // Hardware addresses and serial numbers are longer, and each its own.
    map.set(sharedText(key), text.length < 13 ? sharedText(text) : text);
  }
  return map;
};

export const decodeValueMap: FieldDecoder<JsonObject> = (document, node, field, previous) => {
  if (node.type === 'null') return undefined;
  if (node.type !== 'object') throw mismatch(document, node, field, 'map[string]interface {}');
  const map = new Map<string, JsonValue>(previous);
  for (const member of node.members) map.set(member.key, toValue(document, member.node));
  return map;
};

/** The same without a result, of a value that was skimmed: whether it could be made. */
export const checkValueMap: FieldDecoder<true> = (document, node, field) => {
  if (node.type === 'null') return undefined;
  if (node.type !== 'object') throw mismatch(document, node, field, 'map[string]interface {}');
  if (node.overflow !== undefined) toNumber(document, node.overflow);
  return true;
};

/** @param field undefined for the document itself */
export function mismatch(document: JsonDocument, node: JsonNode, field: string | undefined, type: string): JsonError {
  return cannotUnmarshal(node.type, { document, node, field, type });
}

/** What is found, and where it was to go. */
interface Mismatch {
  readonly document: JsonDocument;
  readonly node: JsonNode;
  readonly field: string | undefined;
  readonly type: string;
}

function cannotUnmarshal(found: string, { document, node, field, type }: Mismatch): JsonError {
  const target = field === undefined ? 'value' : `struct field ${field}`;
  const message = `json: cannot unmarshal ${found} into Go ${target} of type ${type}`;
  return new JsonError(message, document.text, node.start, 'type');
}
