/** A group: which machines (selector) get which profile, with which metadata; and the JSON file that describes it. */
import { formatMac, MacError, parseMac } from '@matchbox/netboot';
import { compareBytes } from './byte-string.ts';
import { JsonError, type JsonNode, type JsonObject, parseJson } from './go-json.ts';
import { formatJson, type JsonRecord } from './go-json-format.ts';
import { decodeString, decodeStringMap, decodeStruct, decodeValueMap } from './struct-decoder.ts';

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

const names = { id: 'id', name: 'name', profile: 'profile', selector: 'selector', metadata: 'metadata' } as const;
const decoders = {
  id: decodeString,
  name: decodeString,
  profile: decodeString,
  selector: decodeStringMap,
  metadata: decodeValueMap,
};

/** @throws JsonError for what is not JSON, has a wrong type, or has a MAC address in its selector that is none */
export function decodeGroup(bytes: Uint8Array): Group {
  const document = parseJson(bytes);
  const fields = decodeStruct<Group>(document, document.root, 'Group', names, decoders as never);
  const selector = new Map<string, string>();
  for (const [key, value] of fields.selector ?? []) {
    selector.set(key, isMacKey(key) ? normalizedMac(document, key, value) : value);
  }
  return {
    id: fields.id ?? '',
    name: fields.name ?? '',
    profile: fields.profile ?? '',
    selector,
    metadata: fields.metadata,
  };
}

/** `mac` in any case names a hardware address, in selectors and in queries. */
export function isMacKey(key: string): boolean {
  return key.length === 3 && key.toLowerCase() === 'mac';
}

function normalizedMac(document: { text: string; root: JsonNode }, key: string, value: string): string {
  try {
    return formatMac(parseMac(value));
  } catch (error) {
    if (!(error instanceof MacError)) throw error;
    throw new JsonError(error.message, document.text, findSelectorValue(document.root, key));
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
