/** The JSON file that describes a network. */
import { type JsonDocument, JsonError, parseJson } from './go-json.ts';
import { formatJson, type JsonRecord } from './go-json-format.ts';
import { networkFault, nodeAtPath } from './network-fault.ts';
import { emptyNetwork, type Network, networkNames } from './network-fields.ts';
import {
  decodeBoolean,
  decodeCount,
  decodeFraction,
  decodeString,
  decodeStringList,
  decodeStringMap,
  decodeStruct,
} from './struct-decoder.ts';

const decoders = {
  ...{ id: decodeString, name: decodeString, interface: decodeString, subnet: decodeString, mode: decodeString },
  ...{ alone: decodeString, force: decodeBoolean, authority: decodeString, domainName: decodeString },
  ...{ relays: decodeStringList, ranges: decodeStringList, routers: decodeStringList, deny: decodeStringList },
  ...{ dnsServers: decodeStringList, ntpServers: decodeStringList, answer: decodeString, loaders: decodeStringMap },
  ...{ leaseSeconds: decodeCount, firmwareLeaseSeconds: decodeCount, unknownShare: decodeFraction },
  ...{ scriptUrl: decodeString, loaderUrl: decodeString },
};

/**
 * Unlike groups and profiles, a network that says what nobody knows is broken: a `deny` that is misspelt would answer those
 * whom it was to keep out.
 * @throws JsonError for what is not JSON, has a wrong type or no id, or describes nothing that could be served
 */
export function decodeNetwork(bytes: Uint8Array): Network {
  const document = parseJson(bytes);
  const fields = decodeStruct<Network>(document, document.root, {
    type: 'Network',
    names: networkNames,
    decoders,
  });
  refuseUnknownFields(document);
  if (!fields.id) throw new JsonError('Id is required', document.text, document.root.start, 'id');
  const network = { ...emptyNetwork, ...fields };
  const fault = networkFault(network);
  if (fault === undefined) return network;
  const [field, ...rest] = fault.path;
  const node = nodeAtPath(document.root, [networkNames[field], ...rest]) ?? document.root;
  throw new JsonError(fault.message, document.text, node.start, 'network');
}

function refuseUnknownFields({ text, root }: JsonDocument): void {
  const known: readonly string[] = ['$schema', ...Object.values(networkNames)];
  const unknown =
    root.type === 'object' ? root.members.find(({ key }) => !known.includes(key.toLowerCase())) : undefined;
  if (unknown === undefined) return;
  const message = `unknown field ${JSON.stringify(unknown.key)}; a network has ${known.slice(1).join(', ')}`;
  throw new JsonError(message, text, unknown.keyStart, 'network');
}

/** A network in the form of its file; nothing that is not set. */
export function networkRecord(network: Network): JsonRecord {
  const fields = (Object.keys(networkNames) as (keyof Network)[]).flatMap((key): JsonRecord['fields'] => {
    const value = network[key];
    const isEmpty =
      value === undefined ||
      value === '' ||
      value === false ||
      (value === 0 && key !== 'unknownShare') ||
      (Array.isArray(value) && value.length === 0) ||
      (value instanceof Map && value.size === 0);
    return isEmpty ? [] : [[networkNames[key], value as string]];
  });
  return { fields };
}

export function encodeNetwork(network: Network): Uint8Array {
  return new TextEncoder().encode(formatJson(networkRecord(network), '\t'));
}
