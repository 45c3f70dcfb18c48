/** What the flags say of network boot: the network as `@matchbox/netboot` wants it, or what is wrong with a flag. */
import { type AddressRange, type ModeSetting, type NetworkConfig, parseIpv4 } from '@matchbox/netboot';

export interface NetbootSetup {
  /** What the flags describe; undefined with `-netboot=networks`, where files do. */
  readonly network: NetworkConfig | undefined;
  /** `-netboot=dry-run`: nothing is sent on any network, whatever its file says. */
  readonly dryRun: boolean;
  /** Name or address of the interface; undefined: the only one with a private address. */
  readonly interface: string | undefined;
  /** Searched before the folders of assets and distribution. */
  readonly loaderFolder: string | undefined;
  readonly tftpFolder: string | undefined;
  readonly tftpPorts: 'one' | 'each';
}

/** The values of the flags, as they were given. */
export interface NetbootFlags {
  readonly mode: ModeSetting | 'networks';
  readonly interface: string;
  readonly unknown: boolean;
  readonly scriptUrl: string;
  readonly loaders: string;
  readonly tftpPath: string;
  readonly tftpPorts: 'one' | 'each';
  readonly ranges: string;
  readonly subnet: string;
  readonly routers: string;
  readonly dnsServers: string;
  readonly domain: string;
  /** Seconds; undefined: not given. */
  readonly leaseSeconds: number | undefined;
  readonly alone: 'dhcp' | 'refuse';
  readonly force: boolean;
}

/** A flag whose value means nothing. */
export interface NetbootFlagFault {
  readonly flag: string;
  readonly found: string;
  readonly wanted: string;
}

/** The one network that flags describe. */
const networkName = 'default';

/** @returns undefined when network boot is off */
export function netbootSetup(flags: NetbootFlags): NetbootSetup | NetbootFlagFault | undefined {
  if (flags.mode === 'off') return undefined;
  const common = {
    dryRun: flags.mode === 'dry-run',
    interface: flags.interface || undefined,
    loaderFolder: flags.loaders || undefined,
    tftpFolder: flags.tftpPath || undefined,
    tftpPorts: flags.tftpPorts,
  };
  if (flags.mode === 'networks') return misplaced(flags) ?? { network: undefined, ...common };
  const network = networkOf(flags, flags.mode);
  return 'flag' in network ? network : { network, ...common };
}

/** Flags that describe a network, where files do; what they say would be lost without a word. */
function misplaced(flags: NetbootFlags): NetbootFlagFault | undefined {
  const { ranges, subnet, routers, dnsServers, domain, scriptUrl } = flags;
  const given = Object.entries({
    'dhcp-range': ranges,
    'dhcp-subnet': subnet,
    'dhcp-router': routers,
    'dhcp-dns': dnsServers,
    'dhcp-domain': domain,
    'dhcp-lease': flags.leaseSeconds === undefined ? '' : `${flags.leaseSeconds}s`,
    'netboot-script': scriptUrl,
    'netboot-unknown': flags.unknown ? 'true' : '',
    'dhcp-force': flags.force ? 'true' : '',
    'dhcp-alone': flags.alone === 'refuse' ? '' : flags.alone,
  }).find(([, value]) => value !== '');
  return given && fault(given[0], given[1], 'nothing, since -netboot=networks takes it from the files of networks/');
}

function networkOf(flags: NetbootFlags, mode: ModeSetting): NetworkConfig | NetbootFlagFault {
  const ranges = parseRanges(flags.ranges);
  const routers = parseAddresses(flags.routers);
  const dnsServers = parseAddresses(flags.dnsServers);
  if (ranges === undefined)
    return fault(
      'dhcp-range',
      flags.ranges,
      'FIRST-LAST, such as 10.77.0.100-10.77.0.200, several with commas between',
    );
  if (routers === undefined) return fault('dhcp-router', flags.routers, 'IPv4 addresses with commas between');
  if (dnsServers === undefined) return fault('dhcp-dns', flags.dnsServers, 'IPv4 addresses with commas between');
  if (flags.scriptUrl !== '' && !/^https?:\/\/[^\s]+$/.test(flags.scriptUrl))
    return fault('netboot-script', flags.scriptUrl, 'http://HOST:PORT/PATH');
  const { leaseSeconds } = flags;
  return {
    name: networkName,
    mode,
    alone: flags.alone,
    force: flags.force,
    answerTo: flags.unknown ? 'all' : 'known',
    ranges,
    routers,
    dnsServers,
    ...(flags.subnet !== '' && { subnet: flags.subnet }),
    ...(flags.domain !== '' && { domainName: flags.domain }),
    ...(leaseSeconds !== undefined && { leaseSeconds }),
    ...(flags.scriptUrl !== '' && { scriptUrl: flags.scriptUrl }),
  };
}

function fault(flag: string, found: string, wanted: string): NetbootFlagFault {
  return { flag, found, wanted };
}

function parseRanges(text: string): readonly AddressRange[] | undefined {
  const ranges = splitList(text).map((each) => each.split('-').map((address) => address.trim()));
  const whole = ranges.every(
    (range) => range.length === 2 && range.every((address) => parseIpv4(address) !== undefined),
  );
  return whole ? ranges.map(([first = '', last = '']) => ({ first, last })) : undefined;
}

function parseAddresses(text: string): readonly string[] | undefined {
  const addresses = splitList(text);
  return addresses.every((address) => parseIpv4(address) !== undefined) ? addresses : undefined;
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
