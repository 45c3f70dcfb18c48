/** The network that the server's flags describe. */
import { parseDuration } from './cli/duration.ts';
import { netbootFlags } from './cli/server-flags/netboot.ts';
import type { FlagValues } from './cli/server-flags/table.ts';
import { type NetbootSetup, netbootSetup } from './network/setup.ts';
import { StartError } from './start-error.ts';

/** @throws StartError */
export function netbootOf(values: FlagValues): NetbootSetup | undefined {
  const leaseMs = parseDuration(values['dhcp-lease']);
  if (leaseMs === undefined || leaseMs < 60_000) {
    throw wrongChoice('dhcp-lease', values['dhcp-lease'], ['a time such as 10m or 12h, a minute at least']);
  }
  const setup = netbootSetup({
    mode: values.netboot,
    interface: values['netboot-interface'],
    unknown: values['netboot-unknown'],
    scriptUrl: values['netboot-script'],
    loaders: values.loaders,
    tftpPath: values['tftp-path'],
    tftpPorts: values['tftp-ports'],
    ranges: values['dhcp-range'],
    subnet: values['dhcp-subnet'],
    routers: values['dhcp-router'],
    dnsServers: values['dhcp-dns'],
    domain: values['dhcp-domain'],
    leaseSeconds: isGiven('dhcp-lease', values) ? Math.floor(leaseMs / 1000) : undefined,
    alone: values['dhcp-alone'],
    force: values['dhcp-force'],
  });
  if (setup !== undefined && 'flag' in setup) {
    const found = setup.flag === 'dhcp-lease' ? values['dhcp-lease'] : setup.found;
    throw wrongChoice(setup.flag, found, [setup.wanted]);
  }
  return setup;
}

type NetbootFlag = (typeof netbootFlags)[number]['name'];

const aboutAddresses: readonly NetbootFlag[] = [
  'dhcp-range',
  'dhcp-router',
  'dhcp-dns',
  'dhcp-domain',
  'dhcp-lease',
  'dhcp-force',
];

/** Flags that say nothing with the others, each as a sentence; those of `-netboot=networks` are refused. */
export function strayNetbootFlags(values: FlagValues): readonly string[] {
  const { netboot: mode } = values;
  const given = (flags: readonly NetbootFlag[]) => flags.filter((flag) => isGiven(flag, values));
  if (mode === 'networks') return [];
  if (mode === 'off') {
    const flags = netbootFlags.map(({ name }) => name).filter((name) => name !== 'netboot');
    return given(flags).map((flag) => `-${flag} is about network boot, and does nothing without -netboot`);
  }
  const alone = mode === 'auto' ? [] : given(['dhcp-alone']);
  return [
    ...given(aboutAddresses).flatMap((flag) => {
      const missing = missingForAddresses(values, flag);
      return missing === undefined ? [] : `-${flag} is about giving addresses, and does nothing ${missing}`;
    }),
    ...alone.map((flag) => `-${flag} is about -netboot=auto, and does nothing with -netboot=${mode}`),
  ];
}

/** What keeps addresses from being given, whatever is found on the network. */
function missingForAddresses(values: FlagValues, flag: NetbootFlag): string | undefined {
  if (values.netboot === 'proxy') return 'with -netboot=proxy';
  if (values.netboot === 'auto' && values['dhcp-alone'] !== 'dhcp') return 'without -dhcp-alone=dhcp';
  return flag !== 'dhcp-range' && values['dhcp-range'] === '' ? 'without -dhcp-range' : undefined;
}

/** Whether a flag says something else than it does where it is left out. */
function isGiven(flag: NetbootFlag, values: FlagValues): boolean {
  const row = netbootFlags.find(({ name }) => name === flag);
  return String(values[flag]) !== (row?.type === 'bool' ? 'false' : row?.default);
}

export function wrongChoice(flag: string, found: string, wanted: readonly string[]): StartError {
  return new StartError('bad_path', `invalid -${flag}: found ${JSON.stringify(found)}, wanted ${wanted.join(' or ')}`);
}
