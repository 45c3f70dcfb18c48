import { makeLoaderTable } from '@matchbox/netboot';
import { expect, test } from 'vitest';
import { examine, type NetbootFacts } from './doctor.ts';

const file = (name: string) => ({
  name,
  path: `/l/${name}`,
  bytes: new Uint8Array(9),
  sha256: 'ab',
  version: '1.21.1',
});
/** Of EFI by its first letters, as such files are. */
const old = (name: string, day: string) => ({
  ...file(name),
  bytes: Buffer.from(name.endsWith('.efi') ? 'MZ' : '..'),
  version: `1.0.0+git${day}.36a4c85`,
});
const loaders = makeLoaderTable(new Map(['undionly.kpxe', 'ipxe.efi'].map((name) => [name, file(name)])));
const server = { serverIdentifier: '10.77.0.2', offeredAddress: '10.77.0.9', hasVendorSpecific: false };
const network = { name: 'default', mode: 'proxy' } as const;
const facts: NetbootFacts = {
  networks: [network],
  local: network,
  passedOver: [],
  interface: { name: 'eth1', address: '10.77.0.1', mtuBytes: 1500 },
  defaultRoute: 'eth1',
  networkFault: undefined,
  ports: [{ port: 67, use: 'DHCP' }],
  servers: [server],
  loaders,
  scriptUrl: 'http://10.77.0.1:8080/netboot.ipxe',
  script: { status: 200, beginsAsScript: true },
  httpHost: '0.0.0.0',
  hasStatePath: false,
  packetFilter: undefined,
  now: Date.UTC(2026, 5, 1),
};
const withMode = (mode: 'proxy' | 'dhcp' | 'auto', more: object = {}) => {
  const local = { ...network, mode, ...more };
  return { networks: [local], local };
};

test('examine finds nothing in the way of a proxy beside a plain DHCP server', () => {
  expect(examine(facts)).toEqual([
    { about: 'interface', level: 'ok', text: 'eth1 has 10.77.0.1, MTU 1500' },
    { about: 'port', level: 'ok', text: 'UDP 67 (DHCP) is free, and may be opened' },
    { about: 'servers', level: 'ok', text: 'there is a DHCP server at 10.77.0.2: it offers 10.77.0.9' },
    ...[
      'BIOS (0): undionly.kpxe',
      'x86-64 UEFI (7): ipxe.efi',
      'x86-64 UEFI (EBC) (9): ipxe.efi',
      'x86-64 UEFI HTTP (16): ipxe.efi',
    ].map((begin) => ({
      about: 'loaders',
      level: 'ok',
      text: `${begin}, 9 bytes, sha256 ab, iPXE 1.21.1, from /l/${begin.split(': ')[1]}`,
    })),
    { about: 'script', level: 'ok', text: 'http://10.77.0.1:8080/netboot.ipxe answers with a script' },
  ]);
});

const inUse = { code: 'in_use', message: 'the port is in use by dnsmasq (pid 7)' } as const;
const stopped = { error: 'connect ECONNREFUSED', refused: true } as const;

test.each<[string, Partial<NetbootFacts>, string[]]>([
  [
    'a port that another program has',
    { ports: [{ port: 67, use: 'DHCP', obstacle: inUse }], script: stopped },
    ['problem: the port is in use by dnsmasq (pid 7)'],
  ],
  [
    'a port that the running server has',
    { ports: [{ port: 67, use: 'DHCP', obstacle: inUse }] },
    ['warning: the port is in use by dnsmasq (pid 7)'],
  ],
  [
    'a port without the privilege',
    { ports: [{ port: 67, use: 'DHCP', obstacle: { code: 'permission', message: 'denied' } }] },
    ['problem: denied'],
  ],
  ['a proxy alone', { servers: [] }, ['problem: no DHCP server answers on this network']],
  ['a server alone', { ...withMode('dhcp'), servers: [], hasStatePath: true }, []],
  [
    'two servers',
    { ...withMode('dhcp'), hasStatePath: true },
    ['problem: there is a DHCP server at 10.77.0.2: it offers 10.77.0.9'],
  ],
  ['two servers, as insisted', { ...withMode('dhcp', { force: true }), hasStatePath: true }, []],
  [
    'addresses without a folder',
    { ...withMode('auto', { alone: 'dhcp' }) },
    ['problem: addresses are given and there is no folder for the leases'],
  ],
  [
    'a search that fails, for a proxy',
    { servers: { error: 'taken' } },
    ['warning: other DHCP servers cannot be looked for: taken'],
  ],
  [
    'a search that fails, for a server',
    { ...withMode('dhcp'), hasStatePath: true, servers: { error: 'taken' } },
    ['problem: other DHCP servers cannot be looked for: taken'],
  ],
  [
    'a server that names a boot file',
    { servers: [{ ...server, bootFile: 'a' }] },
    [
      'warning: there is a DHCP server at 10.77.0.2: it offers 10.77.0.9; it names the boot file a, which some firmware takes before ours',
    ],
  ],
  [
    'a server that says PXEClient',
    { servers: [{ ...server, vendorClass: 'PXEClient' }] },
    [
      'problem: there is a DHCP server at 10.77.0.2: it offers 10.77.0.9; it says PXEClient without option 43, so that UEFI asks its port 4011 and not ours',
    ],
  ],
  [
    'another proxy',
    { servers: [server, { serverIdentifier: '10.77.0.3', hasVendorSpecific: true }] },
    ['warning: there is a proxyDHCP server at 10.77.0.3'],
  ],
  ['no loader', { loaders: makeLoaderTable(new Map()) }, ['problem: no loader was found']],
  [
    'no loader for a BIOS',
    { loaders: makeLoaderTable(new Map([['ipxe.efi', file('ipxe.efi')]])) },
    ['warning: there is no loader for BIOS'],
  ],
  [
    'loaders of 2019',
    { loaders: makeLoaderTable(new Map(['undionly.kpxe', 'ipxe.efi'].map((name) => [name, old(name, '-20190125')]))) },
    [
      'warning: /l/undionly.kpxe for BIOS (0) is iPXE of 2019-01-25, 7 years old: a label with a % in it cuts off the labels behind it',
      'warning: /l/ipxe.efi for x86-64 UEFI (7), x86-64 UEFI (EBC) (9), x86-64 UEFI HTTP (16) is iPXE of 2019-01-25, 7 years old: it cannot start an installed machine from its disk; a label with a % in it cuts off the labels behind it; it needs initrd=NAME in the arguments',
    ],
  ],
  [
    'a loader that is younger than what it lacks',
    {
      loaders: makeLoaderTable(
        new Map([
          ['undionly.kpxe', old('undionly.kpxe', '-20220113')],
          ['ipxe.efi', old('ipxe.efi', '20250501')],
        ]),
      ),
    },
    [],
  ],
  [
    'HTTP on loopback',
    { httpHost: '127.0.0.1' },
    ['problem: HTTP is served on 127.0.0.1 alone, and machines are sent to http://10.77.0.1:8080/netboot.ipxe'],
  ],
  ['a server that does not run', { script: stopped }, []],
  [
    'a script of elsewhere that is not there',
    { scriptUrl: 'http://x/s', script: stopped },
    ['problem: http://x/s cannot be fetched from 10.77.0.1: connect ECONNREFUSED'],
  ],
  [
    'a script that is none',
    { script: { status: 200, beginsAsScript: false } },
    ['problem: http://10.77.0.1:8080/netboot.ipxe answers something that does not begin with #!ipxe'],
  ],
  [
    'a script that is refused',
    { script: { status: 503, beginsAsScript: false } },
    ['problem: http://10.77.0.1:8080/netboot.ipxe answers 503'],
  ],
  [
    'an nftables policy',
    { packetFilter: '\ttype filter hook input priority filter; policy drop;' },
    ['warning: the packet filter of this host refuses what no rule lets in'],
  ],
  [
    'an iptables policy',
    { packetFilter: '-P INPUT DROP\n-P OUTPUT ACCEPT' },
    ['warning: the packet filter of this host refuses what no rule lets in'],
  ],
  ['an open packet filter', { packetFilter: '-P INPUT ACCEPT\n-P FORWARD DROP' }, []],
  ['a clock that was never set', { now: 0 }, ['problem: the clock says 1970-01-01T00:00:00.000Z']],
  [
    'a short MTU',
    { interface: { ...facts.interface, mtuBytes: 1400 } },
    ['warning: frames on eth1 carry 1400 bytes alone'],
  ],
  [
    'files that are not served',
    { passedOver: [{ name: 'rack1', why: 'the flags describe its network, and they count' }] },
    ['warning: networks/rack1.json is not served: the flags describe its network, and they count'],
  ],
  [
    'no network at all',
    { networks: [], local: undefined },
    ['problem: no network is described that this interface serves'],
  ],
  ['a network that cannot be served', { networkFault: 'the range is empty' }, ['problem: the range is empty']],
  ['another default route', { defaultRoute: 'eth0' }, []],
])('examine of %s', (_, changed, wanted) => {
  const found = examine({ ...facts, ...changed }).filter(({ level }) => level !== 'ok');
  expect(found.map(({ level, text }) => `${level}: ${text}`)).toEqual(wanted);
  expect(found.every(({ advice }) => advice !== undefined)).toBe(true);
});
