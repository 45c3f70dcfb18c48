import { type KeptTable, type Lease, type LeaseKeeper, LeaseTable, makePool, parseSubnet } from '@matchbox/netboot';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../log/log.ts';
import { type HeardPut, type StateChange, StateError, type StateStore } from '../machines/state-store.ts';
import { SharedLeases } from './shared-leases.ts';

/** What replicas share: changes are made one after the other, and heard by each when it pleases. */
class FakeEngine {
  readonly records = new Map<string, unknown>();
  readonly log: { readonly key: string; readonly value: unknown }[] = [];

  put(key: string, value: unknown): void {
    if (value === undefined) this.records.delete(key);
    else this.records.set(key, value);
    this.log.push({ key, value });
  }
}

/** One replica's view, which hears as far as it is let, and whose writes arrive when they are let. */
class FakeStore implements Pick<StateStore, 'table' | 'commit' | 'watch'> {
  readonly #engine: FakeEngine;
  readonly #view = new Map<string, unknown>();
  readonly #waiting: (() => void)[] = [];
  #heard = 0;
  #listener: (heard: readonly HeardPut[]) => void = () => {};
  isAway = false;
  holds = false;

  constructor(engine: FakeEngine) {
    this.#engine = engine;
    this.hear();
  }

  table() {
    return this.#view;
  }

  watch(listener: (heard: readonly HeardPut[]) => void): void {
    this.#listener = listener;
  }

  commit({ puts = [] }: StateChange): Promise<void> {
    return new Promise((resolve, reject) => {
      const arrive = () => {
        if (this.isAway) return reject(new StateError('write_failed', 'away'));
        const { key, value, ifIs } = puts[0]!;
        // Whoever is refused hears of everything before it.
        this.hear();
        if (ifIs !== undefined && JSON.stringify(this.#view.get(key) ?? null) !== JSON.stringify(ifIs))
          return reject(new StateError('conflict', 'changed'));
        this.#engine.put(key, value);
        this.hear('silently');
        resolve();
      };
      if (this.holds) this.#waiting.push(arrive);
      else arrive();
    });
  }

  arrive(): void {
    this.#waiting.shift()?.();
  }

  hear(how: 'told' | 'silently' = 'told'): void {
    for (; this.#heard < this.#engine.log.length; this.#heard++) {
      const { key, value } = this.#engine.log[this.#heard]!;
      const before = this.#view.get(key);
      if (value === undefined) this.#view.delete(key);
      else this.#view.set(key, value);
      if (how === 'told') this.#listener([{ table: 'leases', key, before, value }]);
    }
  }
}

const subnet = parseSubnet('10.77.0.0/24')!;
let nowMs = 1_000_000;

interface Replica {
  readonly store: FakeStore;
  readonly shared: SharedLeases;
  readonly table: LeaseTable;
  readonly keeper: LeaseKeeper;
}

async function replica(
  engine: FakeEngine,
  name: string,
  { last = 12, earlier = [] as Lease[] } = {},
): Promise<Replica> {
  const store = new FakeStore(engine);
  const pool = makePool(subnet, [{ first: '10.77.0.10', last: `10.77.0.${last}` }], new Set());
  const table = new LeaseTable({ pool, unknownShare: 1 });
  const shared = await SharedLeases.open({ store, serverAddress: name, logger: silentLogger });
  const kept: KeptTable = {
    now: () => nowMs,
    leaseOf: (mac) => table.leaseOf(mac),
    apply: (change) => table.apply(change, nowMs),
  };
  return { store, shared, table, keeper: await shared.openNetwork('rack', kept, earlier) };
}

const leaseOf = (mac: string, address: string, seconds = 600): Lease => ({
  ...{ mac, address, known: true, seconds, expiresAtMs: nowMs + seconds * 1000 },
});

function bind({ table, keeper }: Replica, lease: Lease) {
  table.apply({ kind: 'bind', lease }, nowMs);
  return keeper.keep({ kind: 'bind', lease }, nowMs);
}

const [a, b] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b'];

beforeEach(() => {
  nowMs = 1_000_000;
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
});
afterEach(() => vi.useRealTimers());

describe('SharedLeases', () => {
  test('an address that another replica has given is not kept for a second machine, and the table takes the winner', async () => {
    const engine = new FakeEngine();
    const [one, two] = [await replica(engine, '10.77.0.1'), await replica(engine, '10.77.0.2')];
    expect(await bind(one, leaseOf(a, '10.77.0.10'))).toBeUndefined();
    // It has not heard of it, so it tries.
    expect(await bind(two, leaseOf(b, '10.77.0.10'))).toEqual({ code: 'taken' });
    expect(two.table.holderOf('10.77.0.10', nowMs)).toBe(a);
    expect(two.table.leaseOf(b)).toBeUndefined();
  });

  test('what another replica gives is bound here, and lasts from when it was heard of', async () => {
    const engine = new FakeEngine();
    const [one, two] = [await replica(engine, '10.77.0.1'), await replica(engine, '10.77.0.2')];
    await bind(one, leaseOf(a, '10.77.0.10'));
    nowMs += 5000;
    two.store.hear();
    expect(two.table.leaseOf(a)).toEqual(leaseOf(a, '10.77.0.10'));
    expect(await bind(two, leaseOf(a, '10.77.0.10'))).toBeUndefined();
  });

  test('an address is another machine’s when its lease was not renewed for as long as it lasts, also behind a table that thinks it free', async () => {
    const engine = new FakeEngine();
    const [one, two] = [await replica(engine, '10.77.0.1'), await replica(engine, '10.77.0.2')];
    await bind(one, leaseOf(a, '10.77.0.10'));
    two.store.hear();
    two.table.apply({ kind: 'release', mac: a }, nowMs);
    expect(await bind(two, leaseOf(b, '10.77.0.10'))).toEqual({ code: 'taken' });
    nowMs += 600_000;
    expect(await bind(two, leaseOf(b, '10.77.0.10'))).toBeUndefined();
    one.store.hear();
    expect(one.table.holderOf('10.77.0.10', nowMs)).toBe(b);
  });

  test('a replica that starts counts leases anew, unless another has seen them end', async () => {
    const engine = new FakeEngine();
    const one = await replica(engine, '10.77.0.1');
    await bind(one, leaseOf(a, '10.77.0.10'));
    await bind(one, leaseOf(b, '10.77.0.11', 100_000));
    nowMs += 600_000;
    expect((await replica(engine, '10.77.0.2')).table.holderOf('10.77.0.10', nowMs)).toBe(a);
    await vi.advanceTimersByTimeAsync(60_000);
    const later = await replica(engine, '10.77.0.3');
    expect(later.table.holderOf('10.77.0.10', nowMs)).toBeUndefined();
    expect(later.table.leaseOf(a)).toMatchObject({ address: '10.77.0.10', expiresAtMs: nowMs });
    expect(later.table.holderOf('10.77.0.11', nowMs)).toBe(b);
  });

  test('while the engine is away machines keep what this server gave them, and nobody is offered anything; it goes on by itself', async () => {
    const engine = new FakeEngine();
    const one = await replica(engine, '10.77.0.1');
    await bind(one, leaseOf(a, '10.77.0.10'));
    const untilMs = nowMs + 600_000;
    one.store.isAway = true;
    nowMs += 60_000;
    expect(await bind(one, leaseOf(b, '10.77.0.11'))).toEqual({ code: 'away', untilMs: undefined });
    expect(await bind(one, leaseOf(a, '10.77.0.10'))).toEqual({ code: 'away', untilMs });
    expect([a, b].map((mac) => one.keeper.mayOffer!(mac, nowMs))).toEqual([true, false]);
    expect(one.keeper.mayOffer!(a, untilMs)).toBe(false);
    one.store.isAway = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(one.keeper.mayOffer!(b, nowMs)).toBe(true);
    expect(await bind(one, leaseOf(b, '10.77.0.11'))).toBeUndefined();
  });

  test('a machine that has its address for a while is not kept waiting for an engine that does not answer', async () => {
    const one = await replica(new FakeEngine(), '10.77.0.1');
    await bind(one, leaseOf(a, '10.77.0.10'));
    one.store.holds = true;
    const kept = bind(one, leaseOf(a, '10.77.0.10'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await kept).toEqual({ code: 'away', untilMs: nowMs + 600_000 });
  });

  test('an address that a machine found in use is nobody’s for a while, on all replicas', async () => {
    const engine = new FakeEngine();
    const [one, two] = [await replica(engine, '10.77.0.1'), await replica(engine, '10.77.0.2')];
    await bind(one, leaseOf(a, '10.77.0.10'));
    one.table.apply({ kind: 'decline', mac: a, address: '10.77.0.10' }, nowMs);
    await one.keeper.keep({ kind: 'decline', mac: a, address: '10.77.0.10' }, nowMs);
    two.store.hear();
    expect(two.table.planOffer({ mac: b, known: true }, nowMs)).toEqual({ address: '10.77.0.11' });
    expect(await bind(two, leaseOf(b, '10.77.0.10'))).toEqual({ code: 'taken' });
  });

  test('leases of a journal become shared ones, but for addresses that were given since', async () => {
    const engine = new FakeEngine();
    const one = await replica(engine, '10.77.0.1');
    await bind(one, leaseOf(b, '10.77.0.11'));
    const earlier = [leaseOf(a, '10.77.0.10'), leaseOf('52:54:00:00:00:0c', '10.77.0.11')];
    const two = await replica(engine, '10.77.0.2', { earlier });
    one.store.hear();
    for (const { table } of [one, two]) {
      expect(table.holderOf('10.77.0.10', nowMs)).toBe(a);
      expect(table.holderOf('10.77.0.11', nowMs)).toBe(b);
    }
  });

  test('knows the servers that share the leases, as long as they do', async () => {
    const engine = new FakeEngine();
    const [one, two] = [await replica(engine, '10.77.0.1'), await replica(engine, '10.77.0.2')];
    one.store.hear();
    expect(['10.77.0.2', '10.77.0.3'].map((address) => one.shared.isReplica(address))).toEqual([true, false]);
    await two.shared.close();
    one.store.hear();
    expect(one.shared.isReplica('10.77.0.2')).toBe(false);
  });
});

/** Machine by number; what it does at which replica. */
type Step =
  | { readonly do: 'boot' | 'renew' | 'release'; readonly machine: number; readonly at: 0 | 1 }
  | { readonly do: 'hear' | 'arrive' | 'cut' | 'restart'; readonly at: 0 | 1 }
  | { readonly do: 'wait'; readonly ms: number };

const at = fc.constantFrom<0 | 1>(0, 1);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('boot' as const), machine: fc.nat(3), at }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('renew' as const, 'release' as const), machine: fc.nat(3), at }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('hear' as const, 'arrive' as const), at }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'restart' as const), at }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1000, 70_000, 299_000, 600_000) }),
    },
  ),
  { maxLength: 60 },
);

/** Two replicas give two addresses to four machines; what machines were told is held against them. */
class Rack {
  readonly engine = new FakeEngine();
  readonly replicas: Replica[] = [];
  readonly told = new Map<string, { readonly address: string; readonly untilMs: number }>();

  async open(): Promise<this> {
    for (const at of [0, 1]) await this.restart(at);
    return this;
  }

  async restart(at: number): Promise<void> {
    this.replicas[at] = await replica(this.engine, `10.77.0.${at + 1}`, { last: 11 });
    this.replicas[at].store.holds = true;
  }

  /** A system boots: it asks for any address, and takes the one that it is offered. */
  async boot(replica: Replica, mac: string): Promise<void> {
    const plan = replica.table.planOffer({ mac, known: true }, nowMs);
    if (plan.address === undefined || replica.keeper.mayOffer!(mac, nowMs) === false) return;
    replica.table.apply({ kind: 'offer', mac, address: plan.address, known: true }, nowMs);
    this.#bind(replica, mac, plan.address);
  }

  async renew(replica: Replica, mac: string): Promise<void> {
    const has = this.told.get(mac);
    if (has === undefined || has.untilMs <= nowMs || replica.table.leaseOf(mac)?.address !== has.address) return;
    this.#bind(replica, mac, has.address);
  }

  async release(replica: Replica, mac: string): Promise<void> {
    this.told.delete(mac);
    replica.table.apply({ kind: 'release', mac }, nowMs);
    await replica.keeper.keep({ kind: 'release', mac }, nowMs);
  }

  #bind(replica: Replica, mac: string, address: string): void {
    const askedMs = nowMs;
    void bind(replica, leaseOf(mac, address)).then((notKept) => {
      const untilMs = notKept === undefined ? askedMs + 600_000 : notKept.code === 'away' ? notKept.untilMs : undefined;
      if (untilMs !== undefined && untilMs > nowMs) this.told.set(mac, { address, untilMs });
    });
  }

  doubles(): string[] {
    const held = [...this.told.values()].filter(({ untilMs }) => untilMs > nowMs).map(({ address }) => address);
    return held.filter((address, index) => held.indexOf(address) !== index);
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'wait') {
      nowMs += step.ms;
      await vi.advanceTimersByTimeAsync(step.ms);
      return;
    }
    const replica = this.replicas[step.at]!;
    if (step.do === 'hear') replica.store.hear();
    else if (step.do === 'arrive') replica.store.arrive();
    else if (step.do === 'cut') replica.store.isAway = !replica.store.isAway;
    else if (step.do === 'restart') await this.restart(step.at);
    else if ('machine' in step) await this[step.do](replica, `52:54:00:00:00:0${step.machine}`);
    await vi.advanceTimersByTimeAsync(0);
  }
}

test('SharedLeases never gives one address to two machines at a time, whatever comes in which order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      nowMs = 1_000_000;
      vi.clearAllTimers();
      const rack = await new Rack().open();
      for (const [index, step] of taken.entries()) {
        await rack.take(step);
        expect(rack.doubles(), `after step ${index}`).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});
