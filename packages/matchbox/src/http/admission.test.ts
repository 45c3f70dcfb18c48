import { expect, test } from 'vitest';
import { type Admission, boundsFor, createAdmission, type Entry } from './admission.ts';

function admission(descriptors?: number) {
  const bitten: string[] = [];
  const clock = { ms: 0 };
  const made = createAdmission({
    descriptors,
    onLimit: (limit, address) => bitten.push(`${limit} ${address}`),
    now: () => clock.ms,
  });
  return { admission: made, bitten, clock };
}

function enterMany(to: Admission, address: string, count: number, cut: () => void = () => {}): Entry[] {
  return Array.from({ length: count }, () => to.enter(address, cut)).filter((entry) => entry !== undefined);
}

test('boundsFor leaves descriptors for the server itself and for other addresses', () => {
  expect(boundsFor(256)).toEqual({ connections: 144, requests: 38, connectionsOfAddress: 130, requestsOfAddress: 35 });
  expect(boundsFor(1_048_576)).toEqual({
    connections: 20_000,
    requests: 4000,
    connectionsOfAddress: 12_000,
    requestsOfAddress: 2000,
  });
  expect(boundsFor(20_000).connectionsOfAddress).toBe(12_000);
  expect(boundsFor(undefined)).toEqual(boundsFor(1_048_576));
});

function peer(address: string, closed: string[] = [], idle = false) {
  return { address, isIdle: () => idle, close: () => void closed.push(address) };
}

test('createAdmission closes the connections of one address that are too many, and serves others', () => {
  const { admission: to, bitten } = admission(256);
  const peers = Array.from({ length: 143 }, () => peer('a'));
  const got = peers.filter((each) => to.connect(each)).length;
  expect([got, to.connect(peer('b')), bitten.length, bitten[0]]).toEqual([130, true, 13, 'connectionsOfAddress a']);
  to.disconnect(peers[0]!);
  expect(to.connect(peer('a'))).toBe(true);
});

test('createAdmission lets the oldest connection that idles make room, of the same address', () => {
  const { admission: to, clock } = admission(256);
  const closed: string[] = [];
  to.connect(peer('b', closed, true));
  for (let i = 0; i < 130; i++) to.connect(peer('a', closed, i === 50));
  clock.ms = 99;
  expect(to.connect(peer('a'))).toBe(false);
  clock.ms = 100;
  expect([to.connect(peer('a')), to.connect(peer('a')), closed]).toEqual([true, false, ['a']]);
});

test('createAdmission refuses requests of one address that are too many, until one leaves', () => {
  const { admission: to, bitten } = admission(256);
  const entries = enterMany(to, 'a', 50);
  expect([entries.length, bitten[0]]).toEqual([35, 'requestsOfAddress a']);
  entries[0]!.leave();
  entries[0]!.leave();
  expect(enterMany(to, 'a', 5)).toHaveLength(1);
  expect(enterMany(to, 'b', 20)).toHaveLength(3);
});

test('createAdmission cuts off what has stalled for a minute when somebody else wants in', () => {
  const { admission: to, bitten, clock } = admission(256);
  const cut: string[] = [];
  to.enter('a', () => cut.push('stalled'));
  clock.ms = 30_000;
  enterMany(to, 'a', 34, () => cut.push('other'));
  clock.ms = 61_000;
  expect(to.enter('a', () => {})).toBeDefined();
  expect([cut, bitten]).toEqual([['stalled'], ['pressureStallMs a']]);
});

test('createAdmission leaves alone who makes progress', () => {
  const { admission: to, clock } = admission(256);
  const entries = enterMany(to, 'a', 35);
  clock.ms = 61_000;
  for (const entry of entries) entry.progressed();
  expect(to.enter('a', () => {})).toBeUndefined();
});

test('createAdmission keeps 64 MiB of answers that nobody reads, and cuts off the oldest beyond', () => {
  const { admission: to, clock } = admission();
  const cut: number[] = [];
  for (let i = 0; i < 4; i++) {
    clock.ms = i;
    to.enter('a', () => cut.push(i))!.hold(20 * 1024 * 1024);
  }
  expect(cut).toEqual([0]);
});
