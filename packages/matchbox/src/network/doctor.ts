/** What stands in the way of network boot on this host: findings from facts that somebody gathered. */
import {
  architectures,
  dateOfVersion,
  describeLoaders,
  describeServer,
  type LoaderFile,
  type LoaderTable,
  lacksOf,
  type NetworkConfig,
  type ServerSeen,
} from '@matchbox/netboot';
import type { NetworkPlan } from './networks.ts';

/** `problem`: machines will not boot, or others are harmed. `warning`: some may not. */
export type FindingLevel = 'ok' | 'warning' | 'problem';

export interface Finding {
  /** What was looked at, from a closed set. */
  readonly about:
    | 'interface'
    | 'route'
    | 'port'
    | 'servers'
    | 'loaders'
    | 'script'
    | 'state'
    | 'firewall'
    | 'clock'
    | 'network';
  readonly level: FindingLevel;
  /** What was found. */
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

export interface PortFact {
  readonly port: number;
  readonly use: 'DHCP' | 'TFTP' | 'PXE boot server';
  /** Why it cannot be had. */
  readonly obstacle?: { readonly code: 'permission' | 'in_use' | 'no_address' | 'other'; readonly message: string };
}

/** An answer to a request for the script, from the served address. */
export type ScriptFact =
  | { readonly status: number; readonly beginsAsScript: boolean }
  | { readonly error: string; readonly refused: boolean };

export interface NetbootFacts {
  /** What is served by this interface, of flags and files. */
  readonly networks: readonly NetworkConfig[];
  /** The one that packets without a relay are for. */
  readonly local: NetworkConfig | undefined;
  /** Files that are not served, and why. */
  readonly passedOver: NetworkPlan['passedOver'];
  readonly interface: { readonly name: string; readonly address: string; readonly mtuBytes: number };
  /** The interface of the default route; undefined for none, or where it cannot be seen. */
  readonly defaultRoute: string | undefined;
  /** What is wrong with the network as it is described. */
  readonly networkFault: string | undefined;
  readonly ports: readonly PortFact[];
  readonly servers: readonly ServerSeen[] | { readonly error: string };
  readonly loaders: LoaderTable;
  readonly scriptUrl: string;
  readonly script: ScriptFact;
  /** Where HTTP is served, as `-address` says it. */
  readonly httpHost: string;
  readonly hasStatePath: boolean;
  /** The text of the packet filter's rules; undefined where it may not be read. */
  readonly packetFilter: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The year before this program was written. */
const earliest = Date.UTC(2025, 0, 1);
const [usualMtu, tftpOverhead] = [1500, 32] as const;

export function examine(facts: NetbootFacts): readonly Finding[] {
  return [
    ...aboutInterface(facts),
    ...aboutNetworks(facts),
    ...facts.ports.map((port) => aboutPort(port, facts)),
    ...aboutServers(facts),
    ...aboutLoaders(facts),
    aboutScript(facts),
    ...aboutFirewall(facts),
    ...(facts.now < earliest
      ? [
          problem(
            'clock',
            `the clock says ${new Date(facts.now).toISOString()}`,
            'set it: leases and certificates depend on it',
          ),
        ]
      : []),
  ];
}

function ok(about: Finding['about'], text: string): Finding {
  return { about, level: 'ok', text };
}

function warning(about: Finding['about'], text: string, advice: string): Finding {
  return { about, level: 'warning', text, advice };
}

function problem(about: Finding['about'], text: string, advice: string): Finding {
  return { about, level: 'problem', text, advice };
}

function aboutInterface({ interface: { name, address, mtuBytes }, defaultRoute }: NetbootFacts): Finding[] {
  const found = ok('interface', `${name} has ${address}, MTU ${mtuBytes}`);
  const mtu =
    mtuBytes < usualMtu
      ? [
          warning(
            'interface',
            `frames on ${name} carry ${mtuBytes} bytes alone`,
            `blocks of TFTP are kept to ${mtuBytes - tftpOverhead} bytes; machines on the same network must have the same MTU`,
          ),
        ]
      : [];
  const route =
    defaultRoute === undefined || defaultRoute === name
      ? []
      : [
          ok(
            'route',
            `the way to other networks is by ${defaultRoute}; answers to machines leave by ${name} all the same`,
          ),
        ];
  return [found, ...mtu, ...route];
}

function aboutNetworks({ networks, passedOver, networkFault, hasStatePath }: NetbootFacts): Finding[] {
  const left = passedOver.map(({ name, why }) =>
    warning('network', `networks/${name}.json is not served: ${why}`, 'what the sentence says, or remove the file'),
  );
  if (networkFault !== undefined)
    return [...left, problem('network', networkFault, 'the flags of the network, which begin with -dhcp, or its file')];
  if (networks.every(({ mode }) => mode === 'off')) {
    const text = 'no network is described that this interface serves';
    return [...left, problem('network', text, 'a file in networks/ with its subnet, or -netboot=proxy')];
  }
  const gives = networks.some(({ mode, alone }) => mode === 'dhcp' || (mode === 'auto' && alone === 'dhcp'));
  if (!gives || hasStatePath) return left;
  const text = 'addresses are given and there is no folder for the leases';
  return [...left, problem('state', text, 'name one with -state-path')];
}

function aboutPort({ port, use, obstacle }: PortFact, { script }: NetbootFacts): Finding {
  if (obstacle === undefined) return ok('port', `UDP ${port} (${use}) is free, and may be opened`);
  const runs = 'status' in script && script.beginsAsScript;
  if (obstacle.code === 'in_use' && runs)
    return warning('port', obstacle.message, 'if that is the server that answers at the script’s URL, all is well');
  const advice = {
    in_use: 'stop that program, or let it boot machines instead of this one',
    permission: 'one of the ways that the message names',
    no_address: 'another -netboot-interface',
    other: 'what the system says',
  };
  return problem('port', obstacle.message, advice[obstacle.code]);
}

function aboutServers({ servers, local }: NetbootFacts): Finding[] {
  // Behind relays it does not matter who answers here.
  const network = local ?? { mode: 'off', force: false };
  if ('error' in servers) {
    const text = `other DHCP servers cannot be looked for: ${servers.error}`;
    const needed = network.mode === 'dhcp' && !network.force;
    const advice = 'free UDP port 68 on this host, or give its interface a fixed address';
    return [needed ? problem('servers', text, advice) : warning('servers', text, advice)];
  }
  if (servers.length === 0) {
    if (network.mode !== 'proxy') return [ok('servers', 'no other DHCP server answers on this network')];
    return [
      problem(
        'servers',
        'no DHCP server answers on this network',
        'a proxy needs one that gives addresses; or -netboot=dhcp with a range',
      ),
    ];
  }
  return servers.map((server) => {
    const text = `there is ${describeServer(server)}`;
    if (network.mode === 'dhcp' && server.offeredAddress !== undefined && !network.force)
      return problem('servers', text, '-netboot=proxy goes with it; two servers must not give addresses');
    if (server.vendorClass === 'PXEClient' && !server.hasVendorSpecific)
      return problem('servers', text, 'take option 60 out of that server');
    if (server.bootFile !== undefined) return warning('servers', text, 'take options 66 and 67 out of that server');
    return server.offeredAddress === undefined
      ? warning('servers', text, 'two proxies race each other: let one of them boot machines')
      : ok('servers', text);
  });
}

/** What nearly every machine is. */
const common: readonly number[] = [0, 7];

function aboutLoaders({ loaders, now }: NetbootFacts): Finding[] {
  const advice = 'the package ipxe (Debian, Ubuntu), ipxe-bootimgs (Fedora), or matchbox get ipxe';
  if (loaders.byArchitecture.size === 0) return [problem('loaders', 'no loader was found', advice)];
  const missing = loaders.missing.filter(({ code }) => common.includes(code)).map(({ name }) => name);
  const served = [...loaders.byArchitecture.values()];
  const isOld = served.map((file) => lacksOf(file).length > 0);
  const found = describeLoaders(loaders)
    .slice(0, served.length)
    .filter((_, index) => !isOld[index]);
  const old = new Set(served.filter((_, index) => isOld[index]));
  return [
    ...found.map((line) => ok('loaders', line)),
    ...Array.from(old, (file) => aboutOldLoader(file, loaders, now)),
    ...(missing.length === 0 ? [] : [warning('loaders', `there is no loader for ${missing.join(' and ')}`, advice)]),
  ];
}

const yearMs = 365.25 * 24 * 3_600_000;

function aboutOldLoader(file: LoaderFile, { byArchitecture }: LoaderTable, now: number): Finding {
  const day = dateOfVersion(file.version)!.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  const years = Math.floor((now - Date.parse(day)) / yearMs);
  const age = years < 1 ? '' : `, ${years} year${years === 1 ? '' : 's'} old`;
  const uses = architectures.filter(({ code }) => byArchitecture.get(code) === file);
  const machines = uses.map(({ name, code }) => `${name} (${code})`).join(', ');
  const advice = 'a newer iPXE in a folder that -loaders names: Debian 13’s package ipxe, or matchbox get ipxe';
  const text = `${file.path} for ${machines} is iPXE of ${day}${age}: ${lacksOf(file).join('; ')}`;
  return warning('loaders', text, advice);
}

function aboutScript({ script, scriptUrl, httpHost, interface: { address } }: NetbootFacts): Finding {
  const isOwn = scriptUrl.startsWith(`http://${address}:`);
  if (isOwn && /^(127\.|localhost$|\[?::1\]?$)/.test(httpHost)) {
    return problem(
      'script',
      `HTTP is served on ${httpHost} alone, and machines are sent to ${scriptUrl}`,
      `-address=0.0.0.0:PORT or -address=${address}:PORT`,
    );
  }
  if ('error' in script) {
    if (isOwn && script.refused) return ok('script', `${scriptUrl} is not served yet: the server does not run`);
    return problem(
      'script',
      `${scriptUrl} cannot be fetched from ${address}: ${script.error}`,
      'the URL of -netboot-script, name resolution, and the firewall',
    );
  }
  if (script.status !== 200)
    return problem(
      'script',
      `${scriptUrl} answers ${script.status}`,
      'the URL of -netboot-script, and the log of its server',
    );
  if (!script.beginsAsScript)
    return problem(
      'script',
      `${scriptUrl} answers something that does not begin with #!ipxe`,
      'the URL of -netboot-script',
    );
  return ok('script', `${scriptUrl} answers with a script`);
}

/** Of nftables and of iptables. */
const refusing = [/type filter hook input [^\n]*policy drop/, /^-P INPUT (DROP|REJECT)/m];

function aboutFirewall({ packetFilter }: NetbootFacts): Finding[] {
  if (packetFilter === undefined || !refusing.some((pattern) => pattern.test(packetFilter))) return [];
  const text = `the packet filter of this host refuses what no rule lets in`;
  return [warning('firewall', text, 'UDP 67, 69 and 4011 and the TCP port of HTTP must be let in on that interface')];
}
