import { expect, test } from 'vitest';
import { type NetbootFlags, netbootSetup } from './setup.ts';

const flags: NetbootFlags = {
  mode: 'proxy',
  interface: '',
  unknown: false,
  scriptUrl: '',
  loaders: '',
  tftpPath: '',
  tftpPorts: 'one',
  ranges: '',
  subnet: '',
  routers: '',
  dnsServers: '',
  domain: '',
  leaseSeconds: undefined,
  alone: 'refuse',
  force: false,
};

test('netbootSetup is nothing when network boot is off', () => {
  expect(netbootSetup({ ...flags, mode: 'off', ranges: 'nonsense' })).toBeUndefined();
});

test('netbootSetup leaves networks to files, and refuses flags that would say nothing then', () => {
  expect(netbootSetup({ ...flags, mode: 'networks' })).toMatchObject({ network: undefined, dryRun: false });
  expect(netbootSetup({ ...flags, mode: 'networks', unknown: true })).toMatchObject({ flag: 'netboot-unknown' });
  expect(netbootSetup({ ...flags, mode: 'networks', alone: 'dhcp' })).toMatchObject({ flag: 'dhcp-alone' });
  expect(netbootSetup({ ...flags, mode: 'networks', leaseSeconds: 600 })).toMatchObject({ flag: 'dhcp-lease' });
  expect(netbootSetup({ ...flags, mode: 'dry-run' })).toMatchObject({ dryRun: true, network: { mode: 'dry-run' } });
});

test('netbootSetup of a proxy answers known machines and gives no addresses', () => {
  expect(netbootSetup(flags)).toEqual({
    network: {
      name: 'default',
      mode: 'proxy',
      alone: 'refuse',
      force: false,
      answerTo: 'known',
      ranges: [],
      routers: [],
      dnsServers: [],
    },
    dryRun: false,
    interface: undefined,
    loaderFolder: undefined,
    tftpFolder: undefined,
    tftpPorts: 'one',
  });
});

test('netbootSetup reads lists and what else a DHCP server tells', () => {
  const given = {
    ...flags,
    mode: 'dhcp',
    interface: 'eth1',
    unknown: true,
    ranges: '10.77.0.100-10.77.0.120, 10.77.0.200-10.77.0.210',
    subnet: '10.77.0.0/24',
    routers: '10.77.0.254',
    dnsServers: '10.77.0.2,10.77.0.3',
    domain: 'example.com',
    leaseSeconds: 600,
    scriptUrl: 'http://192.0.2.1/boot.ipxe',
    loaders: '/srv/ipxe',
    tftpPath: '/srv/tftp',
  } as const;
  expect(netbootSetup(given)).toEqual({
    network: {
      name: 'default',
      mode: 'dhcp',
      alone: 'refuse',
      force: false,
      answerTo: 'all',
      ranges: [
        { first: '10.77.0.100', last: '10.77.0.120' },
        { first: '10.77.0.200', last: '10.77.0.210' },
      ],
      routers: ['10.77.0.254'],
      dnsServers: ['10.77.0.2', '10.77.0.3'],
      subnet: '10.77.0.0/24',
      domainName: 'example.com',
      leaseSeconds: 600,
      scriptUrl: 'http://192.0.2.1/boot.ipxe',
    },
    dryRun: false,
    interface: 'eth1',
    loaderFolder: '/srv/ipxe',
    tftpFolder: '/srv/tftp',
    tftpPorts: 'one',
  });
});

test.each([
  ['dhcp-range', { ranges: '10.77.0.100' }],
  ['dhcp-range', { ranges: '10.77.0.100-x' }],
  ['dhcp-range', { ranges: '10.77.0.1-10.77.0.2-10.77.0.3' }],
  ['dhcp-router', { routers: 'router' }],
  ['dhcp-dns', { dnsServers: '10.77.0' }],
  ['netboot-script', { scriptUrl: 'boot.ipxe' }],
] as const)('netbootSetup names the flag -%s for %j', (flag, given) => {
  const found = netbootSetup({ ...flags, ...given });
  expect(found).toMatchObject({ flag, found: Object.values(given)[0] });
});
