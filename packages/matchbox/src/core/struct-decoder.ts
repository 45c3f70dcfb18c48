/** Reads the fields of a JSON object as Go decodes into a struct: names match in any case, null leaves a field as it is. */
import { type JsonDocument, JsonError, type JsonNode, type JsonObject, type JsonValue, toValue } from './go-json.ts';

/** How a field's value is taken; `previous` is what an earlier member of the same name gave. */
export type FieldDecoder<T> = (
  document: JsonDocument,
  node: JsonNode,
  field: string,
  previous: T | undefined,
) => T | undefined;

export type StructDecoders<T> = { readonly [K in keyof T]-?: FieldDecoder<NonNullable<T[K]>> };

/**
 * @param typeName for Go's error texts
 * @param names the JSON name of each field
 * @throws JsonError when a value has another type than its field
 */
export function decodeStruct<T extends object>(
  document: JsonDocument,
  node: JsonNode,
  typeName: string,
  names: { readonly [K in keyof T]-?: string },
  decoders: StructDecoders<T>,
  previous: Partial<T> = {},
): Partial<T> {
  if (node.type === 'null') return previous;
  if (node.type !== 'object') throw mismatch(document, node, typeName, typeName);
  const result: Partial<T> = { ...previous };
  const keys = Object.keys(names) as (keyof T & string)[];
  for (const member of node.members) {
    const key = keys.find((k) => names[k] === member.key) ?? keys.find((k) => foldsTo(member.key, names[k]));
    if (key === undefined) continue;
    const value = decoders[key](document, member.node, `${typeName}.${names[key]}`, result[key] as never);
    if (value === undefined) delete result[key];
    else result[key] = value as T[typeof key];
  }
  return result;
}

/** Quirk: Go's encoding/json matches keys case-insensitively, with K (Kelvin sign) and ſ (long s) folded too. */
function foldsTo(key: string, name: string): boolean {
  return key.length === name.length && key.toLowerCase().replaceAll('ſ', 's') === name;
}

export const decodeString: FieldDecoder<string> = (document, node, field, previous) => {
  if (node.type === 'null') return previous;
  if (node.type !== 'string') throw mismatch(document, node, field, 'string');
  return node.value;
};

export const decodeStringList: FieldDecoder<readonly string[]> = (document, node, field) => {
  if (node.type === 'null') return undefined;
  if (node.type !== 'array') throw mismatch(document, node, field, '[]string');
  return node.items.map((item) => decodeString(document, item, field, '') ?? '');
};

/** Quirk: Go decodes into the map that is there, so that a second `"selector"` adds to the first one. */
export const decodeStringMap: FieldDecoder<ReadonlyMap<string, string>> = (document, node, field, previous) => {
  if (node.type === 'null') return undefined;
  if (node.type !== 'object') throw mismatch(document, node, field, 'map[string]string');
  const map = new Map(previous);
  for (const { key, node: value } of node.members) {
    map.set(key, decodeString(document, value, `${field}.${key}`, '') ?? '');
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

function mismatch(document: JsonDocument, node: JsonNode, field: string, type: string): JsonError {
  const target = field.includes('.') ? `struct field ${field}` : 'value';
  const found = node.type === 'number' ? `number` : node.type;
  return new JsonError(`json: cannot unmarshal ${found} into Go ${target} of type ${type}`, document.text, node.start);
}
