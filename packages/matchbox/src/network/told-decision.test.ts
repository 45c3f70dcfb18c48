import type { Decision, TransferRecord } from '@matchbox/netboot';
import { expect, test } from 'vitest';
import { tellDecision, tellTransfer } from './told-decision.ts';

const client = {
  mac: '52:54:00:a1:9c:ae',
  uuid: '16e7d8a7-bfa9-428b-9117-363341bb330a',
  vendorClass: 'PXEClient',
  userClasses: [],
  architectures: [7],
  boots: 'pxe',
  ipxeHasHttp: false,
  raspberryPi: false,
} as const;
const base = {
  network: 'rack',
  mode: 'proxy',
  dryRun: false,
  port: 'dhcp',
  source: { address: '0.0.0.0', port: 68 },
  type: 'DISCOVER',
  client,
  evidence: '60="PXEClient" 93=7',
} as const;
const message = (yourAddress: string) => ({ yourAddress }) as NonNullable<Decision['reply']>['message'];
const reply = (type: 'OFFER' | 'ACK' | 'NAK', yourAddress = '0.0.0.0') =>
  ({ type, message: message(yourAddress), to: base.source, from: 'dhcp' }) as const;
const boot = { rule: 'loader', file: 'ipxe.efi', architecture: 7 } as const;
const offered: Decision = { ...base, rule: 'proxy_offer', outcome: 'answered', boot, reply: reply('OFFER') };

test('tellDecision says who was offered what, and why', () => {
  expect(tellDecision(offered, 5)).toEqual({
    labels: new Map([
      ['mac', '52:54:00:a1:9c:ae'],
      ['uuid', '16e7d8a7-bfa9-428b-9117-363341bb330a'],
    ]),
    address: '',
    type: 'DISCOVER',
    reason: 'proxy_offer:loader',
    text: 'answered: it is a network boot client, and another server gives it an address; ipxe.efi; x86-64 UEFI; network rack; 60="PXEClient" 93=7',
    isBootClient: true,
    progress: { loader: 'ipxe.efi' },
    at: 5,
  });
});

test('tellDecision says why a machine that is to boot from its disk gets an address and no loader', () => {
  const disk = { rule: 'boots_from_disk' } as const;
  const reasonOf = (rule: Decision['rule']) => tellDecision({ ...offered, rule, boot: disk }, 5)?.reason;
  expect([reasonOf('offer'), reasonOf('boots_from_disk')]).toEqual(['offer:boots_from_disk', 'boots_from_disk']);
});

const progressOf = (decision: Decision) => tellDecision(decision, 0)?.progress;
const script = { rule: 'script', file: 'http://192.0.2.1/s' } as const;
const unknown = { rule: 'unknown_machine' } as const;

test.each<[string, Decision, unknown]>([
  ['iPXE, which gets its script', { ...offered, boot: script }, { script: 'http://192.0.2.1/s' }],
  [
    'port 4011',
    { ...offered, rule: 'boot_file', port: 'boot', type: 'REQUEST', reply: reply('ACK') },
    { loader: 'ipxe.efi', taken: true },
  ],
  [
    'an address that it takes',
    { ...offered, rule: 'selected', type: 'REQUEST', reply: reply('ACK', '10.77.0.7') },
    { loader: 'ipxe.efi', taken: true },
  ],
  [
    'an address of another server',
    { ...offered, rule: 'proxy_not_asked', outcome: 'ignored', type: 'REQUEST', reply: undefined } as never,
    { elsewhere: true },
  ],
  [
    'an unknown machine',
    { ...base, rule: 'unknown_machine', outcome: 'ignored', boot: unknown },
    {
      ignored: {
        reason: 'unknown_machine',
        why: 'no group but a default matches the machine, and only known ones are answered',
      },
    },
  ],
  [
    'an unknown machine that gets an address alone',
    { ...base, rule: 'offer', outcome: 'answered', boot: unknown, reply: reply('OFFER', '10.77.0.7') },
    {
      ignored: {
        reason: 'unknown_machine',
        why: 'no group but a default matches the machine, and only known ones are answered',
      },
    },
  ],
  [
    'no free address',
    { ...base, rule: 'pool_exhausted', outcome: 'ignored', boot },
    { ignored: { reason: 'pool_exhausted', why: 'no address is free' } },
  ],
  ['a machine that asks too often', { ...base, rule: 'rate_limited', outcome: 'ignored', boot }, undefined],
  [
    'a refusal',
    { ...base, rule: 'wrong_network', outcome: 'refused', type: 'REQUEST', boot, reply: reply('NAK') },
    { refused: { reason: 'wrong_network', why: 'the address is of another network' } },
  ],
  ['a dry run', { ...offered, dryRun: true }, undefined],
])('tellDecision of %s', (_, decision, progress) => {
  expect(progressOf(decision)).toEqual(progress);
});

const addressOf = (decision: Decision) => tellDecision(decision, 0)?.address;

test('tellDecision knows the address that a machine has, not one that it was refused or merely offered', () => {
  const asked = { ...offered, type: 'REQUEST', address: '10.77.0.8' } as const;
  expect(addressOf({ ...asked, rule: 'selected', reply: reply('ACK', '10.77.0.7') })).toBe('10.77.0.7');
  expect(addressOf({ ...asked, rule: 'boot_file', reply: reply('ACK') })).toBe('10.77.0.8');
  expect(addressOf({ ...asked, rule: 'wrong_network', outcome: 'refused', reply: reply('NAK') })).toBe('');
  expect(addressOf({ ...offered, rule: 'offer', reply: reply('OFFER', '10.77.0.7') })).toBe('');
});

test.each<[string, Decision]>([
  ['noise', { ...base, client: undefined, rule: 'too_short', outcome: 'dropped' } as never],
  ['our own search', { ...base, rule: 'own_probe', outcome: 'dropped' }],
  ['a lease that goes on', { ...base, rule: 'renewed', outcome: 'answered', reply: reply('ACK', '10.77.0.7') }],
])('tellDecision leaves out %s', (_, decision) => {
  expect(tellDecision(decision, 0)).toBeUndefined();
});

const record: TransferRecord = {
  ending: 'sent',
  client: { address: '10.77.0.7', port: 2070 },
  name: 'ipxe.efi',
  sizeBytes: 1000,
  sentBytes: 1000,
  startedMs: 10,
  endedMs: 30,
};

test('tellTransfer says what was fetched, and how much of it', () => {
  const whole = {
    file: 'ipxe.efi',
    by: 'tftp',
    address: '10.77.0.7',
    sentBytes: 1000,
    wantedBytes: 1000,
    milliseconds: 20,
    at: 5,
  };
  expect(tellTransfer(record, 5)).toEqual(whole);
  expect(tellTransfer({ ...record, ending: 'gave_up', sentBytes: 0 }, 5)).toEqual({ ...whole, sentBytes: 0 });
  expect(tellTransfer({ ...record, ending: 'aborted', sentBytes: 512 }, 5)).toEqual({ ...whole, sentBytes: 512 });
});

test.each<[TransferRecord['ending']]>([['aborted'], ['missing'], ['forbidden'], ['replaced']])(
  'tellTransfer leaves out what never began: %s',
  (ending) => {
    expect(tellTransfer({ ...record, ending, sentBytes: 0 }, 5)).toBeUndefined();
  },
);
