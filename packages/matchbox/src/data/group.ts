/** A group: which machines (selector) get which profile, with which metadata; and the JSON file that describes it. */
import { compareBytes } from '@matchbox/gotext';
import { formatMac, MacError, parseMac } from '@matchbox/netboot';
import { type JsonDocument, JsonError, type JsonNode, type JsonObject, parseJson } from './go-json.ts';
import { formatJson, type JsonRecord } from './go-json-format.ts';
import {
  checkValueMap,
  decodeSharedString,
  decodeString,
  decodeStringMap,
  decodeStruct,
  decodeValueMap,
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
const head = {
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
  const document = parseJson(bytes, 'metadata');
  const fields = decodeStruct<Head>(document, document.root, head);
  return new StoredGroup(fields, normalizedSelector(document, fields.selector), bytes);
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

  constructor(
    { id = '', name = '', profile = '', metadata }: Partial<Head>,
    selector: Group['selector'],
    bytes: Uint8Array,
  ) {
    this.id = id;
    this.name = name;
    this.profile = profile;
    this.selector = selector;
    this.bytes = metadata === true ? bytes : undefined;
    this.made = undefined;
  }

  get metadata(): JsonObject | undefined {
    if (this.bytes !== undefined) this.made ??= decodeMetadata(this.bytes);
    return this.made;
  }
}

function decodeMetadata(bytes: Uint8Array): JsonObject | undefined {
  const document = parseJson(bytes);
  return decodeStruct<{ metadata: JsonObject }>(document, document.root, metadataOnly).metadata;
}

function normalizedSelector(document: JsonDocument, selector: ReadonlyMap<string, string> | undefined) {
  if (selector === undefined) return noSelector;
  let normalized: Map<string, string> | undefined;
  for (const [key, value] of selector) {
    if (!isMacKey(key) || canonicalMac.test(value)) continue;
    normalized ??= new Map(selector);
    normalized.set(key, normalizedMac(document, key, value));
  }
  return normalized ?? selector;
}

const noSelector: ReadonlyMap<string, string> = new Map();
/** As `formatMac` writes it. */
const canonicalMac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** `mac` in any case names a hardware address, in selectors and in queries. */
export function isMacKey(key: string): boolean {
  return key.length === 3 && key.toLowerCase() === 'mac';
}

function normalizedMac(document: { text: string; root: JsonNode }, key: string, value: string): string {
  try {
    return formatMac(parseMac(value));
  } catch (error) {
    if (!(error instanceof MacError)) throw error;
    throw new JsonError(error.message, document.text, findSelectorValue(document.root, key), 'mac');
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
