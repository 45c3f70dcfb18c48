import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSubnet } from '../ipv4.ts';
import type { Lease, LeaseChange } from './lease.ts';
import { makePool } from './pool.ts';
import { declinedMs, LeaseTable, type LeaseTableOptions, offerMs } from './table.ts';

const subnet = parseSubnet('10.77.0.0/24')!;
const mac = (number: number) => `52:54:00:00:00:${number.toString(16).padStart(2, '0')}`;
const now = 1_000_000;

function table(first: string, last: string, options: Partial<LeaseTableOptions> = {}): LeaseTable {
  return new LeaseTable({
    pool: makePool(subnet, [{ first, last }], new Set(['10.77.0.1'])),
    unknownShare: 1,
    ...options,
  });
}

function lease(number: number, address: string, expiresAtMs = now + 60_000): Lease {
  return { mac: mac(number), address, known: true, seconds: 60, expiresAtMs };
}

/** Plans for a machine and takes what is planned, as a decision that is carried out does. */
function offer(
  leases: LeaseTable,
  number: number,
  atMs = now,
  more: { known?: boolean; requested?: string; reservation?: string } = {},
) {
  const request = { mac: mac(number), known: true, ...more };
  const plan = leases.planOffer(request, atMs);
  if (plan.address !== undefined)
    leases.apply({ kind: 'offer', mac: request.mac, address: plan.address, known: request.known }, atMs);
  return plan.address ?? plan.fault;
}

test('LeaseTable offers each machine an address of its own, the same one again, and none that is left out', () => {
  const leases = table('10.77.0.0', '10.77.0.3');
  expect([1, 2, 1, 2, 3].map((number) => offer(leases, number))).toEqual([
    '10.77.0.2',
    '10.77.0.3',
    '10.77.0.2',
    '10.77.0.3',
    'pool_exhausted',
  ]);
});

test('LeaseTable planOffer takes nothing', () => {
  const leases = table('10.77.0.2', '10.77.0.2');
  expect(leases.planOffer({ mac: mac(1), known: true }, now)).toEqual({ address: '10.77.0.2' });
  expect(offer(leases, 2)).toBe('10.77.0.2');
});

test('LeaseTable gives an offered address to another when the offer has ended, not before', () => {
  const leases = table('10.77.0.2', '10.77.0.2');
  offer(leases, 1);
  expect(leases.offeredTo(mac(1), now + offerMs - 1)).toBe('10.77.0.2');
  expect(offer(leases, 2, now + offerMs - 1)).toBe('pool_exhausted');
  expect(leases.offeredTo(mac(1), now + offerMs)).toBeUndefined();
  expect(offer(leases, 2, now + offerMs + 1000)).toBe('10.77.0.2');
});

test('LeaseTable gives the address that was asked for when it is free and of the pool', () => {
  const leases = table('10.77.0.2', '10.77.0.9');
  expect(offer(leases, 1, now, { requested: '10.77.0.7' })).toBe('10.77.0.7');
  expect(offer(leases, 2, now, { requested: '10.77.0.7' })).toBe('10.77.0.2');
  expect(offer(leases, 3, now, { requested: '10.77.0.99' })).toBe('10.77.0.3');
});

test('LeaseTable keeps a machine its address after the lease ended, until the pool has no other', () => {
  const leases = table('10.77.0.2', '10.77.0.4');
  leases.restore([lease(1, '10.77.0.2', now - 5), lease(2, '10.77.0.3', now - 9)]);
  expect(offer(leases, 1)).toBe('10.77.0.2');
  expect(offer(leases, 3)).toBe('10.77.0.4');
  expect(offer(leases, 4)).toBe('10.77.0.3');
  expect(offer(leases, 2)).toBe('pool_exhausted');
});

test('LeaseTable prefers a reservation to the lease, and never gives it to others', () => {
  const leases = table('10.77.0.2', '10.77.0.3', {
    reservedFor: (address) => (address === '10.77.0.2' ? mac(9) : undefined),
  });
  expect([1, 2].map((number) => offer(leases, number, now, { requested: '10.77.0.2' }))).toEqual([
    '10.77.0.3',
    'pool_exhausted',
  ]);
  expect(offer(leases, 9, now, { reservation: '10.77.0.2' })).toBe('10.77.0.2');
  expect(offer(leases, 8, now, { reservation: '10.77.0.200' })).toBe('10.77.0.200');
});

test('LeaseTable gives from the pool while the reserved address is leased to another', () => {
  const leases = table('10.77.0.2', '10.77.0.3');
  leases.restore([lease(1, '10.77.0.2')]);
  expect(offer(leases, 9, now, { reservation: '10.77.0.2' })).toBe('10.77.0.3');
  expect(offer(leases, 9, now + 60_000, { reservation: '10.77.0.2' })).toBe('10.77.0.2');
});

test('LeaseTable passes over an address that somebody uses without a lease', () => {
  const leases = table('10.77.0.2', '10.77.0.3', { inUse: (address) => address === '10.77.0.2' });
  expect(offer(leases, 1)).toBe('10.77.0.3');
});

test('LeaseTable puts a declined address aside for ten minutes', () => {
  const leases = table('10.77.0.2', '10.77.0.3');
  leases.restore([lease(1, '10.77.0.2')]);
  leases.apply({ kind: 'decline', mac: mac(1), address: '10.77.0.2' }, now);
  expect(leases.leaseOf(mac(1))).toBeUndefined();
  expect([1, 2].map((number) => offer(leases, number))).toEqual(['10.77.0.3', 'pool_exhausted']);
  expect(offer(leases, 2, now + declinedMs)).toBe('10.77.0.2');
});

test('LeaseTable lets one machine put aside a quarter of the pool at most', () => {
  const leases = table('10.77.0.2', '10.77.0.9');
  for (let round = 0; round < 8; round++) {
    const address = offer(leases, 1);
    leases.apply({ kind: 'decline', mac: mac(1), address }, now);
  }
  const taken = Array.from({ length: 8 }, (_, index) => offer(leases, 10 + index));
  expect(new Set(taken).size).toBe(7);
  expect(taken.filter((address) => address === 'pool_exhausted').length).toBe(2);
});

test('LeaseTable frees a released address and keeps it for its machine as long as it can', () => {
  const leases = table('10.77.0.2', '10.77.0.2');
  leases.restore([lease(1, '10.77.0.2')]);
  expect(leases.holderOf('10.77.0.2', now)).toBe(mac(1));
  leases.apply({ kind: 'release', mac: mac(1) }, now);
  expect(leases.holderOf('10.77.0.2', now)).toBeUndefined();
  expect(offer(leases, 1)).toBe('10.77.0.2');
});

test('LeaseTable forgets an offer when the machine took another server', () => {
  const leases = table('10.77.0.2', '10.77.0.2');
  offer(leases, 1);
  leases.apply({ kind: 'forget_offer', mac: mac(1) }, now);
  expect(offer(leases, 2)).toBe('10.77.0.2');
});

test('LeaseTable gives unknown machines their share of the pool, and known ones the rest', () => {
  const leases = table('10.77.0.2', '10.77.0.5', { unknownShare: 0.5 });
  expect([1, 2, 3].map((number) => offer(leases, number, now, { known: false }))).toEqual([
    '10.77.0.2',
    '10.77.0.3',
    'unknown_share_exhausted',
  ]);
  expect([4, 5].map((number) => offer(leases, number))).toEqual(['10.77.0.4', '10.77.0.5']);
  expect(offer(leases, 1, now, { known: false })).toBe('10.77.0.2');
  expect(offer(leases, 3, now + offerMs, { known: false })).toBe('10.77.0.2');
});

test('LeaseTable moves a machine that is bound to another address, and frees the first', () => {
  const leases = table('10.77.0.2', '10.77.0.3');
  leases.restore([lease(1, '10.77.0.2')]);
  leases.apply({ kind: 'bind', lease: lease(1, '10.77.0.3') }, now);
  expect(leases.holderOf('10.77.0.2', now)).toBeUndefined();
  expect(offer(leases, 2)).toBe('10.77.0.2');
});

/** What a machine may do next: a function of the table as it is when it happens. */
function nextChange(leases: LeaseTable, nowMs: number, step: Step): LeaseChange | undefined {
  const { number, kind, known } = step;
  const who = mac(number);
  const address = leases.offeredTo(who, nowMs) ?? leases.leaseOf(who)?.address;
  if (kind === 'offer') {
    const plan = leases.planOffer({ mac: who, known }, nowMs);
    return plan.address === undefined ? undefined : { kind, mac: who, address: plan.address, known };
  }
  if (kind === 'release' || kind === 'forget_offer') return { kind, mac: who };
  if (address === undefined || (leases.holderOf(address, nowMs) ?? who) !== who) return undefined;
  if (kind === 'decline') return { kind, mac: who, address };
  return { kind, lease: { mac: who, address, known, seconds: 20, expiresAtMs: nowMs + 20_000 } };
}

interface Step {
  readonly pause: number;
  readonly number: number;
  readonly kind: LeaseChange['kind'];
  readonly known: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  pause: fc.nat(15_000),
  number: fc.nat(9),
  kind: fc.constantFrom('offer', 'release', 'forget_offer', 'decline', 'bind'),
  known: fc.boolean(),
});

test('LeaseTable never lets two machines hold one address, and never offers what another holds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const leases = table('10.77.0.2', '10.77.0.6', { unknownShare: 0.5 });
      let nowMs = now;
      for (const step of steps) {
        nowMs += step.pause;
        const next = nextChange(leases, nowMs, step);
        if (next === undefined) continue;
        if (next.kind === 'offer') expect(leases.holderOf(next.address, nowMs) ?? next.mac).toBe(next.mac);
        leases.apply(next, nowMs);
        const active = [...leases.leases()]
          .filter(({ expiresAtMs }) => expiresAtMs > nowMs)
          .map(({ address }) => address);
        const offered = Array.from(
          { length: 10 },
          (_, number) => [mac(number), leases.offeredTo(mac(number), nowMs)] as const,
        );
        expect(new Set(active).size).toBe(active.length);
        for (const [who, address] of offered) if (address) expect(leases.holderOf(address, nowMs)).toBe(who);
        expect(leases.heldCount(nowMs)).toBeLessThanOrEqual(5);
      }
    }),
  );
});

test.each([
  ['10.77.0.9', '10.77.0.2', '10.77.0.9-10.77.0.2 is no range; wanted two IPv4 addresses, the lower one first'],
  ['10.77.0.9', 'x', '10.77.0.9-x is no range; wanted two IPv4 addresses, the lower one first'],
  ['10.77.0.9', '10.77.1.2', 'the range 10.77.0.9-10.77.1.2 leaves its subnet 10.77.0.0/24'],
])('makePool refuses %s-%s', (first, last, message) => {
  expect(() => makePool(subnet, [{ first, last }], new Set())).toThrow(new RangeError(message));
});

test('makePool refuses more addresses than are kept account of', () => {
  const range = { first: '10.0.0.0', last: '10.255.255.255' };
  expect(() => makePool(parseSubnet('10.0.0.0/8')!, [range], new Set())).toThrow(
    new RangeError('the ranges have 16777214 addresses; wanted at most 65536'),
  );
});

test('makePool counts ranges that overlap once, and leaves out the edges of the subnet', () => {
  const pool = makePool(
    subnet,
    [
      { first: '10.77.0.250', last: '10.77.0.255' },
      { first: '10.77.0.252', last: '10.77.0.254' },
      { first: '10.77.0.0', last: '10.77.0.1' },
    ],
    new Set(['10.77.0.253', '10.77.0.99']),
  );
  expect(pool.size).toBe(5);
  expect([...pool.addresses()].map((address) => address & 255)).toEqual([1, 250, 251, 252, 254]);
});

test('LeaseTable adopts leases, offers and addresses in use of the table that it takes the place of', () => {
  const before = table('10.77.0.2', '10.77.0.5');
  before.apply({ kind: 'bind', lease: lease(1, '10.77.0.2') }, now);
  offer(before, 2);
  offer(before, 3);
  before.apply({ kind: 'decline', mac: mac(3), address: '10.77.0.4' }, now);
  const after = table('10.77.0.2', '10.77.0.6');
  after.adopt(before, now);
  expect([after.leaseOf(mac(1))?.address, after.offeredTo(mac(2), now)]).toEqual(['10.77.0.2', '10.77.0.3']);
  expect([4, 5, 6].map((number) => offer(after, number))).toEqual(['10.77.0.5', '10.77.0.6', 'pool_exhausted']);
});

test('LeaseTable adopts no offer that has ended', () => {
  const before = table('10.77.0.2', '10.77.0.2');
  offer(before, 1);
  const after = table('10.77.0.2', '10.77.0.2');
  after.adopt(before, now + offerMs);
  expect(offer(after, 2, now + offerMs)).toBe('10.77.0.2');
});

test('LeaseTable keeps for machines of groups no more addresses than there are such machines', () => {
  let known = 0;
  const leases = table('10.77.0.2', '10.77.0.5', { unknownShare: 0.5, knownMachines: () => known });
  const stranger = (number: number) => offer(leases, number, now, { known: false });
  expect([1, 2, 3].map(stranger)).toEqual(['10.77.0.2', '10.77.0.3', '10.77.0.4']);
  known = 1;
  expect([stranger(4), offer(leases, 5)]).toEqual(['unknown_share_exhausted', '10.77.0.5']);
});
