import { expect, test } from 'vitest';
import { parseServerFlags } from './cli/flags.ts';
import { netbootOf, strayNetbootFlags } from './netboot-of-flags.ts';

function valuesOf(args: readonly string[]) {
  const parsed = parseServerFlags(args, {});
  if (!('values' in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

test.each([
  [[], []],
  [['-netboot=proxy', '-dhcp-subnet=10.77.0.0/24', '-tftp-ports=each', '-netboot-unknown', '-loaders=/srv'], []],
  [['-netboot=dhcp', '-dhcp-range=10.77.0.1-10.77.0.9', '-dhcp-lease=2h', '-dhcp-force'], []],
  [['-netboot=auto', '-dhcp-alone=dhcp', '-dhcp-range=10.77.0.1-10.77.0.9', '-dhcp-lease=2h'], []],
  [['-netboot=dry-run', '-dhcp-range=10.77.0.1-10.77.0.9', '-dhcp-lease=2h'], []],
  // What it is without being given.
  [['-netboot=proxy', '-dhcp-lease=1h'], []],
  [
    ['-netboot=proxy', '-dhcp-lease=2h'],
    ['-dhcp-lease is about giving addresses, and does nothing with -netboot=proxy'],
  ],
  [
    ['-netboot=proxy', '-dhcp-range=10.77.0.1-10.77.0.9', '-dhcp-router=10.77.0.1', '-dhcp-dns=10.77.0.1'],
    [
      '-dhcp-range is about giving addresses, and does nothing with -netboot=proxy',
      '-dhcp-router is about giving addresses, and does nothing with -netboot=proxy',
      '-dhcp-dns is about giving addresses, and does nothing with -netboot=proxy',
    ],
  ],
  [
    ['-netboot=proxy', '-dhcp-domain=example.com', '-dhcp-force', '-dhcp-alone=dhcp'],
    [
      '-dhcp-domain is about giving addresses, and does nothing with -netboot=proxy',
      '-dhcp-force is about giving addresses, and does nothing with -netboot=proxy',
      '-dhcp-alone is about -netboot=auto, and does nothing with -netboot=proxy',
    ],
  ],
  [
    ['-netboot=dhcp', '-dhcp-range=10.77.0.1-10.77.0.9', '-dhcp-alone=dhcp'],
    ['-dhcp-alone is about -netboot=auto, and does nothing with -netboot=dhcp'],
  ],
  [
    ['-netboot=auto', '-dhcp-range=10.77.0.1-10.77.0.9'],
    ['-dhcp-range is about giving addresses, and does nothing without -dhcp-alone=dhcp'],
  ],
  [
    ['-netboot=dry-run', '-dhcp-lease=2h'],
    ['-dhcp-lease is about giving addresses, and does nothing without -dhcp-range'],
  ],
  [
    ['-dhcp-lease=2h', '-netboot-unknown', '-loaders=/srv', '-tftp-ports=each'],
    [
      '-dhcp-lease is about network boot, and does nothing without -netboot',
      '-loaders is about network boot, and does nothing without -netboot',
      '-netboot-unknown is about network boot, and does nothing without -netboot',
      '-tftp-ports is about network boot, and does nothing without -netboot',
    ],
  ],
] as [string[], string[]][])('strayNetbootFlags of %j says %j', (args, said) => {
  expect(strayNetbootFlags(valuesOf(args))).toEqual(said);
});

test('netbootOf refuses -dhcp-lease where files describe the networks', () => {
  expect(() => netbootOf(valuesOf(['-netboot=networks', '-dhcp-lease=2h']))).toThrow(
    'invalid -dhcp-lease: found "2h", wanted nothing, since -netboot=networks takes it from the files of networks/',
  );
  expect(netbootOf(valuesOf(['-netboot=networks']))).toMatchObject({ network: undefined });
});

test('netbootOf leaves the time of a lease to the network where it is not given', () => {
  const given = ['-netboot=dhcp', '-dhcp-range=10.77.0.1-10.77.0.9'];
  expect(netbootOf(valuesOf(given))?.network?.leaseSeconds).toBeUndefined();
  expect(netbootOf(valuesOf([...given, '-dhcp-lease=2h']))?.network?.leaseSeconds).toBe(7200);
});
