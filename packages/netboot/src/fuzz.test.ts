import { expect, test } from 'vitest';
import { decide } from './decide/decide.ts';
import { dhcpNetwork, proxyNetwork, sampleLeases, sampleSituation } from './decide/sample.contract.ts';
import { messageTypeOf } from './dhcp/message.ts';
import { decodePacket, encodePacket } from './dhcp/packet.ts';
import { addressBytes, clientOptions, type Options, sampleMessage } from './dhcp/sample.contract.ts';
import { encodeTftp } from './tftp/packet.ts';
import { TftpSessions } from './tftp/sessions.ts';

/** `NETBOOT_FUZZ=1000000 npx vitest run packages/netboot/src/fuzz.test.ts` for the long form. */
const packets = Number(process.env.NETBOOT_FUZZ ?? 20_000);
const seed = Number(process.env.NETBOOT_FUZZ_SEED ?? 1);

/** Numbers that look random, the same for a seed (mulberry32). */
function randomFrom(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A corpus packet that is changed, cut, lengthened or joined with another; now and then mere noise. */
function mutate(corpus: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  const base = corpus[random(corpus.length)]!;
  const how = random(6);
  if (how === 0) return base.subarray(0, random(base.length + 1));
  if (how === 1) return Uint8Array.from({ length: random(600) }, () => random(256));
  const bytes = Uint8Array.from(base);
  for (let change = random(4); change > 0; change--) bytes[random(bytes.length)] = random(256);
  if (how === 2)
    for (let change = random(20); change > 0; change--)
      bytes[Math.min(bytes.length - 1, 240 + random(200))] = random(256);
  if (how === 3) return Uint8Array.from([...bytes, ...corpus[random(corpus.length)]!]);
  return bytes;
}

const us = { 54: addressBytes('10.77.0.1'), 50: addressBytes('10.77.0.100') };
const types = ['DISCOVER', 'REQUEST', 'INFORM', 'RELEASE', 'DECLINE'] as const;
const dhcpCorpus = Object.values(clientOptions).flatMap((options: Options) =>
  types.flatMap((type) => [
    encodePacket(sampleMessage(type, options)),
    encodePacket(sampleMessage(type, { ...options, ...us }, { clientAddress: '10.77.0.100' })),
  ]),
);
const asked = { kind: 'read', mode: 'octet' } as const;
const tftpCorpus = [
  encodeTftp({
    ...asked,
    name: 'ipxe.efi',
    options: [
      ['tsize', '0'],
      ['blksize', '1468'],
      ['windowsize', '4'],
    ],
  }),
  encodeTftp({ ...asked, name: '/a/../b', options: [['timeout', '3']] }),
  encodeTftp({ kind: 'acknowledgement', block: 0 }),
  encodeTftp({ kind: 'acknowledgement', block: 4 }),
  encodeTftp({ kind: 'error', code: 8, text: 'aborted' }),
  encodeTftp({ kind: 'data', block: 1, data: new Uint8Array(5) }),
];

test(`decide answers no nonsense among ${packets} random, changed and cut packets`, () => {
  const random = randomFrom(seed);
  const leases = sampleLeases();
  const situations = [proxyNetwork, { ...dhcpNetwork, answerTo: 'all' as const }].map((network) =>
    sampleSituation({ network, leases }),
  );
  let [answers, drops] = [0, 0];
  for (let count = 0; count < packets; count++) {
    const bytes = mutate(dhcpCorpus, random);
    const isProxy = random(2) === 0;
    const port = random(4) === 0 ? 'boot' : 'dhcp';
    const decision = decide(
      { bytes, port, source: { address: '10.77.0.50', port: 68 } },
      situations[isProxy ? 0 : 1]!,
      count,
    );
    if (decision.outcome === 'dropped') drops++;
    if (decision.lease) leases.apply(decision.lease, count);
    if (decision.reply === undefined) continue;
    answers++;
    const { message } = decodePacket(bytes);
    expect([message!.operation, message!.hardwareType, message!.hardwareLength]).toEqual([1, 1, 6]);
    expect(['DISCOVER', 'REQUEST', 'INFORM']).toContain(messageTypeOf(message!));
    const encoded = encodePacket(decision.reply.message);
    expect(encoded.length).toBeLessThanOrEqual(1472);
    const { message: answer } = decodePacket(encoded);
    expect([answer!.operation, answer!.transactionId]).toEqual([2, message!.transactionId]);
    expect(answer!.hardwareField).toEqual(message!.hardwareField);
    if (!isProxy) continue;
    expect(decision.reply.type).not.toBe('NAK');
    expect([1, 3, 6, 51, 58, 59].filter((code) => answer!.options.has(code))).toEqual([]);
  }
  // Neither everything nor nothing is nonsense, or the test would prove nothing.
  expect(answers).toBeGreaterThan(packets / 50);
  expect(drops).toBeGreaterThan(packets / 50);
});

test(`TftpSessions keeps its limits among ${packets} random, changed and cut packets`, () => {
  const random = randomFrom(seed);
  const sessions = new TftpSessions<{ readonly sizeBytes: number }>({
    transfers: 50,
    transfersPerAddress: 16,
    mtuBytes: 1500,
  });
  let effects = 0;
  for (let count = 0; count < packets; count++) {
    const client = { address: `10.77.0.${random(8)}`, port: 1000 + random(12) };
    const done = [...sessions.receive(mutate(tftpCorpus, random), client, count)];
    if (random(10) === 0) done.push(...sessions.tick(count));
    for (const effect of done) {
      if (effect.kind === 'open')
        done.push(
          ...sessions.opened(effect.client, random(5) === 0 ? 'missing' : { sizeBytes: random(100_000) }, count),
        );
      if (effect.kind !== 'send_blocks') continue;
      expect(effect.count).toBeLessThanOrEqual(64);
      expect((effect.first - 1) * effect.blockSizeBytes).toBeLessThanOrEqual(effect.file.sizeBytes);
    }
    effects += done.length;
    expect(sessions.size).toBeLessThanOrEqual(50);
  }
  expect(effects).toBeGreaterThan(packets / 50);
});
