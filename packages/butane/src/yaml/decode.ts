/** A YAML document → values of the types that a schema describes, as go-yaml's Unmarshal decides. */
import { decodeBase64, decodeStrictly, quote } from '@matchbox/gotext';
import { findDuplicateKeys } from './duplicate-keys.ts';
import { documentError, YamlError } from './error.ts';
import type { YamlDocument, YamlNode } from './node.ts';
import { isMarkedString, type Resolved, resolveScalar, type ScalarValue, tagOf } from './resolve.ts';
import { goTypeName, type Schema, type StructSchema, stringSchema } from './schema.ts';

/** Stands for "no value": the node was null, or of a wrong type that has been noted as an error. */
const nothing = Symbol('nothing');

interface Decoder {
  readonly errors: { readonly message: string; readonly lines: readonly number[]; readonly node: YamlNode }[];
  /** Aliases that are being decoded, to notice one within itself. */
  readonly openAliases: Set<YamlNode>;
  decodeCount: number;
  aliasCount: number;
  depth: number;
  /** Keys that were set already by the mapping into which others are being merged. */
  mergedKeys: Set<string> | undefined;
}

/** Bound for what only a hostile document has; upstream has none. */
const maxErrors = 10_000;
/** Nested merges, and values of type `any`: far beyond any real document, and safe for JavaScript's stack. */
const maxValueDepth = 1000;

/**
 * Decodes `document` into `schema`.
 *
 * Returns undefined if the document is empty or null. Throws {@link YamlError}: with the code `type` and all faults
 * if values do not fit, with the code `syntax` if decoding cannot go on (a bad merge, an alias bomb, `!!int x`).
 */
export function decodeYaml(document: YamlDocument, schema: Schema): unknown {
  if (document.root === undefined) return undefined;
  const decoder: Decoder = {
    errors: [],
    openAliases: new Set(),
    decodeCount: 0,
    aliasCount: 0,
    depth: 0,
    mergedKeys: undefined,
  };
  const value = decodeNode(decoder, document.root, schema);
  if (decoder.errors.length > 0) {
    const lines = decoder.errors.flatMap((error) => error.lines);
    const text = decoder.errors.map((error) => `  ${error.message}`).join('\n');
    const places = decoder.errors.map(({ node: { line, column } }) => ({ line, column }));
    throw new YamlError('type', `yaml: unmarshal errors:\n${text}`, lines, places);
  }
  return value === nothing ? undefined : value;
}

function decodeNode(decoder: Decoder, node: YamlNode, schema: Schema, into?: Record<string, unknown>): unknown {
  countNode(decoder);
  switch (node.kind) {
    case 'alias':
      return decodeAlias(decoder, node, schema, into);
    case 'scalar':
      return decodeScalar(decoder, node, schema);
    case 'list':
      return decodeList(decoder, node, schema);
    case 'map':
      return decodeMapping(decoder, node, schema, into);
  }
}

/** Protects against alias bombs: fails when most of what was decoded came out of aliases. */
function countNode(decoder: Decoder): void {
  decoder.decodeCount++;
  if (decoder.openAliases.size > 0) decoder.aliasCount++;
  const { decodeCount, aliasCount } = decoder;
  if (aliasCount > 100 && decodeCount > 1000 && aliasCount / decodeCount > allowedAliasRatio(decodeCount)) {
    throw documentError('document contains excessive aliasing');
  }
}

function allowedAliasRatio(decodeCount: number): number {
  const [low, high] = [400_000, 4_000_000];
  if (decodeCount <= low) return 0.99;
  if (decodeCount >= high) return 0.1;
  return 0.99 - 0.89 * ((decodeCount - low) / (high - low));
}

function noteError(decoder: Decoder, message: string, node: YamlNode, ...others: readonly YamlNode[]): void {
  if (decoder.errors.length >= maxErrors) return;
  decoder.errors.push({ message, lines: [node, ...others].map(({ line }) => line), node });
}

function noteTypeError(decoder: Decoder, node: YamlNode, schema: Schema): typeof nothing {
  const tag = tagOf(node);
  const value = tag === '!!seq' || tag === '!!map' ? '' : ` \`${shorten(node.value)}\``;
  noteError(decoder, `line ${node.line}: cannot unmarshal ${tag}${value} into ${goTypeName(schema)}`, node);
  return nothing;
}

/** In UTF-8. */
function widthOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** Cuts a text of more than ten bytes to seven; what is left of a character counts as U+FFFD for each byte. */
function shorten(text: string): string {
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    const width = widthOf(character.codePointAt(0)!);
    if (bytes + width <= 7) cut += character;
    else if (bytes < 7) cut += '\ufffd'.repeat(7 - bytes);
    bytes += width;
    if (bytes > 10) return `${cut}...`;
  }
  return text;
}

function decodeAlias(decoder: Decoder, node: YamlNode, schema: Schema, into?: Record<string, unknown>): unknown {
  if (decoder.openAliases.has(node)) throw documentError(`anchor '${node.value}' value contains itself`);
  decoder.openAliases.add(node);
  const value = decodeNode(decoder, node.target!, schema, into);
  decoder.openAliases.delete(node);
  return value;
}

// Scalars

function decodeScalar(decoder: Decoder, node: YamlNode, schema: Schema): unknown {
  if (schema.kind === 'string' && isMarkedString(node)) return node.value;
  const { tag, value } = resolveScalar(node);
  if (value === null) return schema.kind === 'any' ? null : nothing;
  const bytes = tag === '!!binary' ? decodeBinary(node.value) : undefined;
  switch (schema.kind) {
    case 'string':
      return bytes ?? node.value;
    case 'any':
      return bytes ?? value;
    case 'int':
      return toInt(value) ?? noteTypeError(decoder, node, schema);
    case 'float':
      return toFloat(value) ?? noteTypeError(decoder, node, schema);
    case 'bool':
      return toBool(bytes ?? value) ?? noteTypeError(decoder, node, schema);
    default:
      return noteTypeError(decoder, node, schema);
  }
}

function toFloat(value: ScalarValue): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

function decodeBinary(text: string): string | Uint8Array {
  const decoded = decodeBase64(text);
  if ('faultAt' in decoded) throw documentError('!!binary value contains invalid base64 data');
  return decodeStrictly(decoded.bytes) ?? decoded.bytes;
}

/** Quirk: fractions are cut off, and what is below 64 bits becomes the smallest integer (Go on amd64; go-yaml, decode.go, scalar). */
function toInt(value: ScalarValue): number | bigint | undefined {
  if (typeof value === 'bigint') return value < 2n ** 63n ? value : undefined;
  if (typeof value !== 'number' || !(value <= 2 ** 63)) return undefined;
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole + 0;
  return whole > -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : -(2n ** 63n);
}

const trueWords = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']);
const falseWords = new Set(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF']);

/** YAML 1.1's words count, but only where a boolean is wanted. */
function toBool(value: ScalarValue | Uint8Array): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  if (trueWords.has(value)) return true;
  return falseWords.has(value) ? false : undefined;
}

// Collections

function decodeList(decoder: Decoder, node: YamlNode, schema: Schema): unknown {
  if (schema.kind === 'any') return nested(decoder, () => decodeItems(decoder, node, schema));
  if (schema.kind === 'list') return decodeItems(decoder, node, schema.item);
  return noteTypeError(decoder, node, schema);
}

/** Quirk: elements that are null or of a wrong type are left out, so those behind them move up (go-yaml, decode.go, sequence). */
function decodeItems(decoder: Decoder, node: YamlNode, item: Schema): unknown[] {
  const items: unknown[] = [];
  for (const child of node.items) {
    const value = decodeNode(decoder, child, item);
    if (value !== nothing) items.push(value);
  }
  return items;
}

function decodeMapping(decoder: Decoder, node: YamlNode, schema: Schema, into?: Record<string, unknown>): unknown {
  const duplicates = findDuplicateKeys(node, maxErrors - decoder.errors.length);
  for (const { key, first } of duplicates) {
    const message = `line ${key.line}: mapping key ${quote(key.value)} already defined at line ${first.line}`;
    noteError(decoder, message, key, first);
  }
  if (duplicates.length > 0) return nothing;
  switch (schema.kind) {
    case 'struct':
      return decodeStruct(decoder, node, schema, into ?? {});
    case 'map':
      return decodeMap(decoder, node, { own: schema, value: schema.value }, into);
    case 'any':
      return nested(decoder, () => decodeMap(decoder, node, { own: schema, value: schema }, into));
    default:
      return noteTypeError(decoder, node, schema);
  }
}

function isMergeKey(node: YamlNode): boolean {
  return (
    node.kind === 'scalar' &&
    node.value === '<<' &&
    (node.tag === '!!merge' || (node.tag === '' && node.style === 'plain'))
  );
}

function decodeStruct(
  decoder: Decoder,
  node: YamlNode,
  schema: StructSchema,
  into: Record<string, unknown>,
): Record<string, unknown> {
  const done = new Set<string>();
  const merge = decodePairs(decoder, node, (key, keyNode, valueNode) => {
    if (!Object.hasOwn(schema.fields, key)) return;
    if (done.has(key)) {
      const message = `line ${keyNode.line}: field ${key} already set in type ${goTypeName(schema)}`;
      noteError(decoder, message, keyNode);
      return;
    }
    done.add(key);
    const value = decodeNode(decoder, valueNode, schema.fields[key]!);
    if (value !== nothing) into[key] = value;
  });
  if (merge !== undefined) decodeMerge(decoder, { parent: node, merge }, schema, into);
  return into;
}

/** Hands over the pairs whose keys count, in their order; the value of the merge key is returned, to be decoded after them. */
function decodePairs(
  decoder: Decoder,
  node: YamlNode,
  take: (key: string, keyNode: YamlNode, valueNode: YamlNode) => void,
): YamlNode | undefined {
  const { mergedKeys } = decoder;
  decoder.mergedKeys = undefined;
  let merge: YamlNode | undefined;
  for (let i = 0; i < node.items.length; i += 2) {
    const keyNode = node.items[i]!;
    const valueNode = node.items[i + 1]!;
    if (isMergeKey(keyNode)) {
      merge = valueNode;
      continue;
    }
    const key = decodeKey(decoder, keyNode);
    if (key !== undefined && claim(mergedKeys, key)) take(key, keyNode, valueNode);
  }
  decoder.mergedKeys = mergedKeys;
  return merge;
}

function decodeMap(
  decoder: Decoder,
  node: YamlNode,
  schema: { readonly own: Schema; readonly value: Schema },
  into?: Record<string, unknown>,
): Record<string, unknown> {
  const isNew = into === undefined;
  const map: Record<string, unknown> = into ?? Object.create(null);
  const merge = decodePairs(decoder, node, (key, _, valueNode) => {
    const value = decodeNode(decoder, valueNode, schema.value);
    if (value !== nothing) map[key] = value;
    // Null is the type's zero value here, unlike in lists.
    else if (tagOf(valueNode) === '!!null' && (isNew || !Object.hasOwn(map, key))) map[key] = zeroOf(schema.value);
  });
  if (merge !== undefined) decodeMerge(decoder, { parent: node, merge }, schema.own, map);
  return map;
}

/** A key as text, or undefined if it is null or no scalar. */
function decodeKey(decoder: Decoder, node: YamlNode): string | undefined {
  const key = decodeNode(decoder, node, stringSchema);
  return typeof key === 'string' ? key : undefined;
}

/** Whether the mapping that others are merged into leaves this key to them; the first of them gets it. */
function claim(mergedKeys: Set<string> | undefined, key: string): boolean {
  if (mergedKeys === undefined) return true;
  if (mergedKeys.has(key)) return false;
  mergedKeys.add(key);
  return true;
}

function zeroOf(schema: Schema): unknown {
  switch (schema.kind) {
    case 'string':
      return '';
    case 'int':
    case 'float':
      return 0;
    case 'bool':
      return false;
    case 'struct':
      return {};
    default:
      return null;
  }
}

/** Merges the mappings that `<<` names into `into`, without touching what `parent` sets itself. */
function decodeMerge(
  decoder: Decoder,
  { parent, merge }: { readonly parent: YamlNode; readonly merge: YamlNode },
  schema: Schema,
  into: Record<string, unknown>,
): void {
  const { mergedKeys } = decoder;
  if (mergedKeys === undefined) decoder.mergedKeys = ownKeys(decoder, parent);
  const sources = merge.kind === 'list' ? merge.items : [merge];
  for (const source of sources) {
    const target = source.kind === 'alias' ? source.target : source;
    if (target?.kind !== 'map') throw documentError('map merge requires map or sequence of maps as the value');
    nested(decoder, () => decodeNode(decoder, source, schema, into));
  }
  decoder.mergedKeys = mergedKeys;
}

/** Quirk: only keys that are strings by themselves count, so `1: a` is replaced by a `1` that is merged in (go-yaml, decode.go, merge). */
function ownKeys(decoder: Decoder, parent: YamlNode): Set<string> {
  const keys = new Set<string>();
  for (let i = 0; i < parent.items.length; i += 2) {
    countNode(decoder);
    const key = parent.items[i]!;
    const scalar = key.kind === 'alias' ? key.target! : key;
    if (scalar.kind !== 'scalar') continue;
    const { value }: Resolved = resolveScalar(scalar);
    if (typeof value === 'string') keys.add(value);
  }
  return keys;
}

function nested<T>(decoder: Decoder, decode: () => T): T {
  decoder.depth++;
  if (decoder.depth > maxValueDepth) throw documentError(`exceeded max depth of ${maxValueDepth}`);
  const value = decode();
  decoder.depth--;
  return value;
}
