import { expect, test } from 'vitest';
import { clientOptions, sampleMac } from '../dhcp/sample.contract.ts';
import { AnswerAllowance } from './allowance.ts';
import { BoundedMap } from './bounded-map.ts';
import { BootObserver } from './observer.ts';
import { decideSample, dhcpNetwork, type Given, packetOf } from './sample.contract.ts';

const discover = (name: keyof typeof clientOptions, transactionId: number, seconds = 0, given?: Given) =>
  decideSample(packetOf('DISCOVER', clientOptions[name], { transactionId, seconds }), given);

test('BootObserver names a machine that takes the loader four times and never asks for its script', () => {
  const observer = new BootObserver();
  const notices = [1, 2, 3, 4, 5].map((boot) => observer.note(discover('ovmf', boot), boot * 60_000));
  expect(notices.map((each) => each.map(({ kind, text }) => [kind, text]))).toEqual([
    [],
    [],
    [],
    [
      [
        'loader_loop',
        `${sampleMac} was given ipxe.efi (x86-64 UEFI) 4 times in 10 minutes and never asked for its script; it shows 60="PXEClient:Arch:00007:UNDI:003000" 93=7`,
      ],
    ],
    [],
  ]);
});

test('BootObserver counts boots, not packets, and only those of the last ten minutes', () => {
  const observer = new BootObserver();
  for (let repeat = 0; repeat < 9; repeat++) expect(observer.note(discover('ovmf', 1), 0)).toEqual([]);
  for (const boot of [2, 3]) observer.note(discover('ovmf', boot), 1000);
  expect(observer.note(discover('ovmf', 4), 601_000)).toEqual([]);
});

test.each(['script decision', 'script fetched'])('BootObserver begins anew with a %s', (how) => {
  const observer = new BootObserver();
  for (const boot of [1, 2, 3]) observer.note(discover('ovmf', boot), boot);
  if (how === 'script decision') observer.note(discover('ipxeEfi', 9), 4);
  else observer.noteScript(sampleMac);
  for (const boot of [11, 12, 13]) expect(observer.note(discover('ovmf', boot), boot)).toEqual([]);
  expect(observer.note(discover('ovmf', 14), 14)).toHaveLength(1);
});

test('BootObserver tells firmware that takes no offer of two servers: the third DISCOVER of a transaction', () => {
  const observer = new BootObserver();
  const notices = [0, 4, 4, 8, 12].map((seconds) => observer.note(discover('ovmf', 7, seconds), seconds * 1000));
  expect(notices.map((each) => each.map(({ kind }) => kind))).toEqual([[], [], [], ['proxy_offer_not_taken'], []]);
  expect(notices[3]![0]!.text).toBe(
    `${sampleMac} repeats its DISCOVER and takes no proxy offer; some firmware wants address and boot file from one server: use dhcp mode, or name the boot file in the site's DHCP server`,
  );
});

test('BootObserver tells offers of addresses that do not arrive', () => {
  const observer = new BootObserver();
  const notices = [0, 4, 8].map((seconds) =>
    observer.note(discover('linux', 7, seconds, { network: dhcpNetwork }), seconds * 1000),
  );
  expect(notices[2]!.map(({ kind }) => kind)).toEqual(['offer_not_taken']);
});

test('BootObserver is content when port 4011 is asked in between', () => {
  const observer = new BootObserver();
  const sent = { port: 'boot', clientAddress: '10.77.0.50', source: { address: '10.77.0.50', port: 4011 } } as const;
  for (const seconds of [0, 4]) observer.note(discover('ovmf', 7, seconds), 0);
  observer.note(decideSample(packetOf('REQUEST', clientOptions.ovmf, sent)), 0);
  expect(observer.note(discover('ovmf', 7, 8), 0)).toEqual([]);
});

test('AnswerAllowance gives a machine twenty answers in ten seconds', () => {
  const allowance = new AnswerAllowance();
  for (let count = 0; count < 20; count++) {
    expect(allowance.check('a', count)).toBe('free');
    allowance.take('a', count);
  }
  expect(allowance.check('a', 20)).toBe('machine');
  expect(allowance.check('b', 20)).toBe('free');
  expect(allowance.check('a', 9999)).toBe('machine');
  expect(allowance.check('a', 10_000)).toBe('free');
});

test('AnswerAllowance lets a burst through and then so many each second', () => {
  const allowance = new AnswerAllowance({ perMachine: 8, windowMs: 10_000, perSecond: 10, burst: 3 });
  for (const mac of ['a', 'b', 'c']) allowance.take(mac, 0);
  expect(allowance.check('d', 0)).toBe('all');
  expect(allowance.check('d', 99)).toBe('all');
  expect(allowance.check('d', 100)).toBe('free');
  allowance.take('d', 100);
  expect(allowance.check('e', 150)).toBe('all');
  expect(allowance.check('e', 100_000)).toBe('free');
});

test('BoundedMap forgets what was set longest ago', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([3, undefined, 4, 2]);
  map.delete('a');
  expect([map.get('a'), map.size]).toEqual([undefined, 1]);
});
