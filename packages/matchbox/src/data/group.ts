/** A group: which machines (selector) get which profile, with which metadata; and the JSON file that describes it. */
import { compareBytes, decodeText } from '@matchbox/gotext';
import { formatMac, MacError, parseMac } from '@matchbox/netboot';
import { type JsonDocument, JsonError, type JsonNode, type JsonObject, parseJson } from './go-json.ts';
import { formatJson, type JsonRecord } from './go-json-format.ts';
import { isObject, type PlainObject, parsePlain, plainMap } from './plain-json.ts';
import {
  checkValueMap,
  decodeSharedString,
  decodeString,
  decodeStringMap,
  decodeStruct,
  decodeValueMap,
  sharedText,
} from './struct-decoder.ts';

export interface Group {
  /** May be '' or differ from the file's name; the file's name is what finds a group. */
  readonly id: string;
  readonly name: string;
  /** Id of the profile, that is, its file's name without `.json`. */
  readonly profile: string;
  /** Label → wanted value; MAC addresses are normalised. Empty for a default group. */
  readonly selector: ReadonlyMap<string, string>;
  /** undefined when the file has none. */
  readonly metadata: JsonObject | undefined;
}

/** What is read at once; of the metadata only whether there are any. */
interface Head extends Pick<Group, 'id' | 'name' | 'profile' | 'selector'> {
  readonly metadata: true;
}

// What upstream reads a group's file into.
const type = 'storagepb.RichGroup';
const shape = {
  type,
  names: { id: 'id', name: 'name', profile: 'profile', selector: 'selector', metadata: 'metadata' } as const,
  decoders: {
    id: decodeString,
    name: decodeString,
    profile: decodeSharedString,
    selector: decodeStringMap,
    metadata: checkValueMap,
  },
};
const metadataOnly = { type, names: { metadata: 'metadata' } as const, decoders: { metadata: decodeValueMap } };

/** @throws JsonError for what is not JSON, has a wrong type, or has a MAC address in its selector that is none */
export function decodeGroup(bytes: Uint8Array): Group {
  const { id, name, profile, selector, metadata } = decodeStoredGroup(bytes);
  return { id, name, profile, selector, metadata };
}

/**
 * The same for a group that is kept. Its metadata are checked at once, and made when they are first asked for: of 100,000
 * machines few ask at a time, and they are the larger part of a group.
 * @throws JsonError where `decodeGroup` does
 */
export function decodeStoredGroup(bytes: Uint8Array): Group {
  const plain = parsePlain(bytes);
  const head = plain && plainHead(plain);
  if (head !== undefined) {
    const selector = normalizedSelector(() => parseJson(bytes), head.selector);
    return new StoredGroup(head, selector, { bytes, isPlain: true });
  }
  const document = parseJson(bytes, 'metadata');
  const fields = decodeStruct<Head>(document, document.root, shape);
  const selector = normalizedSelector(() => document, fields.selector);
  return new StoredGroup(fields, selector, { bytes, isPlain: false });
}

/** Whether a group's file has nothing odd in it: fields that exist alone, as they are written, and no key twice. */
export function isPlainGroup(group: Group): boolean {
  return group instanceof StoredGroup && group.isPlain;
}

/** @returns undefined where a field is none, or of another type: there may be more to say */
function plainHead(plain: PlainObject): Partial<Head> | undefined {
  for (const key in plain) if (!Object.hasOwn(shape.names, key)) return undefined;
  const { id = '', name = '', profile = '', selector = {}, metadata } = plain;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof profile !== 'string') return undefined;
  if (metadata !== undefined && !isObject(metadata)) return undefined;
  const labels = isObject(selector) ? plainLabels(selector) : undefined;
  if (labels === undefined) return undefined;
  const head = { id, name, profile: sharedText(profile), selector: labels };
  return metadata === undefined ? head : { ...head, metadata: true };
}

function plainLabels(selector: PlainObject): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const key in selector) {
    const value = selector[key];
    if (typeof value !== 'string') return undefined;
    // Hardware addresses and serial numbers are longer, and each its own.
    labels.set(sharedText(key), value.length < 13 ? sharedText(value) : value);
  }
  return labels;
}

/** A class, since an object literal with a getter in it takes ten times the memory. */
class StoredGroup implements Group {
  readonly id: string;
  readonly name: string;
  readonly profile: string;
  readonly selector: ReadonlyMap<string, string>;
  /** What the metadata are made of; undefined if there are none. */
  private readonly bytes: Uint8Array | undefined;
  private made: JsonObject | undefined;
  readonly isPlain: boolean;

  constructor(
    { id = '', name = '', profile = '', metadata }: Partial<Head>,
    selector: Group['selector'],
    { bytes, isPlain }: { readonly bytes: Uint8Array; readonly isPlain: boolean },
  ) {
    this.id = id;
    this.name = name;
    this.profile = profile;
    this.selector = selector;
    this.bytes = metadata === true ? bytes : undefined;
    this.made = undefined;
    this.isPlain = isPlain;
  }

  get metadata(): JsonObject | undefined {
    if (this.bytes !== undefined) this.made ??= this.isPlain ? plainMetadata(this.bytes) : decodeMetadata(this.bytes);
    return this.made;
  }
}

/** Of a file that is plain, which was seen when it was read. */
function plainMetadata(bytes: Uint8Array): JsonObject {
  return plainMap((JSON.parse(decodeText(bytes)) as { readonly metadata: PlainObject }).metadata);
}

function decodeMetadata(bytes: Uint8Array): JsonObject | undefined {
  const document = parseJson(bytes);
  return decodeStruct<{ metadata: JsonObject }>(document, document.root, metadataOnly).metadata;
}

/** @param document asked for where something is wrong */
function normalizedSelector(document: () => JsonDocument, selector: ReadonlyMap<string, string> | undefined) {
  if (selector === undefined) return noSelector;
  let normalized: Map<string, string> | undefined;
  for (const [key, value] of selector) {
    if (!isMacKey(key) || isFormattedMac(value)) continue;
    normalized ??= new Map(selector);
    normalized.set(key, normalizedMac(document, key, value));
  }
  return normalized ?? selector;
}

const noSelector: ReadonlyMap<string, string> = new Map();
/** Whether it is a hardware address of six bytes as `formatMac` writes it, which nearly all are. */
export function isFormattedMac(value: string): boolean {
  return formattedMac.test(value);
}

const formattedMac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** `mac` in any case names a hardware address, in selectors and in queries. */
export function isMacKey(key: string): boolean {
  return key.length === 3 && key.toLowerCase() === 'mac';
}

function normalizedMac(document: () => JsonDocument, key: string, value: string): string {
  try {
    return formatMac(parseMac(value));
  } catch (error) {
    if (!(error instanceof MacError)) throw error;
    const { text, root } = document();
    throw new JsonError(error.message, text, findSelectorValue(root, key), 'mac');
  }
}

function findSelectorValue(root: JsonNode, key: string): number {
  if (root.type !== 'object') return 0;
  const selectors = root.members.filter((member) => member.key.toLowerCase() === 'selector');
  const pairs = selectors.flatMap(({ node }) => (node.type === 'object' ? node.members : []));
  return pairs.findLast((pair) => pair.key === key)?.node.start ?? 0;
}

/** The file that upstream writes for a group: tabs, sorted keys, nothing that is empty, no final newline. */
export function encodeGroup(group: Group): Uint8Array {
  const { id, name, profile, selector, metadata } = group;
  const fields: (readonly [string, JsonRecord['fields'][number][1]])[] = [];
  for (const [key, value] of Object.entries({ id, name, profile })) if (value !== '') fields.push([key, value]);
  if (selector.size > 0) fields.push(['selector', selector]);
  if (metadata !== undefined && metadata.size > 0) fields.push(['metadata', metadata]);
  return new TextEncoder().encode(formatJson({ fields }, '\t'));
}

/** The sorted `key=value` list by which upstream orders groups with equally many selectors. */
export function selectorText(selector: ReadonlyMap<string, string>): string {
  return [...selector]
    .map(([key, value]) => `${key}=${value}`)
    .sort(compareBytes)
    .join(',');
}
