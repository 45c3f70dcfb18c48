import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readText } from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { packetBytes } from '../dhcp/packet.ts';
import { addressBytes, bytesOf, clientOptions, type Options, sampleMac } from '../dhcp/sample.contract.ts';
import type { Lease } from '../lease/lease.ts';
import {
  decideSample,
  dhcpNetwork,
  dhcpSettings,
  type Given,
  nowMs,
  optionsOf,
  packetOf,
  type Sent,
  sampleLeases,
} from './sample.contract.ts';

const other = '52:54:00:00:00:99';
const server = [10, 77, 0, 1];
const us = { [option.serverIdentifier]: addressBytes('10.77.0.1') };
const wants = (address: string): Options => ({ [option.requestedAddress]: addressBytes(address) });
const text = (value: string) => [...bytesOf(value)];
const broadcast = { address: '255.255.255.255', port: 68 };

const decideDhcp = (type: Parameters<typeof packetOf>[0], options: Options, given: Given = {}, sent: Sent = {}) =>
  decideSample(packetOf(type, options, sent), { network: dhcpNetwork, ...given });

function leased(...leases: Partial<Lease>[]) {
  const table = sampleLeases();
  table.restore(
    leases.map((lease) => ({
      mac: sampleMac,
      address: '10.77.0.100',
      known: true,
      seconds: 600,
      expiresAtMs: nowMs + 60_000,
      ...lease,
    })),
  );
  return table;
}

function offered(address = '10.77.0.100', mac = sampleMac) {
  const table = sampleLeases();
  table.apply({ kind: 'offer', mac, address, known: true }, nowMs);
  return table;
}

describe('decide in dhcp mode, DISCOVER', () => {
  test('offers a system an address and what it asks for, in that order, and no boot file', () => {
    const { rule, reply, answer, lease } = decideDhcp('DISCOVER', clientOptions.linux, {
      machine: { hostName: 'node1' },
    });
    expect([rule, reply!.to]).toEqual(['offer', broadcast]);
    expect(answer).toMatchObject({ yourAddress: '10.77.0.100', nextServer: '0.0.0.0', file: '', flags: 0 });
    expect(optionsOf(answer)).toEqual([
      [53, [2]],
      [54, server],
      [51, [0, 0, 14, 16]],
      [1, [255, 255, 255, 0]],
      [28, [10, 77, 0, 255]],
      [3, [10, 77, 0, 254]],
      [15, text('example.com')],
      [6, [10, 77, 0, 2, 10, 77, 0, 3]],
      [12, text('node1')],
      [42, [10, 77, 0, 4]],
      [61, [...clientOptions.linux[61]]],
    ]);
    expect(lease).toEqual({ kind: 'offer', mac: sampleMac, address: '10.77.0.100', known: true });
  });

  test('offers the essentials to who has no list of wishes', () => {
    const { answer } = decideDhcp('DISCOVER', {});
    expect([...answer!.options.keys()]).toEqual([53, 54, 51, 1, 3, 6, 15, 58, 59]);
    expect(optionsOf(answer).slice(-2)).toEqual([
      [58, [0, 0, 7, 8]],
      [59, [0, 0, 12, 78]],
    ]);
  });

  test.each(['ovmf', 'biosRom'] as const)('offers %s its loader without a class, for a short time', (name) => {
    const { answer } = decideDhcp('DISCOVER', clientOptions[name]);
    expect(answer).toMatchObject({ yourAddress: '10.77.0.100', nextServer: '10.77.0.1' });
    expect(answer!.file).toBe(name === 'ovmf' ? 'ipxe.efi' : 'undionly.kpxe');
    expect([60, 43, 175].filter((code) => answer!.options.has(code))).toEqual([]);
    expect([...answer!.options.get(51)!]).toEqual([0, 0, 2, 88]);
  });

  test('offers UEFI HTTP boot its URL with the class', () => {
    const { answer } = decideDhcp('DISCOVER', clientOptions.ovmfHttp);
    expect(readText(answer!, 60)).toBe('HTTPClient');
    expect(readText(answer!, 67)).toBe('http://10.77.0.1:8080/netboot/ipxe.efi');
  });

  test('offers UEFI firmware that is to boot from its disk an address alone, where its loader would not come back', () => {
    const { rule, boot, answer } = decideDhcp('DISCOVER', clientOptions.ovmf, {
      lookups: { bootsFromDisk: () => true },
    });
    expect([rule, boot?.rule, answer?.yourAddress]).toEqual(['offer', 'boots_from_disk', '10.77.0.100']);
    expect([answer?.file, answer?.nextServer, answer?.options.has(60), answer?.options.has(67)]).toEqual([
      '',
      '0.0.0.0',
      false,
      false,
    ]);
  });

  test('offers iPXE its script, and the word not to wait for a proxy', () => {
    const { answer } = decideDhcp('DISCOVER', clientOptions.ipxeBios);
    expect(answer!.file).toBe('http://10.77.0.1:8080/boot.ipxe');
    expect(answer!.options.has(60)).toBe(false);
    expect([...answer!.options.get(175)!]).toEqual([176, 1, 1]);
  });

  test('offers the Debian installer an address and nothing to boot, though it asks', () => {
    const { answer, boot } = decideDhcp('DISCOVER', clientOptions.debianInstaller);
    expect(boot).toEqual({ rule: 'not_network_boot' });
    expect(answer).toMatchObject({ yourAddress: '10.77.0.100', file: '', nextServer: '0.0.0.0' });
    expect([66, 67].filter((code) => answer!.options.has(code))).toEqual([]);
  });

  test.each([
    ['a Raspberry Pi', clientOptions.biosRom, 'dc:a6:32:00:00:01', 'raspberry_pi'],
    [
      'an architecture that nobody knows',
      { 60: bytesOf('PXEClient'), 93: bytesOf(0, 99) },
      sampleMac,
      'unknown_architecture',
    ],
  ] as const)('offers %s an address without a boot file', (_, options, mac, boot) => {
    const decision = decideDhcp('DISCOVER', options, {}, { mac });
    expect(decision).toMatchObject({
      rule: 'offer',
      boot: { rule: boot },
      answer: { file: '', yourAddress: '10.77.0.100' },
    });
  });

  test('offers the reservation of a machine, if it is of this network', () => {
    expect(decideDhcp('DISCOVER', {}, { machine: { address: '10.77.0.7' } }).answer!.yourAddress).toBe('10.77.0.7');
    expect(decideDhcp('DISCOVER', {}, { machine: { address: '10.88.0.7' } }).answer!.yourAddress).toBe('10.77.0.100');
  });

  test('is silent when no address is left, and towards unknown machines unless all are answered', () => {
    const full = leased(
      { mac: other },
      { mac: '52:54:00:00:00:98', address: '10.77.0.101' },
      { mac: '52:54:00:00:00:97', address: '10.77.0.102' },
    );
    expect(decideDhcp('DISCOVER', {}, { leases: full }).rule).toBe('pool_exhausted');
    const machine = { known: false };
    expect(decideDhcp('DISCOVER', {}, { machine }).rule).toBe('unknown_machine');
    expect(decideDhcp('DISCOVER', {}, { machine, network: { ...dhcpNetwork, answerTo: 'all' } }).rule).toBe('offer');
  });

  test('knows a machine by its lease whose system does not send the UUID that its group wants', () => {
    const decision = decideDhcp('DISCOVER', clientOptions.linux, { machine: { known: false }, leases: leased({}) });
    expect(decision).toMatchObject({ rule: 'offer', answer: { yourAddress: '10.77.0.100' } });
  });

  test('never sends 108 or 116, and nothing that is not configured, whatever is asked', () => {
    const dhcp = { ...dhcpSettings, routers: [], dnsServers: [], ntpServers: [], domainName: '' };
    const options = { 55: Uint8Array.from({ length: 254 }, (_, index) => index + 1) };
    const { answer } = decideDhcp('DISCOVER', options, { network: { ...dhcpNetwork, dhcp } });
    expect([...answer!.options.keys()]).toEqual([53, 54, 51, 1, 28, 58, 59]);
  });
});

describe('decide in dhcp mode, REQUEST', () => {
  const request = (options: Options, given?: Given, sent?: Sent) => decideDhcp('REQUEST', options, given, sent);
  const renewing = { clientAddress: '10.77.0.100', source: { address: '10.77.0.100', port: 68 } };

  test('confirms what was offered, with the boot file again', () => {
    const decision = request({ ...clientOptions.ovmf, ...us, ...wants('10.77.0.100') }, { leases: offered() });
    expect(decision).toMatchObject({
      rule: 'selected',
      reply: { type: 'ACK', to: broadcast, from: 'dhcp' },
      answer: { yourAddress: '10.77.0.100', file: 'ipxe.efi', nextServer: '10.77.0.1' },
      lease: {
        kind: 'bind',
        lease: { mac: sampleMac, address: '10.77.0.100', known: true, seconds: 600, expiresAtMs: nowMs + 600_000 },
      },
    });
  });

  test('notes the client identifier and the name that the machine gives', () => {
    const { lease } = request({ ...clientOptions.linux, ...us, ...wants('10.77.0.100') }, { leases: offered() });
    expect(lease).toEqual({
      kind: 'bind',
      lease: {
        mac: sampleMac,
        address: '10.77.0.100',
        known: true,
        seconds: 3600,
        expiresAtMs: nowMs + 3_600_000,
        clientIdentifier: 'ff000102030001000109090909525400a19cae',
        hostName: 'node1',
      },
    });
  });

  test('is silent when the machine takes another server, and forgets the offer', () => {
    const options = { ...wants('10.77.0.100'), 54: addressBytes('10.77.0.9') };
    expect(request(options, { leases: offered() })).toMatchObject({
      rule: 'other_server',
      outcome: 'ignored',
      lease: { kind: 'forget_offer', mac: sampleMac },
    });
    expect(request({ ...wants('10.77.0.100'), 54: bytesOf(10, 77) }, { leases: offered() }).rule).toBe('other_server');
  });

  test('refuses what it did not offer, with nothing but the reason', () => {
    const { rule, outcome, reply, answer, lease } = request(
      { ...clientOptions.linux, ...us, ...wants('10.77.0.101') },
      { leases: offered() },
    );
    expect([rule, outcome, reply!.type, reply!.to, lease]).toEqual([
      'not_offered',
      'refused',
      'NAK',
      broadcast,
      undefined,
    ]);
    expect(answer).toMatchObject({ yourAddress: '0.0.0.0', clientAddress: '0.0.0.0', nextServer: '0.0.0.0', file: '' });
    expect(optionsOf(answer)).toEqual([
      [53, [6]],
      [54, server],
      [56, text('the address is not what it was offered')],
    ]);
  });

  test.each([
    ['leased to another', '10.77.0.100', 'leased_to_other'],
    ['of another network', '10.78.0.100', 'wrong_network'],
  ])('refuses an address that is %s', (_, address, rule) => {
    expect(request({ ...us, ...wants(address) }, { leases: leased({ mac: other }) }).rule).toBe(rule);
  });

  test('confirms its own address without an offer: after a restart of ours, or by reservation', () => {
    expect(request({ ...us, ...wants('10.77.0.100') }, { leases: leased({}) }).rule).toBe('selected');
    expect(request({ ...us, ...wants('10.77.0.7') }, { machine: { address: '10.77.0.7' } }).rule).toBe('selected');
  });

  test('lets a machine that reboots keep its address', () => {
    const decision = request(wants('10.77.0.100'), { leases: leased({}) });
    expect(decision).toMatchObject({
      rule: 'rebooted',
      reply: { type: 'ACK', to: broadcast },
      answer: { yourAddress: '10.77.0.100' },
    });
    const ended = leased({ expiresAtMs: nowMs - 1 });
    expect(request(wants('10.77.0.100'), { leases: ended }).rule).toBe('rebooted');
  });

  test('extends a lease, to the machine itself', () => {
    const { rule, reply, answer, lease } = request(clientOptions.linux, { leases: leased({}) }, renewing);
    expect([rule, reply!.to]).toEqual(['renewed', { address: '10.77.0.100', port: 68 }]);
    expect(answer).toMatchObject({ clientAddress: '10.77.0.100', yourAddress: '10.77.0.100' });
    expect(lease).toMatchObject({ lease: { expiresAtMs: nowMs + 3_600_000 } });
  });

  const answers = {
    none: ['lease_unknown', 'lease_unknown', 'lease_unknown'],
    network: ['wrong_network', 'leased_to_other', 'lease_unknown'],
    full: ['wrong_network', 'leased_to_other', 'no_lease'],
  };
  test.each(Object.entries(answers))(
    'with authority %s answers who comes back with a wrong or unknown address',
    (authority, rules) => {
      const network = { ...dhcpNetwork, dhcp: { ...dhcpSettings, authority: authority as 'none' } };
      const leases = leased({ mac: other });
      const come = (address: string, sent: Sent) =>
        request(sent.clientAddress === undefined ? wants(address) : {}, { network, leases }, sent).rule;
      expect(['10.78.0.5', '10.77.0.100', '10.77.0.101'].map((address) => come(address, {}))).toEqual(rules);
      expect(
        ['10.78.0.5', '10.77.0.100', '10.77.0.101'].map((clientAddress) => come(clientAddress, { clientAddress })),
      ).toEqual(rules);
    },
  );

  test('refuses another address than the machine’s own', () => {
    expect(request(wants('10.77.0.101'), { leases: leased({}) }).rule).toBe('not_offered');
  });

  test('broadcasts a refusal to a machine that has an address, and through its relay', () => {
    const { reply } = request({}, { leases: leased({ mac: other }) }, renewing);
    expect(reply!.to).toEqual(broadcast);
    const relayed = request(
      { 82: bytesOf(1, 1, 'p'), ...us, ...wants('10.77.0.102') },
      {},
      { relayAddress: '10.77.0.253' },
    );
    expect(relayed.reply!.to).toEqual({ address: '10.77.0.253', port: 67 });
    expect(relayed.answer).toMatchObject({ flags: 0x8000, relayAddress: '10.77.0.253' });
    expect(optionsOf(relayed.answer).at(-1)).toEqual([82, [1, 1, 0x70]]);
  });

  test('ignores one that names no address', () => {
    expect(request({}).rule).toBe('bad_request');
    expect(request(us).rule).toBe('bad_request');
  });

  test('answers the machine of a reservation that it comes back with', () => {
    expect(request(wants('10.77.0.7'), { machine: { address: '10.77.0.7' } }).rule).toBe('rebooted');
  });
});

describe('decide in dhcp mode, the others', () => {
  const informing = { clientAddress: '10.77.0.33', source: { address: '10.77.0.33', port: 68 } };

  test('INFORM is answered to the machine, without an address or a lease', () => {
    const { rule, reply, answer, lease } = decideDhcp('INFORM', clientOptions.linux, {}, informing);
    expect([rule, reply!.to, lease]).toEqual(['informed', { address: '10.77.0.33', port: 68 }, undefined]);
    expect(answer).toMatchObject({ clientAddress: '10.77.0.33', yourAddress: '0.0.0.0' });
    expect([...answer!.options.keys()]).toEqual([53, 54, 1, 28, 3, 15, 6, 42, 61]);
  });

  test.each(['0.0.0.0', '10.78.0.5', '255.255.255.255'])('INFORM from %s is ignored', (clientAddress) => {
    expect(decideDhcp('INFORM', {}, {}, { clientAddress }).rule).toBe('bad_request');
  });

  test.each([
    ['its own', us, '10.77.0.100', 'released'],
    ['another address', us, '10.77.0.101', 'not_its_lease'],
    ['of another server', { 54: addressBytes('10.77.0.9') }, '10.77.0.100', 'other_server'],
    ['of no server', {}, '10.77.0.100', 'other_server'],
  ])('RELEASE of %s', (_, options, clientAddress, rule) => {
    const decision = decideDhcp('RELEASE', options, { leases: leased({}) }, { clientAddress });
    expect([decision.rule, decision.reply]).toEqual([rule, undefined]);
    expect(decision.lease).toEqual(rule === 'released' ? { kind: 'release', mac: sampleMac } : undefined);
  });

  test.each([
    ['its own', { ...us, ...wants('10.77.0.100') }, 'declined'],
    ['another address', { ...us, ...wants('10.77.0.101') }, 'not_its_lease'],
    ['no address', us, 'not_its_lease'],
    ['of another server', { 54: addressBytes('10.77.0.9'), ...wants('10.77.0.100') }, 'other_server'],
  ])('DECLINE of %s', (_, options, rule) => {
    for (const leases of [leased({}), offered()]) {
      const decision = decideDhcp('DECLINE', options, { leases });
      expect([decision.rule, decision.reply]).toEqual([rule, undefined]);
      expect(decision.lease).toEqual(
        rule === 'declined' ? { kind: 'decline', mac: sampleMac, address: '10.77.0.100' } : undefined,
      );
    }
  });
});

describe('the size of an answer', () => {
  const dhcp = {
    ...dhcpSettings,
    dnsServers: Array.from({ length: 60 }, (_, index) => `10.1.0.${index}`),
    ntpServers: Array.from({ length: 60 }, (_, index) => `10.2.0.${index}`),
    domainName: 'd'.repeat(200),
  };
  const network = { ...dhcpNetwork, dhcp };
  const list = { [option.parameterList]: Uint8Array.of(1, 3, 15, 6, 42, 28) };

  test.each([
    [undefined, 548, [53, 54, 51, 1, 3, 15, 28]],
    [[1, 0], 548, [53, 54, 51, 1, 3, 15, 28]],
    [[3, 0xe8], 972, [53, 54, 51, 1, 3, 15, 6, 42, 28]],
    [[0xff, 0], 1472, [53, 54, 51, 1, 3, 15, 6, 42, 28]],
  ])('keeps to option 57 of %j: at most %i bytes', (maximum, most, codes) => {
    const options = { ...list, ...(maximum && { [option.maximumSize]: Uint8Array.from(maximum) }) };
    const { answer } = decideDhcp('DISCOVER', options, { network });
    expect(packetBytes(answer!.options)).toBeLessThanOrEqual(most);
    expect([...answer!.options.keys()]).toEqual(codes);
  });

  test('keeps what the machine cannot do without', () => {
    const { answer } = decideDhcp(
      'DISCOVER',
      { ...clientOptions.ovmfHttp, 61: new Uint8Array(255).fill(7), 57: bytesOf(2, 64) },
      { network },
    );
    for (const code of [53, 54, 51, 1, 60, 61, 67, 97]) expect(answer!.options.has(code)).toBe(true);
  });
});

const anyMessage = fc.record({
  type: fc.constantFrom('DISCOVER', 'REQUEST', 'INFORM', 'RELEASE', 'DECLINE'),
  options: fc.constantFrom(...Object.values(clientOptions), {}),
  more: fc.record(
    {
      50: address(),
      54: address(),
      57: fc.uint8Array({ minLength: 2, maxLength: 2 }),
      61: fc.uint8Array({ maxLength: 255 }),
    },
    { requiredKeys: [] },
  ),
  clientAddress: fc.constantFrom('0.0.0.0', '0.0.0.0', '10.77.0.100', '10.78.0.1'),
});

function address() {
  return fc.constantFrom(
    addressBytes('10.77.0.1'),
    addressBytes('10.77.0.100'),
    addressBytes('10.77.0.101'),
    addressBytes('10.78.0.1'),
    bytesOf(1),
  );
}

test('decide in dhcp mode confirms only addresses that nobody else has, and NAKs say nothing else', () => {
  fc.assert(
    fc.property(anyMessage, ({ type, options, more, clientAddress }) => {
      const leases = leased({ mac: other });
      const decision = decideDhcp(type, { ...options, ...(more as Options) }, { leases }, { clientAddress });
      const { reply, answer, lease } = decision;
      if (lease?.kind === 'bind') expect(leases.holderOf(lease.lease.address, nowMs) ?? sampleMac).toBe(sampleMac);
      if (answer === undefined) return;
      expect([...answer.options.keys()].slice(0, 2)).toEqual([53, 54]);
      if (reply!.type === 'NAK') expect([...answer.options.keys()]).toEqual([53, 54, 56]);
      else expect(answer.yourAddress).not.toBe('10.77.0.100');
      expect(answer.options.has(60) ? readText(answer, 60) : 'HTTPClient').toBe('HTTPClient');
    }),
  );
});
