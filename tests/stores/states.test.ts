/** The state of machines in engines that replicas share: the contract of all state stores, and what two replicas make of one machine. */
import type { Lease } from '@matchbox/netboot';
import {
  defaultPlan,
  type HeardPut,
  Machines,
  migrateEtcd,
  migratePostgres,
  openEtcdState,
  openMemoryArchive,
  openPostgresState,
  openSharedState,
  SharedLeases,
  silentLogger,
} from 'matchbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeStateStore } from '../../packages/matchbox/src/state/state-store.contract.ts';
import { type EtcdCluster, startEtcd } from './etcd-server.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

let etcd: EtcdCluster;
let postgres: PostgresServer;
beforeAll(async () => {
  [etcd, postgres] = await Promise.all([startEtcd(), startPostgres()]);
});
afterAll(() => Promise.all([etcd.close(), postgres.close()]));

const leaseOf = (mac: string, address: string): Lease => ({
  ...{ mac, address, known: true, seconds: 600, expiresAtMs: 600_000 },
});

async function keeperOf(store: State, serverAddress: string) {
  const leases = await SharedLeases.open({ store, serverAddress, logger: silentLogger });
  return leases.openNetwork('rack', { now: () => 0, leaseOf: () => undefined, apply: () => {} });
}

type State = Awaited<ReturnType<typeof openSharedState>>;

const engines = {
  PostgreSQL: {
    newUrl: async () => {
      const url = await postgres.createDatabase();
      await migratePostgres(url);
      return url;
    },
    open: async (url: string) => openSharedState(await openPostgresState(url), silentLogger),
    kill: () => postgres.crash(),
  },
  etcd: {
    newUrl: async () => {
      const url = etcd.newUrl();
      await migrateEtcd(url);
      return url;
    },
    open: async (url: string) => openSharedState(openEtcdState(url), silentLogger),
    kill: async () => {
      await etcd.members[0]!.kill();
      etcd.members[0]!.start();
      await etcd.untilHealthy();
    },
  },
};

/** A machine's boot script is asked for, as the HTTP server does: who is about to begin waits. @returns the profile that it gets */
async function profileFor(machines: Machines, machine: number): Promise<string> {
  const entry = (id: string) => ({ value: { id, boot: { kernel: '/assets/k' } } });
  const question = {
    labels: labelsOf({ mac: `52:54:00:b0:00:${String(machine).padStart(2, '0')}` }),
    address: `10.0.1.${machine}`,
    group: { value: { id: 'all', profile: 'worker', selector: new Map(), metadata: undefined } },
    profile: entry('worker'),
    begins: true,
    profileOf: entry,
  } as unknown as Parameters<Machines['choose']>[0];
  for (;;) {
    const choice = machines.choose(question);
    if (choice?.kept === undefined) return choice?.profile ?? 'worker';
    await choice.kept;
  }
}

const arrives = { interval: 20 };
const labelsOf = (labels: Record<string, string>) => new Map(Object.entries(labels));

describe.each(Object.entries(engines))('the state in %s', (name, engine) => {
  describeStateStore(name, async () => {
    const store = await engine.open(await engine.newUrl());
    return { store, dispose: () => store.close() };
  });

  const opened: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const each of opened.toReversed()) await each.close();
  });

  async function replicas(count: number) {
    const url = await engine.newUrl();
    const found: { store: State; machines: Machines }[] = [];
    for (let i = 0; i < count; i++) {
      const store = await engine.open(url);
      const machines = await Machines.open({
        store,
        archive: openMemoryArchive(),
        baseUrl: () => 'http://matchbox.example',
      });
      opened.push(store, machines);
      found.push({ store, machines });
    }
    return found;
  }

  test('one of fifty takes through three replicas gets what is there once, also when one is killed in the middle', async () => {
    const [a, b, c] = await replicas(3);
    await a!.store.commit({ puts: [{ table: 'tokens', key: 'once', value: 'secret' }] });
    const takes = Promise.allSettled(
      Array.from({ length: 50 }, (_, by) =>
        [a!, b!, c!][by % 3]!.store.commit({
          puts: [{ table: 'tokens', key: 'once', value: { by }, ifIs: 'secret' }],
        }),
      ),
    );
    await c!.store.close();
    const results = await takes;
    const winners = results.flatMap(({ status }, by) => (status === 'fulfilled' ? [by] : []));
    // Who won and died before it could say so has won all the same.
    expect(winners.length).toBeLessThanOrEqual(1);
    const taken = () => a!.store.table('tokens').get('once') as { by: number };
    await expect.poll(taken, arrives).toMatchObject({ by: expect.any(Number) });
    if (winners.length === 1) expect(taken().by).toBe(winners[0]);
    await expect.poll(() => b!.store.table('tokens').get('once'), arrives).toEqual(taken());
    // The same machine may have it again.
    await b!.store.commit({ puts: [{ table: 'tokens', key: 'once', value: taken(), ifIs: taken() }] });
  });

  test('reports are believed by each replica, whoever made the token', async () => {
    const [a, b] = await replicas(2);
    const labels = labelsOf({ mac: '52:54:00:a1:9c:ae' });
    const machine = a!.machines.recognise(labels, '10.0.0.1')!;
    const question = { labels, address: '10.0.0.1' } as unknown as Parameters<Machines['variables']>[0];
    const url = new Map(a!.machines.variables(question)).get('matchbox_report_url')!;
    expect(b!.machines.claimOf(url.split('/').at(-1)!)).toMatchObject({ machine: machine.id });
    await expect.poll(() => b!.machines.registry.get(machine.id)?.macs, arrives).toEqual(['52:54:00:a1:9c:ae']);
  });

  test('starts of an installation that two replicas served count together', async () => {
    const [a, b] = await replicas(2);
    const labels = () => labelsOf({ mac: '52:54:00:a1:9c:01' });
    const { id } = a!.machines.recognise(labels(), '10.0.0.1')!;
    await expect.poll(() => b!.machines.registry.get(id)?.id, arrives).toBe(id);
    const start = (machines: Machines, at: number) => {
      const step = (kind: 'script' | 'config', moment: number) =>
        machines.apply(id, {
          kind: 'step',
          step: kind,
          at: moment,
          newBoot: machines.newBootId,
          installation: 'p 1',
          installs: true,
        });
      step('script', at);
      step('config', at + 1000);
    };
    const now = Date.now();
    start(a!.machines, now);
    start(b!.machines, now + 600_000);
    for (const { machines } of [a!, b!]) {
      await expect
        .poll(() => machines.registry.get(id)?.starts.map(({ at }) => at), arrives)
        .toEqual([now + 1000, now + 601_000]);
    }
  });

  test('an order given through one replica is in force on the other, with what that has seen meanwhile', async () => {
    const [a, b] = await replicas(2);
    const { id } = a!.machines.recognise(labelsOf({ mac: '52:54:00:a1:9c:02' }), '10.0.0.1')!;
    await expect.poll(() => b!.machines.registry.get(id)?.id, arrives).toBe(id);
    b!.machines.recognise(labelsOf({ mac: '52:54:00:a1:9c:02', hostname: 'node7' }), '10.0.0.9');
    await a!.machines.commit(
      { kind: 'action', machine: id, at: Date.now(), what: 'hold', actor: 'test' },
      (machine) => ({ ...machine, orders: { hold: 'maintenance' } }),
    );
    for (const { machines } of [a!, b!]) {
      await expect.poll(() => machines.registry.get(id)?.orders, arrives).toEqual({ hold: 'maintenance' });
      await expect
        .poll(() => machines.registry.get(id)?.addresses.map(({ address }) => address), arrives)
        .toEqual(['10.0.0.1', '10.0.0.9']);
    }
  });

  test('a change that is refused hears what is there, and stops no other change', async () => {
    const [a, b] = await replicas(2);
    const heard: HeardPut[] = [];
    b!.store.watch!((puts) => heard.push(...puts.filter(({ key }) => key.startsWith('rack/'))));
    await a!.store.commit({ puts: [{ table: 'leases', key: 'rack/1', value: 'of a', ifIs: null }] });
    const put = (key: string) => b!.store.commit({ puts: [{ table: 'leases', key, value: 'of b', ifIs: null }] });
    const results = await Promise.allSettled([put('rack/0'), put('rack/1'), put('rack/2')]);
    // It may have heard of it in time, and is refused all the same.
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(b!.store.table('leases').get('rack/1')).toBe('of a');
    expect(heard[0]).toEqual({ table: 'leases', key: 'rack/1', before: undefined, value: 'of a' });
  });

  test('of eight addresses none is kept for two of forty machines that ask three replicas at once', async () => {
    const found = await replicas(3);
    const keepers = await Promise.all(found.map(({ store }, index) => keeperOf(store, `10.77.0.${index + 1}`)));
    const asked = Array.from({ length: 40 }, (_, index) => {
      const lease = leaseOf(`52:54:00:00:01:${String(index).padStart(2, '0')}`, `10.77.0.${100 + (index % 8)}`);
      return { lease, keeper: keepers[index % 3]! };
    });
    const answers = await Promise.all(
      asked.map(async ({ lease, keeper }) => ({ lease, notKept: await keeper.keep({ kind: 'bind', lease }, 0) })),
    );
    const kept = answers.filter(({ notKept }) => notKept === undefined).map(({ lease }) => lease.address);
    expect(kept.toSorted()).toEqual(Array.from({ length: 8 }, (_, index) => `10.77.0.${100 + index}`));
    expect(answers.filter(({ notKept }) => notKept?.code === 'taken')).toHaveLength(32);
    const holders = (store: State) => [...store.table('leases')].filter(([key]) => key.startsWith('rack/')).toSorted();
    for (const { store } of found) await expect.poll(() => holders(store), arrives).toEqual(holders(found[0]!.store));
  });

  test('a machine that two replicas saw for the first time at once is one machine', async () => {
    const [a, b] = await replicas(2);
    const [ofA, ofB] = [a!, b!].map(({ machines }) =>
      machines.recognise(labelsOf({ mac: '52:54:00:a1:9c:03' }), '10.0.0.1'),
    );
    expect(ofA!.id).not.toBe(ofB!.id);
    const ids = (machines: Machines) => [...machines.registry.all()].map(({ id }) => id);
    await expect.poll(() => new Set([...ids(a!.machines), ...ids(b!.machines)]).size, arrives).toBe(1);
    const [id] = ids(a!.machines);
    for (const { machines } of [a!, b!]) {
      for (const known of [ofA!, ofB!])
        await expect.poll(() => machines.registry.resolve(known.id)?.id, arrives).toBe(id);
    }
    for (const { store } of [a!, b!])
      await expect.poll(() => [...store.table('machines').keys()], arrives).toEqual(ids(a!.machines));
  });

  test('a rollout made through one replica is rolled out by all, within its bounds together', async () => {
    const found = await replicas(3);
    const [a, b, c] = found.map(({ machines }) => machines);
    const plan = { ...defaultPlan, name: 'r', from: 'worker', to: 'worker-2', canaries: 0, atOnce: 4, maxFailures: 2 };
    await a!.rollouts.create(plan, 'test');
    for (const { machines } of found) await expect.poll(() => machines.rollouts.size, arrives).toBe(1);

    const askAll = () =>
      Promise.all(Array.from({ length: 30 }, (_, index) => profileFor(found[index % 3]!.machines, index)));
    const news = (await askAll()).filter((profile) => profile === 'worker-2');
    expect(news).toHaveLength(4);
    const members = (machines: Machines) => [...machines.rollouts.get('r').members.values()];
    const begun = () =>
      found.map(({ machines }) =>
        members(machines)
          .map(({ machine }) => machine)
          .toSorted(),
      );
    await expect.poll(() => new Set(begun().map(String)).size, arrives).toBe(1);
    expect(begun()[0]).toHaveLength(4);

    // Who began gets the same of everybody, and two failures that two replicas hear of pause it everywhere.
    const [first, second] = members(a!).map(({ machine }) => machine);
    const report = (machines: Machines, machine: string, state: 'failed' | 'running') =>
      machines.rollouts.happened({
        kind: 'report',
        machine,
        at: Date.now(),
        what: 'report',
        state,
        boot: machines.newBootId(),
      });
    await new Promise((resolve) => setTimeout(resolve, 5));
    report(b!, first!, 'failed');
    report(c!, second!, 'failed');
    const states = () => found.map(({ machines }) => machines.rollouts.get('r').rollout.state);
    await expect.poll(states, arrives).toEqual(['paused', 'paused', 'paused']);

    await b!.rollouts.act('r', 'abort', 'test');
    await expect.poll(states, arrives).toEqual(['aborted', 'aborted', 'aborted']);
    await c!.rollouts.act('r', 'remove', 'test');
    for (const { machines } of found) await expect.poll(() => machines.rollouts.size, arrives).toBe(0);
    expect(new Set(await askAll())).toEqual(new Set(['worker']));
    for (const { store } of found) await expect.poll(() => store.table('rollouts').size, arrives).toBe(0);
  });

  test('of two orders given at once through two replicas the second is about what the first has made', async () => {
    const found = await replicas(2);
    const [a, b] = found.map(({ machines }) => machines);
    await a!.rollouts.create({ ...defaultPlan, name: 'r', from: 'worker', to: 'worker-2' }, 'test');
    await expect.poll(() => b!.rollouts.size, arrives).toBe(1);
    const orders = await Promise.allSettled([
      a!.rollouts.act('r', 'abort', 'one'),
      b!.rollouts.act('r', 'pause', 'other'),
    ]);
    expect(orders[0]!.status).toBe('fulfilled');
    for (const { machines } of found)
      await expect.poll(() => machines.rollouts.get('r').rollout.state, arrives).toBe('aborted');
    const both = await Promise.allSettled(
      [a!, b!].map((machines) =>
        machines.rollouts.create({ ...defaultPlan, name: 's', from: 'other', to: 'other-2' }, 'test'),
      ),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('what was acknowledged is there after the engine was killed, and what is recorded comes when it is back', async () => {
    const [a, b] = await replicas(2);
    for (let i = 0; i < 20; i++) await a!.store.commit({ puts: [{ table: 'users', key: `u${i}`, value: i }] });
    const killing = engine.kill();
    a!.store.record({ kind: 'script', machine: 'm-1', at: 1, what: 'while it was away' });
    await killing;
    await expect.poll(() => b!.store.table('users').size, arrives).toBe(20);
    const told = () => a!.store.events('m-1', { limit: 9 }).catch(() => []);
    await expect.poll(async () => (await told()).map(({ what }) => what), arrives).toEqual(['while it was away']);
  });
});
