import { describe, expect, test } from 'vitest';
import type { DhcpMessage } from '../dhcp/message.ts';
import { decodePacket, encodePacket } from '../dhcp/packet.ts';
import { addressBytes, bytesOf, type Options, sampleMessage } from '../dhcp/sample.contract.ts';
import { describeServer, mergeServers, probeMac, probeMessage, readProbeAnswer } from './probe.ts';

const offer = (options: Options, fields: Partial<DhcpMessage> = {}) =>
  sampleMessage('OFFER', { 54: addressBytes('10.77.0.9'), ...options }, { operation: 2, transactionId: 7, ...fields });

test('probeMac makes a local address of one machine', () => {
  expect(probeMac(bytesOf(0xff, 1, 2, 3, 4, 5))).toBe('fe:01:02:03:04:05');
  expect(probeMac(bytesOf(0, 1, 2, 3, 4, 5))).toBe('02:01:02:03:04:05');
});

test('probeMessage asks as a machine that boots, and wants a broadcast', () => {
  const message = decodePacket(encodePacket(probeMessage('02:01:02:03:04:05', 7, 7))).message!;
  expect(message).toMatchObject({ operation: 1, transactionId: 7, flags: 0x8000 });
  expect([...message.hardwareField.subarray(0, 6)]).toEqual([2, 1, 2, 3, 4, 5]);
  expect(message.options.get(60)).toEqual(bytesOf('PXEClient:Arch:00007:UNDI:003000'));
});

describe('readProbeAnswer', () => {
  test('reads what stands in our way', () => {
    const options = {
      51: bytesOf(0, 0, 14, 16),
      60: bytesOf('PXEClient'),
      43: bytesOf(6, 1, 8, 255),
      67: bytesOf('x.efi'),
    };
    expect(readProbeAnswer(offer(options, { yourAddress: '10.77.0.50', nextServer: '10.77.0.8' }), 7)).toEqual({
      serverIdentifier: '10.77.0.9',
      offeredAddress: '10.77.0.50',
      leaseSeconds: 3600,
      nextServer: '10.77.0.8',
      bootFile: 'x.efi',
      vendorClass: 'PXEClient',
      hasVendorSpecific: true,
    });
    expect(readProbeAnswer(offer({}, { file: 'a\x1b' }), 7)).toEqual({
      serverIdentifier: '10.77.0.9',
      bootFile: 'a\\x1b',
      hasVendorSpecific: false,
    });
  });

  test.each([
    ['another transaction', offer({}), 8],
    ['a request', { ...offer({}), operation: 1 }, 7],
    ['an ACK', sampleMessage('ACK', { 54: addressBytes('10.77.0.9') }, { operation: 2, transactionId: 7 }), 7],
    ['an offer of nobody', offer({ 54: bytesOf(1) }), 7],
  ] as const)('passes over %s', (_, message, transactionId) => {
    expect(readProbeAnswer(message, transactionId)).toBeUndefined();
  });
});

test('mergeServers keeps one for each server, the one with an address first', () => {
  const proxy = { serverIdentifier: 'a', hasVendorSpecific: true };
  const full = { serverIdentifier: 'a', offeredAddress: '10.77.0.5', hasVendorSpecific: false };
  const second = { serverIdentifier: 'b', hasVendorSpecific: false };
  expect(mergeServers([proxy, full, second, proxy])).toEqual([full, second]);
});

test.each([
  [{ serverIdentifier: '10.77.0.9', hasVendorSpecific: false }, 'a proxyDHCP server at 10.77.0.9'],
  [
    {
      serverIdentifier: '10.77.0.9',
      offeredAddress: '10.77.0.50',
      bootFile: 'x.efi',
      vendorClass: 'PXEClient',
      hasVendorSpecific: false,
    },
    'a DHCP server at 10.77.0.9: it offers 10.77.0.50; it names the boot file x.efi, which some firmware takes before ours; it says PXEClient without option 43, so that UEFI asks its port 4011 and not ours',
  ],
])('describeServer says what it means', (server, text) => {
  expect(describeServer(server)).toBe(text);
});
