/** Whether a network that is written down can be served, and what it comes to. */
import {
  architectureCodes,
  firmwareNames,
  formatMac,
  isHostAddress,
  MacError,
  modeSettings,
  type NetworkConfig,
  NetworkConfigError,
  parseIpv4,
  parseMac,
  parseSubnet,
  resolveNetwork,
} from '@matchbox/netboot';
import type { JsonNode } from './go-json.ts';
import type { Network } from './network-fields.ts';

export interface NetworkFault {
  /** The field, and the item or key in it. */
  readonly path: readonly [keyof Network, ...(string | number)[]];
  readonly message: string;
}

/** Words that a field may have, the first one where it has none. */
const networkWords = {
  mode: ['off', ...modeSettings.filter((mode) => mode !== 'off')],
  alone: ['refuse', 'dhcp'],
  authority: ['network', 'none', 'full'],
  answer: ['known', 'all'],
} as const;

type Check = (network: Network) => NetworkFault | undefined;

/** The first thing that is wrong, in the order of the fields. */
export function networkFault(network: Network): NetworkFault | undefined {
  for (const check of checks) {
    const fault = check(network);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const checks: readonly Check[] = [
  ...(['mode', 'alone', 'authority', 'answer'] as const).map((field) => checkWord(field)),
  checkMode,
  checkPlace,
  checkSubnet,
  ...(['relays', 'routers', 'dnsServers', 'ntpServers'] as const).map((field) => checkAddresses(field)),
  checkRangeTexts,
  checkLeases,
  checkDenied,
  checkLoaders,
  ...(['scriptUrl', 'loaderUrl'] as const).map((field) => checkUrl(field)),
  checkResolved,
];

function checkWord(field: keyof typeof networkWords): Check {
  return (network) => {
    const words: readonly string[] = networkWords[field];
    const found = network[field];
    if (found === '' || words.includes(found)) return undefined;
    return { path: [field], message: `${field} ${JSON.stringify(found)}: wanted ${words.join(', ')}` };
  };
}

function checkMode({ mode }: Network): NetworkFault | undefined {
  return mode === '' ? { path: ['mode'], message: `mode is required: ${networkWords.mode.join(', ')}` } : undefined;
}

function checkPlace({ interface: name, subnet, relays }: Network): NetworkFault | undefined {
  if (name !== '' || subnet !== '' || relays.length > 0) return undefined;
  return { path: ['id'], message: 'which network it is, is not said: give it an interface, a subnet or relays' };
}

function checkSubnet({ subnet, relays, ranges }: Network): NetworkFault | undefined {
  if (subnet === '')
    return relays.length > 0 && ranges.length > 0
      ? { path: ['ranges'], message: 'addresses behind relays need the subnet that they are of' }
      : undefined;
  const parsed = parseSubnet(subnet);
  if (parsed !== undefined && parsed.prefixLength > 0) return undefined;
  return { path: ['subnet'], message: `subnet ${JSON.stringify(subnet)} is none; wanted for example 10.77.0.0/24` };
}

function checkAddresses(field: 'relays' | 'routers' | 'dnsServers' | 'ntpServers'): Check {
  return (network) => {
    const at = network[field].findIndex((address) => !isHostAddress(parseIpv4(address) ?? 0));
    if (at < 0) return undefined;
    return { path: [field, at], message: `${JSON.stringify(network[field][at])} is no IPv4 address of a host` };
  };
}

function checkRangeTexts({ ranges }: Network): NetworkFault | undefined {
  const at = ranges.findIndex((range) => parseRange(range) === undefined);
  if (at < 0) return undefined;
  const message = `${JSON.stringify(ranges[at])} is no range; wanted FIRST-LAST, for example 10.77.0.100-10.77.0.200`;
  return { path: ['ranges', at], message };
}

function parseRange(text: string): { first: string; last: string } | undefined {
  const [first = '', last = '', ...rest] = text.split('-').map((address) => address.trim());
  const isRange = rest.length === 0 && parseIpv4(first) !== undefined && parseIpv4(last) !== undefined;
  return isRange ? { first, last } : undefined;
}

const leastLeaseSeconds = 60;

function checkLeases({ leaseSeconds, firmwareLeaseSeconds, unknownShare }: Network): NetworkFault | undefined {
  for (const [field, seconds] of Object.entries({ leaseSeconds, firmwareLeaseSeconds })) {
    if (seconds !== 0 && seconds < leastLeaseSeconds)
      return {
        path: [field as 'leaseSeconds'],
        message: `${seconds} s is too short; wanted ${leastLeaseSeconds} at least`,
      };
  }
  if (unknownShare === undefined || (unknownShare >= 0 && unknownShare <= 1)) return undefined;
  return { path: ['unknownShare'], message: `${unknownShare} is no share; wanted 0 to 1` };
}

function checkDenied({ deny }: Network): NetworkFault | undefined {
  const at = deny.findIndex((text) => parseDenied(text) === undefined);
  if (at < 0) return undefined;
  const wanted = 'wanted a MAC address, or its first three bytes for all machines of a maker';
  return { path: ['deny', at], message: `${JSON.stringify(deny[at])}: ${wanted}` };
}

/** Normalised, as packets are compared with it. */
function parseDenied(text: string): string | undefined {
  if (/^[0-9a-f]{2}([:-])[0-9a-f]{2}\1[0-9a-f]{2}$/i.test(text)) return text.toLowerCase().replaceAll('-', ':');
  try {
    const octets = parseMac(text);
    return octets.length === 6 ? formatMac(octets) : undefined;
  } catch (error) {
    if (error instanceof MacError) return undefined;
    throw error;
  }
}

/** What the field `file` of a message takes, and the path of a URL. */
const loaderName = /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[\x21-\x7e]{1,127}$/;

function checkLoaders({ loaders }: Network): NetworkFault | undefined {
  for (const [key, file] of loaders) {
    const path = ['loaders', key] as const;
    if (architectureCodes(key) === undefined) {
      const message = `${JSON.stringify(key)} is no firmware; wanted ${Object.keys(firmwareNames).join(', ')}, or a number of option 93`;
      return { path, message };
    }
    if (!loaderName.test(file))
      return { path, message: `${JSON.stringify(file)} is no name of a file in the folder of the loaders` };
  }
  return undefined;
}

function checkUrl(field: 'scriptUrl' | 'loaderUrl'): Check {
  return (network) => {
    const url = network[field];
    if (url === '' || /^https?:\/\/[\x21-\x7e]+$/.test(url)) return undefined;
    return { path: [field], message: `${JSON.stringify(url)} is no URL; wanted http://HOST:PORT/PATH` };
  };
}

/** What is left: ranges in their subnet, with addresses to give. */
function checkResolved(network: Network): NetworkFault | undefined {
  try {
    const subnet = parseSubnet(network.subnet) ?? { base: 0, prefixLength: 0 };
    resolveNetwork(configOfNetwork(network.id, network), { address: '0.0.0.0', subnet, httpPort: 80 });
    return undefined;
  } catch (error) {
    if (!(error instanceof NetworkConfigError)) throw error;
    return { path: [error.field === 'subnet' ? 'subnet' : 'ranges'], message: error.message };
  }
}

/** What `@matchbox/netboot` serves. @param name the file's name without `.json`, which is what counts */
export function configOfNetwork(name: string, network: Network): NetworkConfig {
  const { subnet, relays, mode, alone, force, authority, ranges, answer, deny, loaders, unknownShare } = network;
  const { routers, dnsServers, ntpServers, domainName, leaseSeconds, firmwareLeaseSeconds } = network;
  const { scriptUrl, loaderUrl } = network;
  return {
    name,
    mode: mode as NetworkConfig['mode'],
    ...(subnet !== '' && { subnet }),
    ...(alone !== '' && { alone: alone as 'dhcp' }),
    ...(authority !== '' && { authority: authority as 'none' }),
    ...(answer !== '' && { answerTo: answer as 'known' }),
    ...{ relays, force, routers, dnsServers, ntpServers },
    ranges: ranges.flatMap((text) => parseRange(text) ?? []),
    ...(domainName !== '' && { domainName }),
    ...(leaseSeconds !== 0 && { leaseSeconds }),
    ...(firmwareLeaseSeconds !== 0 && { firmwareLeaseSeconds }),
    ...(unknownShare !== undefined && { unknownShare }),
    ...(deny.length > 0 && { denied: deny.flatMap((text) => parseDenied(text) ?? []) }),
    ...(loaders.size > 0 && {
      loaders: new Map(
        [...loaders].flatMap(([key, file]) => (architectureCodes(key) ?? []).map((code) => [code, file] as const)),
      ),
    }),
    ...(scriptUrl !== '' && { scriptUrl }),
    ...(loaderUrl !== '' && { loaderBaseUrl: loaderUrl.endsWith('/') ? loaderUrl : `${loaderUrl}/` }),
  };
}

/** Of equal keys the last one, names in any case, as they are decoded. */
export function nodeAtPath(root: JsonNode, path: readonly (string | number)[]): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const part of path) {
    if (node?.type === 'array') node = node.items[Number(part)];
    else if (node?.type === 'object')
      node = node.members.findLast(({ key }) => key === part || key.toLowerCase() === part)?.node;
    else return undefined;
  }
  return node;
}
