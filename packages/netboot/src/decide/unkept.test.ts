import { describe, expect, test } from 'vitest';
import { option } from '../dhcp/option.ts';
import { addressBytes, clientOptions, sampleMac } from '../dhcp/sample.contract.ts';
import { decideSample, dhcpNetwork, dhcpSettings, nowMs, packetOf, sampleLeases } from './sample.contract.ts';
import { answerUnkept } from './unkept.ts';

const ports = { client: 68, relay: 67 };
const given = { network: dhcpNetwork, ports, nowMs };
const bytesOf = (seconds: number) => Uint8Array.of(0, 0, seconds >> 8, seconds & 255);

function offered() {
  const leases = sampleLeases();
  leases.apply({ kind: 'offer', mac: sampleMac, address: '10.77.0.100', known: true }, nowMs);
  return leases;
}

const wants = { [option.requestedAddress]: addressBytes('10.77.0.100') };
const select = () =>
  decideSample(
    packetOf('REQUEST', { ...clientOptions.linux, ...wants, [option.serverIdentifier]: addressBytes('10.77.0.1') }),
    { network: dhcpNetwork, leases: offered() },
  );

describe('answerUnkept', () => {
  test('refuses an address that another server has given to another machine', () => {
    const { outcome, reply } = answerUnkept(select(), { code: 'taken' }, given);
    expect([outcome, reply!.type, reply!.message.yourAddress]).toEqual(['taken', 'NAK', '0.0.0.0']);
    expect(reply!.to).toEqual({ address: '255.255.255.255', port: 68 });
    expect(Buffer.from(reply!.message.options.get(option.message)!).toString()).toBe(
      "the address is another machine's",
    );
  });

  test('is silent to a machine that comes back where NAKs are not sent', () => {
    const network = { ...dhcpNetwork, dhcp: { ...dhcpSettings, authority: 'none' as const } };
    const decision = { ...select(), rule: 'rebooted' as const };
    expect(answerUnkept(decision, { code: 'taken' }, { ...given, network })).toEqual({
      outcome: 'taken',
      reply: undefined,
    });
    expect(answerUnkept({ ...decision, rule: 'selected' }, { code: 'taken' }, { ...given, network }).reply!.type).toBe(
      'NAK',
    );
  });

  test('gives a machine what is left of its lease while nothing can be kept', () => {
    const { outcome, reply } = answerUnkept(select(), { code: 'away', untilMs: nowMs + 800_900 }, given);
    expect([outcome, reply!.type, reply!.message.yourAddress]).toEqual(['shortened', 'ACK', '10.77.0.100']);
    const { options } = reply!.message;
    expect(options.get(option.leaseSeconds)).toEqual(bytesOf(800));
    // It did not ask for the other two.
    expect([options.has(option.renewalSeconds), options.has(option.rebindingSeconds)]).toEqual([false, false]);
  });

  test('is silent where nothing is left, or less than a minute', () => {
    for (const untilMs of [undefined, nowMs - 1, nowMs + 59_999])
      expect(answerUnkept(select(), { code: 'away', untilMs }, given)).toEqual({ outcome: 'away', reply: undefined });
  });
});

test('decide offers nothing that could not be confirmed', () => {
  const ask = (isSure: boolean) =>
    decideSample(packetOf('DISCOVER', clientOptions.linux), {
      network: dhcpNetwork,
      lookups: { mayOffer: (mac) => isSure && mac === sampleMac },
    });
  expect([ask(false).rule, ask(false).reply, ask(false).lease]).toEqual(['leases_away', undefined, undefined]);
  expect(ask(true).rule).toBe('offer');
});
