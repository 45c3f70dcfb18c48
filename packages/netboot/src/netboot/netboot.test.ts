import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../decide/decision.ts';
import { decodePacket, encodePacket } from '../dhcp/packet.ts';
import { bytesOf, clientOptions, type Options, sampleMessage } from '../dhcp/sample.contract.ts';
import { parseSubnet } from '../ipv4.ts';
import { describeSubnet, type NetworkConfig, NetworkConfigError, resolveNetwork, selectNetwork } from './config.ts';
import { effectiveMode, type ModeRequest, noteServers } from './mode.ts';
import type { NetbootOptions } from './options.ts';
import { Netboot } from './server.ts';

const served = { address: '10.77.0.1', subnet: parseSubnet('10.77.0.0/24')!, httpPort: 8080 };
const range = { first: '10.77.0.100', last: '10.77.0.101' };
const resolve = (config: Partial<NetworkConfig>) =>
  resolveNetwork({ name: 'rack', mode: 'dhcp', ranges: [range], ...config }, served);

describe('resolveNetwork', () => {
  test('fills in what an operator need not say', () => {
    expect(resolve({}).inMode({ mode: 'dhcp', dryRun: false })).toEqual({
      name: 'rack',
      mode: 'dhcp',
      dryRun: false,
      serverAddress: '10.77.0.1',
      scriptUrl: 'http://10.77.0.1:8080/boot.ipxe',
      loaderBaseUrl: 'http://10.77.0.1:8080/netboot/',
      loaders: new Map(),
      answerTo: 'known',
      dhcp: {
        subnet: served.subnet,
        ranges: [range],
        routers: [],
        dnsServers: [],
        ntpServers: [],
        domainName: '',
        leaseSeconds: 3600,
        firmwareLeaseSeconds: 600,
        authority: 'network',
      },
    });
  });

  test('refuses nobody’s address when an operator insists on a second server', () => {
    expect(resolve({ force: true }).inMode({ mode: 'dhcp', dryRun: false }).dhcp!.authority).toBe('none');
  });

  test('leaves the router and the server out of the pool', () => {
    const { pool } = resolve({ routers: ['10.77.0.101'], ranges: [{ first: '10.77.0.1', last: '10.77.0.101' }] });
    expect(pool!.size).toBe(99);
  });

  test.each([
    ['ranges', { ranges: [] }, 'mode dhcp needs a range of addresses to give, for example 10.77.0.100-10.77.0.200'],
    [
      'ranges',
      { mode: 'auto', alone: 'dhcp', ranges: [] },
      'giving addresses where no other server does needs a range of them',
    ],
    [
      'ranges',
      { ranges: [{ first: '10.78.0.1', last: '10.78.0.2' }] },
      'the range 10.78.0.1-10.78.0.2 leaves its subnet 10.77.0.0/24',
    ],
    [
      'ranges',
      { ranges: [{ first: '10.77.0.1', last: '10.77.0.1' }] },
      'the ranges have no address that could be given',
    ],
    ['subnet', { subnet: '10.77.0.0' }, 'subnet 10.77.0.0 is none; wanted for example 10.77.0.0/24'],
    ['routers', { routers: ['x'] }, 'routers: x is no IPv4 address of a host'],
    ['dnsServers', { dnsServers: ['224.0.0.1'] }, 'dnsServers: 224.0.0.1 is no IPv4 address of a host'],
    ['leaseSeconds', { leaseSeconds: 5 }, 'leaseSeconds is 5; wanted whole seconds, 60 at least'],
    [
      'firmwareLeaseSeconds',
      { firmwareLeaseSeconds: 1.5 },
      'firmwareLeaseSeconds is 1.5; wanted whole seconds, 60 at least',
    ],
  ] as const)('refuses %s', (field, config, message) => {
    try {
      resolve(config as Partial<NetworkConfig>);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(NetworkConfigError);
      expect(error).toMatchObject({ field, message, code: 'network_config' });
    }
  });

  test('describeSubnet shows a subnet from end to end', () => {
    expect(describeSubnet(served.subnet)).toBe('10.77.0.0/24 (10.77.0.0 to 10.77.0.255)');
  });
});

describe('selectNetwork', () => {
  const network = (config: Partial<NetworkConfig>, mode: 'proxy' | 'dhcp' = 'dhcp') => {
    const resolved = resolve(config);
    return { subnet: resolved.subnet, relays: config.relays ?? [], network: resolved.inMode({ mode, dryRun: false }) };
  };
  const local = network({ name: 'local' });
  const far = network({ name: 'far', subnet: '10.88.0.0/16', ranges: [{ first: '10.88.1.1', last: '10.88.1.9' }] });

  test.each([
    [undefined, undefined, 'local'],
    [undefined, '10.77.0.1', 'local'],
    ['10.88.7.7', undefined, 'far'],
    ['10.77.0.9', undefined, 'local'],
    ['10.99.0.1', undefined, undefined],
  ])('of relay %s and interface %s is %s', (relay, receivedOn, name) => {
    expect(selectNetwork([far, local], relay, receivedOn)?.network.name).toBe(name);
  });

  test('lets a proxy answer through any relay', () => {
    expect(selectNetwork([network({ name: 'proxy' }, 'proxy')], '10.99.0.1', undefined)?.network.name).toBe('proxy');
  });

  test('tells a network by the relays that it names, which no other packet is for', () => {
    const named = network({ name: 'named', subnet: '10.77.0.0/24', relays: ['10.99.0.1'] }, 'proxy');
    expect(selectNetwork([local, named], '10.99.0.1', undefined)?.network.name).toBe('named');
    expect(selectNetwork([named, local], undefined, '10.77.0.1')?.network.name).toBe('local');
    expect(selectNetwork([named], '10.99.0.2', undefined)).toBeUndefined();
  });
});

describe('effectiveMode', () => {
  const request: ModeRequest = { setting: 'auto', alone: 'refuse', hasRange: true, force: false };
  const other = {
    serverIdentifier: '10.77.0.9',
    offeredAddress: '10.77.0.50',
    leaseSeconds: 600,
    hasVendorSpecific: false,
  };
  const proxy = { serverIdentifier: '10.77.0.8', hasVendorSpecific: false };
  const seen = noteServers({ servers: [] }, [other, proxy], 1000);

  test.each([
    ['off', {}, { servers: [] }, { mode: 'off', dryRun: false }],
    ['dry-run', {}, { servers: [] }, { mode: 'dhcp', dryRun: true }],
    ['dry-run', { hasRange: false }, { servers: [] }, { mode: 'proxy', dryRun: true }],
    ['proxy', {}, seen, { mode: 'proxy', dryRun: false }],
    [
      'proxy',
      {},
      { servers: [] },
      { mode: 'proxy', dryRun: false, warning: expect.stringContaining('no DHCP server') },
    ],
    ['dhcp', {}, { servers: [] }, { mode: 'dhcp', dryRun: false }],
    [
      'dhcp',
      {},
      seen,
      { mode: 'dhcp', dryRun: false, refused: true, warning: expect.stringContaining('10.77.0.9; use mode proxy') },
    ],
    ['dhcp', { force: true }, seen, { mode: 'dhcp', dryRun: false, warning: expect.stringContaining('10.77.0.9') }],
    [
      'dhcp',
      {},
      { servers: [], unknown: 'port 68 is taken' },
      { mode: 'dhcp', dryRun: false, refused: true, warning: expect.stringContaining('port 68 is taken') },
    ],
    ['dhcp', { force: true }, { servers: [], unknown: 'port 68 is taken' }, { mode: 'dhcp', dryRun: false }],
    [
      'auto',
      { alone: 'dhcp' },
      { servers: [], unknown: 'port 68 is taken' },
      { mode: 'proxy', dryRun: false, warning: expect.stringContaining('port 68 is taken') },
    ],
    ['auto', { alone: 'dhcp' }, seen, { mode: 'proxy', dryRun: false }],
    [
      'auto',
      {},
      { servers: [] },
      { mode: 'proxy', dryRun: false, warning: expect.stringContaining('was not asked for') },
    ],
    ['auto', { alone: 'dhcp' }, { servers: [] }, { mode: 'dhcp', dryRun: false }],
    [
      'auto',
      { alone: 'dhcp', hasRange: false },
      { servers: [] },
      { mode: 'proxy', dryRun: false, warning: expect.any(String) },
    ],
  ] as const)('of %s with %j', (setting, more, others, expected) => {
    expect(effectiveMode({ ...request, ...more, setting }, others, 2000)).toEqual(expected);
  });

  test('of auto gives no addresses while the leases of a server that is gone are alive', () => {
    const gone = noteServers(seen, [proxy], 2000);
    expect(gone).toEqual({ servers: [], leasesUntilMs: 601_000 });
    expect(effectiveMode({ ...request, alone: 'dhcp' }, gone, 600_999).mode).toBe('proxy');
    expect(effectiveMode({ ...request, alone: 'dhcp' }, gone, 601_000).mode).toBe('dhcp');
  });

  test('noteServers takes a lease of unknown length for one of a day', () => {
    const { leaseSeconds: _, ...unsaid } = other;
    expect(noteServers({ servers: [] }, [unsaid], 5).leasesUntilMs).toBe(86_400_005);
  });
});

describe('Netboot', () => {
  const loopback = { name: 'lo', address: '127.0.0.1', subnet: parseSubnet('127.0.0.0/8')!, internal: true };

  async function freePort(): Promise<number> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    return port;
  }

  async function open(more: Partial<NetbootOptions>) {
    const folder = await mkdtemp(join(tmpdir(), 'netboot-'));
    await writeFile(join(folder, 'ipxe.efi'), 'loader');
    const ports = { dhcp: await freePort(), boot: await freePort(), client: await freePort(), tftp: 0 };
    const options = {
      served: loopback,
      networks: [{ name: 'rack', mode: 'proxy' as const }],
      httpPort: 8080,
      ports,
      loaderFolders: [folder],
      probeEveryMs: 0,
      ...more,
    };
    try {
      return { netboot: await Netboot.open(options), ports };
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test('answers requests for a boot file, and tells what it decided', async () => {
    const decisions: Decision[] = [];
    const { netboot, ports } = await open({
      tftp: { folders: [], dataPorts: 'one' },
      events: { onDecision: (decision) => decisions.push(decision) },
    });
    const client = createSocket('udp4');
    client.bind(0, '127.0.0.1');
    await once(client, 'listening');
    client.send(
      encodePacket(sampleMessage('REQUEST', clientOptions.ovmf, { clientAddress: '127.0.0.1' })),
      ports.boot,
      '127.0.0.1',
    );
    const [bytes, { port }] = (await once(client, 'message')) as [Buffer, { port: number }];
    const answer = decodePacket(bytes).message!;
    expect([answer.file, answer.nextServer, port]).toEqual(['ipxe.efi', '127.0.0.1', ports.boot]);
    expect(decisions.map(({ rule, network }) => [rule, network])).toEqual([['boot_file', 'rack']]);
    expect(netboot.tftpPort).toBeGreaterThan(0);
    client.close();
    await netboot.close();
  });

  test('explains what a packet would get without sending or keeping anything', async () => {
    const { netboot } = await open({});
    const packet = {
      bytes: encodePacket(sampleMessage('DISCOVER', clientOptions.ipxeEfi)),
      source: { address: '0.0.0.0', port: 68 },
      port: 'dhcp',
    } as const;
    expect(netboot.explain(packet)).toMatchObject({
      rule: 'proxy_offer',
      boot: { rule: 'script', file: 'http://127.0.0.1:8080/boot.ipxe' },
    });
    expect([netboot.networks.map(({ mode }) => mode), [...netboot.leases('rack')], netboot.otherServers]).toEqual([
      ['proxy'],
      [],
      [],
    ]);
    await netboot.close();
  });

  const discover = (relayAddress = '0.0.0.0', options: Options = clientOptions.ipxeEfi) => ({
    bytes: encodePacket(sampleMessage('DISCOVER', options, { relayAddress })),
    source: { address: '127.0.0.1', port: 67 },
    port: 'dhcp' as const,
  });

  test('serves other networks from the moment that it is told to', async () => {
    const warnings: string[] = [];
    const { netboot } = await open({ networks: [], events: { onWarning: (text) => warnings.push(text) } });
    expect(netboot.explain(discover()).rule).toBe('no_network');
    await netboot.reconfigure([{ name: 'rack', mode: 'proxy' }]);
    expect(netboot.explain(discover())).toMatchObject({
      rule: 'proxy_offer',
      network: 'rack',
      boot: { rule: 'script' },
    });
    await netboot.reconfigure([{ name: 'rack', mode: 'proxy', denied: ['52:54:00'] }]);
    expect(netboot.explain(discover()).rule).toBe('denied');
    await netboot.reconfigure([]);
    expect(netboot.explain(discover()).rule).toBe('no_network');
    expect(warnings).toEqual([]);
    await netboot.close();
  });

  test('leaves a network as it was where its new description cannot be served, and serves the others', async () => {
    const warnings: string[] = [];
    const { netboot } = await open({ networks: [], events: { onWarning: (text) => warnings.push(text) } });
    const far = { name: 'far', mode: 'proxy', subnet: '10.88.0.0/16' } as const;
    await netboot.reconfigure([{ name: 'rack', mode: 'proxy' }, far]);
    const broken = { name: 'rack', mode: 'dhcp', ranges: [{ first: '10.77.0.1', last: '10.77.0.9' }] } as const;
    await netboot.reconfigure([broken, { ...far, denied: ['52:54:00:a1:9c:ae'] }]);
    expect([netboot.explain(discover()).rule, netboot.explain(discover('10.88.0.1')).rule]).toEqual([
      'proxy_offer',
      'denied',
    ]);
    expect(warnings).toEqual([
      'network rack: the range 10.77.0.1-10.77.0.9 leaves its subnet 127.0.0.0/8; it stays as it was',
    ]);
    await netboot.close();
  });

  test('gives addresses behind a relay that says so, and never by mode auto, since nobody can be looked for there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leases-'));
    const warnings: string[] = [];
    const { netboot } = await open({
      networks: [],
      leasePath: (name) => join(folder, name),
      events: { onWarning: (text) => warnings.push(text) },
    });
    const far = { name: 'far', subnet: '10.88.0.0/16', ranges: [{ first: '10.88.0.1', last: '10.88.0.9' }] } as const;
    await netboot.reconfigure([{ ...far, mode: 'auto', alone: 'dhcp' }]);
    expect(netboot.networks.map(({ mode }) => mode)).toEqual(['proxy']);
    await netboot.reconfigure([{ ...far, mode: 'dhcp' }]);
    expect(netboot.explain(discover('10.88.0.200')).reply?.message).toMatchObject({ yourAddress: '10.88.0.1' });
    // The relay says which link the machine is on (RFC 3527), and is answered at its own address.
    const onLink = { ...clientOptions.ipxeEfi, 82: bytesOf(5, 4, 10, 88, 0, 0) };
    expect(netboot.explain(discover('10.99.0.1', onLink)).reply).toMatchObject({ to: { address: '10.99.0.1' } });
    expect(netboot.explain(discover('10.99.0.1')).rule).toBe('no_network');
    await netboot.close();
    await rm(folder, { recursive: true });
  });

  test('binds nothing when every network is off', async () => {
    const { netboot, ports } = await open({ networks: [{ name: 'rack', mode: 'off' }] });
    const socket = createSocket('udp4');
    socket.bind(ports.dhcp, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
    await netboot.close();
  });

  test('frees what it has bound when it cannot open', async () => {
    const taken = createSocket('udp4');
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const ports = { dhcp: await freePort(), client: 68, boot: taken.address().port, tftp: 0 };
    await expect(open({ ports })).rejects.toThrow(`cannot listen on UDP 127.0.0.1:${ports.boot}: the port is in use`);
    const socket = createSocket('udp4');
    socket.bind(ports.dhcp, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
    taken.close();
  });
});
