import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { type AnswerContext, answer } from '../../answer/answer.ts';
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import { openCatalog } from '../../data/catalog.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { openMemoryArchive } from '../../state/archive.ts';
import { openMemoryState } from '../../state/memory.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { act } from '../actions.ts';
import type { MachineEvent } from '../event.ts';
import { ExchangeRecorder } from '../exchange.ts';
import { foreseenAnswers } from '../foreseen.ts';
import { Machines } from '../machines.ts';
import { readReport } from '../report.ts';
import { ReportDesk } from '../reports.ts';
import { StateError, type StateStore } from '../state-store.ts';
import type { RolloutAction } from './order.ts';
import { defaultPlan, type RolloutPlan } from './rollout.ts';

const minute = 60_000;
const texts = {
  'groups/default.json': { id: 'default', profile: 'worker' },
  'groups/kiosk.json': { id: 'kiosk', profile: 'kiosk', selector: { role: 'kiosk' } },
  'groups/named.json': { id: 'named', profile: 'kiosk', selector: { mac: '52:54:00:00:00:99' } },
  'profiles/worker.json': {
    id: 'worker',
    boot: { kernel: '/assets/old' },
    generic_id: 'old.sh',
    provision: { install: 'once' },
  },
  'profiles/worker-2.json': {
    id: 'worker-2',
    boot: { kernel: '/assets/new' },
    generic_id: 'new.sh',
    provision: { install: 'once' },
  },
  'profiles/worker-3.json': { id: 'worker-3', boot: { kernel: '/assets/newer' } },
  'profiles/kiosk.json': { id: 'kiosk', boot: { kernel: '/assets/kiosk' } },
};

let snapshot: Snapshot;
let now: number;

beforeEach(async () => {
  now = 1_000_000_000_000;
  const files = Object.entries(texts).map(([path, content]) => [path, JSON.stringify(content)] as const);
  const templates = {
    'generic/old.sh': 'old {{.matchbox_report_url}}',
    'generic/new.sh': 'new {{.matchbox_report_url}}',
  };
  const catalog = await openCatalog(openMemoryStore({ ...Object.fromEntries(files), ...templates }), { watch: false });
  snapshot = catalog.snapshot;
});

/** A store whose writes can be made to fail or to wait, and of which only what was acknowledged survives. */
function fragileStore() {
  const inner = openMemoryState();
  const store: StateStore & { fails: boolean; failing: number; waits: Promise<void> | undefined } = {
    ...inner,
    fails: false,
    failing: 0,
    waits: undefined,
    commit: async (change) => {
      await store.waits;
      if (store.fails || store.failing-- > 0) throw new StateError('write_failed', 'the disk is full');
      await inner.commit(change);
    },
    // What is recorded in passing may be lost: here it always is.
    record: () => true,
  };
  return store;
}

/** One life of the server's process. */
class Site {
  readonly machines: Machines;
  readonly exchanges: ExchangeRecorder;
  readonly desk: ReportDesk;
  readonly told: MachineEvent[] = [];

  constructor(machines: Machines) {
    this.machines = machines;
    this.exchanges = new ExchangeRecorder(machines);
    this.desk = new ReportDesk(machines, 'token');
    machines.listen({ happened: (event) => void this.told.push(event) });
  }

  static async open(store: StateStore): Promise<Site> {
    const options = { store, archive: openMemoryArchive(), baseUrl: () => 'http://192.0.2.1:8080', now: () => now };
    return new Site(await Machines.open(options));
  }

  get rollouts() {
    return this.machines.rollouts;
  }

  /** As the HTTP server does: who is about to begin is answered once that is durable. */
  async ask(endpoint: ConfigEndpoint, machine: number | string): Promise<string> {
    const query = typeof machine === 'string' ? machine : `mac=${macOf(machine)}`;
    const address = typeof machine === 'string' ? '192.0.2.250' : `192.0.2.${machine}`;
    const context: AnswerContext = { machines: this.machines, address };
    for (;;) {
      const { status, body, story } = answer(snapshot, endpoint, query, context);
      if (story.rollout?.kept !== undefined) {
        await story.rollout.kept;
        continue;
      }
      const rest = { endpoint, labels: story.labels, address, rawQuery: query, status, body, story };
      this.exchanges.answered({ ...rest, milliseconds: 1, at: now });
      return Buffer.from(body).toString();
    }
  }

  /** @returns whether its boot script is the new profile's, and the URL for its reports */
  async boot(machine: number): Promise<{ isNew: boolean; url: string }> {
    const script = await this.ask('ipxe', machine);
    if (script.includes('Booting from disk')) return { isNew: false, url: '' };
    const config = await this.ask('generic', machine);
    const isNew = script.includes('/assets/new');
    // Script and config are of one profile, always.
    expect(config.startsWith(isNew ? 'new ' : 'old ')).toBe(true);
    return { isNew, url: config.slice(4) };
  }

  /** These have run before, and said so. */
  async know(...machines: readonly number[]): Promise<void> {
    for (const machine of machines) await this.report((await this.boot(machine)).url, 'running');
    now += 10 * minute;
  }

  async report(url: string, state: string): Promise<void> {
    const token = url.split('/').at(-1)!;
    await this.desk.take(() => readReport(new Uint8Array(), new Map([['state', state]])), { token, address: '' });
  }

  states(name = 'r'): Record<string, number> {
    const states: Record<string, number> = {};
    for (const { state } of this.rollouts.get(name).members.values()) states[state] = (states[state] ?? 0) + 1;
    return states;
  }
}

const macOf = (machine: number) => `52-54-00-00-00-${machine.toString(16).padStart(2, '0')}`;
const plan: RolloutPlan = { ...defaultPlan, name: 'r', from: 'worker', to: 'worker-2', canaries: 0, atOnce: 2 };

test('choose changes no answer where nothing is rolled out', async () => {
  const site = await Site.open(openMemoryState());
  expect((await site.boot(1)).isNew).toBe(false);
});

test('choose lets no more machines begin at a time than the plan says, and the next once one has succeeded', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create(plan, 'alice');
  const first = await site.boot(1);
  expect([first.isNew, (await site.boot(2)).isNew, (await site.boot(3)).isNew]).toEqual([true, true, false]);
  await site.report(first.url, 'running');
  expect((await site.boot(3)).isNew).toBe(true);
  expect((await site.boot(4)).isNew).toBe(false);
  expect(site.states()).toEqual({ begun: 2, succeeded: 1 });
});

test('choose keeps a machine that began with its new profile, and others off what is not theirs', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 1 }, 'alice');
  expect((await site.boot(1)).isNew).toBe(true);
  expect((await site.boot(1)).isNew).toBe(true);
  expect(await site.ask('ipxe', 'mac=52-54-00-00-00-77&role=kiosk')).toContain('/assets/kiosk');
});

test('choose begins with nobody by a config alone: its script was of the old profile', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 1 }, 'alice');
  expect(await site.ask('generic', 1)).toMatch(/^old /);
  expect(site.states()).toEqual({});
});

test('choose waits for the canaries, and begins with others once as many as are wanted have succeeded', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, canaries: 1, atOnce: 3 }, 'alice');
  const canary = await site.boot(1);
  expect((await site.boot(2)).isNew).toBe(false);
  await site.report(canary.url, 'running');
  expect([(await site.boot(2)).isNew, (await site.boot(3)).isNew, (await site.boot(4)).isNew]).toEqual([
    true,
    true,
    true,
  ]);
  expect((await site.boot(5)).isNew).toBe(false);
});

test('choose begins with so many machines an hour', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 10, perHour: 2 }, 'alice');
  expect([(await site.boot(1)).isNew, (await site.boot(2)).isNew, (await site.boot(3)).isNew]).toEqual([
    true,
    true,
    false,
  ]);
  now += 61 * minute;
  expect((await site.boot(3)).isNew).toBe(true);
});

test('choose takes only machines that the query finds', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, query: 'rack:a1' }, 'alice');
  expect(await site.ask('ipxe', 'mac=52-54-00-00-00-01&rack=b2')).toContain('/assets/old');
  expect(await site.ask('ipxe', 'mac=52-54-00-00-00-02&rack=a1')).toContain('/assets/new');
});

test('choose leaves a machine that boots from its disk to it, and takes it once it is to be installed again', async () => {
  const site = await Site.open(openMemoryState());
  await site.report((await site.boot(1)).url, 'installed');
  await site.rollouts.create(plan, 'alice');
  expect(await site.ask('ipxe', 1)).toContain('Booting from disk');
  expect(site.states()).toEqual({});
  const [machine] = [...site.machines.registry.all()];
  await act(site.machines, machine!, { action: 'reinstall', once: true, reason: '', actor: 'alice' });
  now += 5 * minute;
  expect((await site.boot(1)).isNew).toBe(true);
});

test('happened counts the report of a boot that got the new profile, and of no other', async () => {
  const site = await Site.open(openMemoryState());
  const before = await site.boot(1);
  await site.rollouts.create(plan, 'alice');
  now += 5 * minute;
  expect((await site.boot(1)).isNew).toBe(true);
  await site.report(before.url, 'running');
  expect(site.states()).toEqual({ begun: 1 });
});

test('happened pauses after as many failures as the plan allows, and counts each machine once', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, maxFailures: 2 }, 'alice');
  const first = await site.boot(1);
  await site.report(first.url, 'failed');
  now += 10 * minute;
  await site.report((await site.boot(1)).url, 'failed');
  expect(site.rollouts.get('r').rollout.state).toBe('running');
  await site.report((await site.boot(2)).url, 'failed');
  const { state, stateReason } = site.rollouts.get('r').rollout;
  expect([state, stateReason]).toEqual(['paused', '2 machines have failed']);
  expect((await site.boot(3)).isNew).toBe(false);
  await site.rollouts.act('r', 'resume', 'alice');
  expect((await site.boot(3)).isNew).toBe(true);
});

test('happened counts the failure of a machine that runs in the end', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, maxFailures: 2 }, 'alice');
  const { url } = await site.boot(1);
  await site.report(url, 'failed');
  await site.report(url, 'running');
  expect(site.states()).toEqual({ succeeded: 1 });
  expect(site.rollouts.get('r').tally(now)).toMatchObject({ begun: 0, succeeded: 1, failures: 1 });
});

test('sweep takes the silence of a known machine for a failure', async () => {
  const site = await Site.open(openMemoryState());
  await site.know(1);
  await site.rollouts.create({ ...plan, timeoutMs: 30 * minute }, 'alice');
  await site.boot(1);
  now += 29 * minute;
  site.rollouts.sweep();
  expect(site.states()).toEqual({ begun: 1 });
  now += minute;
  site.rollouts.sweep();
  expect(site.states()).toEqual({ failed: 1 });
  expect(site.rollouts.get('r').rollout.state).toBe('paused');
});

test('act aborts: who succeeded stays, who is in the middle of a boot ends it, who boots again goes back', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 3, maxFailures: 9 }, 'alice');
  const [done, failed] = [await site.boot(1), await site.boot(2)];
  await site.report(done.url, 'running');
  await site.report(failed.url, 'failed');
  expect(await site.ask('ipxe', 3)).toContain('/assets/new');
  await site.rollouts.act('r', 'abort', 'alice');
  expect(await site.ask('generic', 3)).toMatch(/^new /);
  now += 10 * minute;
  expect([(await site.boot(1)).isNew, (await site.boot(2)).isNew, (await site.boot(3)).isNew]).toEqual([
    true,
    false,
    false,
  ]);
  expect((await site.boot(4)).isNew).toBe(false);
});

test('act finishes: everybody may begin, however many; once it is removed groups say what machines get', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 1 }, 'alice');
  await site.rollouts.act('r', 'finish', 'alice');
  for (const machine of [1, 2, 3, 4]) expect((await site.boot(machine)).isNew).toBe(true);
  await site.rollouts.act('r', 'remove', 'alice');
  now += 10 * minute;
  expect((await site.boot(1)).isNew).toBe(false);
  expect(() => site.rollouts.get('r')).toThrow('rollout "r": there is none of this name');
});

test('happened ends a rollout after as many successes as the plan says', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, doneAfter: 1 }, 'alice');
  await site.report((await site.boot(1)).url, 'running');
  expect(site.rollouts.get('r').rollout.state).toBe('done');
});

test('act refuses what the state does not allow, and create what would lead nowhere', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create(plan, 'alice');
  await expect(site.rollouts.act('r', 'resume', 'alice')).rejects.toThrow(
    'it is running; to resume it has to be paused',
  );
  await expect(site.rollouts.act('r', 'remove', 'alice')).rejects.toThrow(
    'it is running; to remove it has to be aborted or done',
  );
  const again = (changes: Partial<RolloutPlan>) => site.rollouts.create({ ...plan, name: 's', ...changes }, 'alice');
  await expect(again({ to: 'worker-3' })).rejects.toThrow(
    'rollout r is about profile worker, and running: remove it first',
  );
  await expect(again({ from: 'worker-2', to: 'worker-3' })).rejects.toThrow('one after the other');
  await expect(again({ from: 'kiosk', to: 'kiosk' })).rejects.toThrow('both profiles are "kiosk"');
  await expect(again({ from: 'kiosk', name: 'a/b' })).rejects.toThrow('the name has to be of small letters');
  await expect(again({ from: 'kiosk', atOnce: 0 })).rejects.toThrow('at once: 0: wanted a whole number from 1');
  await expect(again({ from: 'kiosk', timeoutMs: Number.NaN })).rejects.toThrow('timeout: wanted from 1m to 168h');
  await expect(again({ from: 'kiosk', query: '-' })).rejects.toThrow('a term is missing');
});

test('choose answers the old profile where the beginning cannot be written, and begins with nobody for a while', async () => {
  const store = fragileStore();
  const site = await Site.open(store);
  await site.rollouts.create(plan, 'alice');
  store.fails = true;
  expect((await site.boot(1)).isNew).toBe(false);
  store.fails = false;
  expect((await site.boot(2)).isNew).toBe(false);
  expect(site.states()).toEqual({});
});

test('choose counts who is about to begin', async () => {
  const store = fragileStore();
  const site = await Site.open(store);
  await site.rollouts.create(plan, 'alice');
  let release = () => {};
  store.waits = new Promise((resolve) => {
    release = resolve;
  });
  const asked = [1, 2, 3, 4].map((machine) => site.ask('ipxe', machine));
  release();
  const scripts = await Promise.all(asked);
  expect(scripts.filter((script) => script.includes('/assets/new'))).toHaveLength(2);
});

test('choose lets made-up machines take no place of one that is known, and sweep pauses nothing for their silence', async () => {
  const site = await Site.open(openMemoryState());
  await site.know(1, 2);
  await site.rollouts.create({ ...plan, canaries: 1, atOnce: 2, perHour: 2, maxFailures: 2 }, 'alice');
  for (let i = 0; i < 50; i++) {
    for (const made of [100, 101, 102, 103]) await site.ask('ipxe', made);
    now += 2 * 60 * minute;
    site.rollouts.sweep();
  }
  const { rollout } = site.rollouts.get('r');
  expect([rollout.state, site.rollouts.get('r').tally(now).failures]).toEqual(['running', 0]);
  // A place is taken at a time, and no more of them than failures are allowed.
  expect(site.rollouts.get('r').members.size).toBe(2);
  const known = await site.boot(1);
  expect(known.isNew).toBe(true);
  await site.report(known.url, 'running');
  expect((await site.boot(2)).isNew).toBe(true);
});

test('choose leaves places to known machines that strangers have taken', async () => {
  const site = await Site.open(openMemoryState());
  await site.know(1);
  await site.rollouts.create({ ...plan, atOnce: 1 }, 'alice');
  expect((await site.boot(100)).isNew).toBe(true);
  expect([(await site.boot(101)).isNew, (await site.boot(1)).isNew]).toEqual([false, true]);
});

test('resume lets further strangers begin after some fell silent, and a late report counts', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 1 }, 'alice');
  const { url } = await site.boot(100);
  now += 2 * 60 * minute;
  site.rollouts.sweep();
  expect((await site.boot(101)).isNew).toBe(false);
  await site.rollouts.act('r', 'pause', 'alice');
  await site.rollouts.act('r', 'resume', 'alice');
  expect((await site.boot(101)).isNew).toBe(true);
  await site.report(url, 'failed');
  expect(site.rollouts.get('r').tally(now)).toMatchObject({ failures: 1, silentStrangers: 0 });
});

test('choose knows a machine that its group names, and of which an operator ordered something', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, from: 'kiosk', atOnce: 1 }, 'alice');
  expect(await site.ask('ipxe', 'mac=52-54-00-00-00-70&role=kiosk')).toContain('/assets/new');
  expect(await site.ask('ipxe', 'mac=52-54-00-00-00-71&role=kiosk')).toContain('/assets/kiosk');
  expect(await site.ask('ipxe', 'mac=52-54-00-00-00-99')).toContain('/assets/new');
  expect([...site.rollouts.get('r').members.values()].map(({ stranger }) => stranger)).toEqual([true, false]);
});

test('choose keeps a beginning that is written while an earlier one is taken back that came too late', async () => {
  const store = fragileStore();
  const site = await Site.open(store);
  await site.rollouts.create(plan, 'alice');
  let release = () => {};
  store.waits = new Promise((resolve) => {
    release = resolve;
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const script = site.ask('ipxe', 1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await script).toContain('/assets/old');
  await vi.advanceTimersByTimeAsync(10_000);
  now += 12_000;
  // Both are written now: the one that nobody waited for, and the one that is waited for.
  const again = answer(snapshot, 'ipxe', `mac=${macOf(1)}`, { machines: site.machines, address: '192.0.2.1' });
  release();
  await again.story.rollout?.kept;
  await vi.advanceTimersByTimeAsync(100);
  vi.useRealTimers();
  const [machine] = [...site.machines.registry.all()];
  expect(store.table('rollouts').get(`r/${machine!.id}`)).toMatchObject({ begunAt: now });
  expect((await (await Site.open(store)).boot(1)).isNew).toBe(true);
});

test('what could not be written never goes over what was written later', async () => {
  const store = fragileStore();
  const site = await Site.open(store);
  await site.rollouts.create(plan, 'alice');
  expect(await site.ask('ipxe', 1)).toContain('/assets/new');
  const [machine] = [...site.machines.registry.all()];
  let release = () => {};
  store.waits = new Promise((resolve) => {
    release = resolve;
  });
  store.failing = 1;
  // The first of the two cannot be written, the second can.
  site.rollouts.served(machine!.id, 'b-1', 'worker-2');
  site.rollouts.happened({
    kind: 'report',
    machine: machine!.id,
    at: now,
    what: 'text',
    state: 'running',
    boot: 'b-1',
  });
  release();
  await new Promise((resolve) => setImmediate(resolve));
  site.rollouts.sweep();
  await new Promise((resolve) => setImmediate(resolve));
  expect(store.table('rollouts').get(`r/${machine!.id}`)).toMatchObject({ state: 'succeeded' });
});

test('looking begins nothing, and says what a GET would be answered', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 1 }, 'alice');
  const head = (endpoint: ConfigEndpoint, machine: number) => {
    const context = { machines: site.machines.looking, address: `192.0.2.${machine}` };
    return answer(snapshot, endpoint, `mac=${macOf(machine)}`, context).body.length;
  };
  const before = [head('ipxe', 1), head('generic', 1)];
  expect([site.states(), site.machines.registry.size]).toEqual([{}, 0]);
  expect(before).toEqual([(await site.ask('ipxe', 1)).length, (await site.ask('generic', 1)).length]);
  expect(before).toEqual([head('ipxe', 1), head('generic', 1)]);
  expect(head('ipxe', 2)).toBe((await site.ask('ipxe', 2)).length);
});

test('foresee tells what a machine would get and begins with nobody', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create({ ...plan, atOnce: 1 }, 'alice');
  const look = (machine: number) => {
    const context = { machines: foreseenAnswers(site.machines, () => '') };
    const { story } = answer(snapshot, 'ipxe', `mac=${macOf(machine)}`, context);
    return [story.profile?.value?.id, story.rollout?.why];
  };
  expect(look(1)).toEqual(['worker-2', 'it would begin with its next boot script']);
  expect(site.states()).toEqual({});
  await site.boot(1);
  expect(look(1)).toEqual(['worker-2', 'it has begun']);
  expect(look(2)).toEqual(['worker', '1 of 1 machines are on their way']);
});

test('forgotten moves a machine that was joined with another, and keeps count of those that are forgotten', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create(plan, 'alice');
  const first = await site.ask('ipxe', 'mac=52-54-00-00-00-01');
  expect(first).toContain('/assets/new');
  now += minute;
  await site.ask('metadata', 'mac=52-54-00-00-00-02&uuid=16e7d8a7-bfa9-428b-9117-363341bb330a');
  await site.ask('metadata', 'mac=52-54-00-00-00-01&uuid=16e7d8a7-bfa9-428b-9117-363341bb330a');
  expect([...site.machines.registry.all()]).toHaveLength(1);
  expect([...site.rollouts.get('r').members.keys()]).toEqual([...site.machines.registry.all()].map(({ id }) => id));
  await site.report((await site.boot(3)).url, 'running');
  const [other] = site.machines.registry.find('52:54:00:00:00:03');
  await act(site.machines, other!, { action: 'forget', once: false, reason: '', actor: 'alice' });
  expect(site.states()).toEqual({ begun: 1 });
  expect(site.rollouts.get('r').tally(now)).toMatchObject({ succeeded: 1, begun: 1 });
});

test('its story says who ordered what, and the machine’s story that a rollout decided', async () => {
  const site = await Site.open(openMemoryState());
  await site.rollouts.create(plan, 'alice');
  await site.report((await site.boot(1)).url, 'failed');
  await site.rollouts.act('r', 'abort', 'bob', 'no network');
  const own = await site.machines.store.events('r-r', { limit: 10 });
  expect(own.toReversed().map(({ what, actor, text }) => [what, actor, text])).toEqual([
    ['created', 'alice', 'from worker to worker-2'],
    ['paused', undefined, '1 machine has failed'],
    ['abort', 'bob', 'no network'],
  ]);
  const [machine] = [...site.machines.registry.all()];
  const events = (await site.machines.store.events(machine!.id, { limit: 20 })).toReversed();
  expect(events.filter(({ kind }) => kind === 'rollout').map(({ what, profile }) => [what, profile])).toEqual([
    ['begun', 'worker-2'],
    ['failed', 'worker-2'],
  ]);
  expect(events.filter(({ kind }) => kind === 'script').map(({ rollout, profile }) => [rollout, profile])).toEqual([
    ['r', 'worker-2'],
  ]);
});

type Step =
  | { readonly do: 'boot' | 'running' | 'failed' | 'script'; readonly machine: number }
  | { readonly do: 'order'; readonly action: Exclude<RolloutAction, 'remove'> }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'kill' | 'fill' | 'free' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('boot' as const, 'script' as const),
      machine: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('running' as const, 'failed' as const),
      machine: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      action: fc.constantFrom('pause' as const, 'resume' as const, 'abort' as const, 'finish' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'fill' as const, 'free' as const) }) },
);

test('whatever comes, kill -9 and a full disk too: no more than the plan allows are on their way, who was aborted goes back, a failure counts once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.record({
        atOnce: fc.integer({ min: 1, max: 3 }),
        canaries: fc.integer({ min: 0, max: 2 }),
        maxFailures: fc.integer({ min: 1, max: 3 }),
      }),
      async (steps, bounds) => {
        const store = fragileStore();
        let site = await Site.open(store);
        await site.know(1, 2, 3, 4, 5, 6);
        await site.rollouts.create({ ...plan, ...bounds, timeoutMs: 60 * minute }, 'alice');
        const urls = new Map<number, string>();
        /** What a watcher beside the machines knows: who has the new profile and neither reported nor ran out of time. */
        const onTheirWay = new Map<number, number>();
        const failedOnce = new Set<number>();
        const succeeded = new Set<number>();
        for (const each of steps) {
          now += 3 * minute;
          const { state } = site.rollouts.get('r').rollout;
          if (each.do === 'boot' || each.do === 'script') {
            const { machine } = each;
            // What a boot before this one reports comes too late.
            urls.delete(machine);
            const isNew =
              each.do === 'script'
                ? (await site.ask('ipxe', machine)).includes('/assets/new')
                : await site.boot(machine).then(({ isNew, url }) => {
                    if (url !== '') urls.set(machine, isNew ? url : '');
                    return isNew;
                  });
            const isFirst = !onTheirWay.has(machine) && !failedOnce.has(machine) && !succeeded.has(machine);
            if (isNew && isFirst) {
              onTheirWay.set(machine, now);
              if (state === 'running') expect(onTheirWay.size).toBeLessThanOrEqual(bounds.atOnce);
              expect(['running', 'done']).toContain(state);
            }
            if (state === 'aborted' && isNew) expect(succeeded).toContain(machine);
          } else if (each.do === 'running' || each.do === 'failed') {
            const url = urls.get(each.machine);
            const member = [...site.rollouts.get('r').members.values()].find(
              ({ machine }) =>
                site.machines.registry.get(machine)?.macs[0] === macOf(each.machine).replaceAll('-', ':'),
            );
            if (!url || member === undefined || member.returned || store.fails) continue;
            await site.report(url, each.do);
            onTheirWay.delete(each.machine);
            if (each.do === 'running') succeeded.add(each.machine);
            else if (!succeeded.has(each.machine)) failedOnce.add(each.machine);
          } else if (each.do === 'order') await site.rollouts.act('r', each.action, 'alice').catch(() => {});
          else if (each.do === 'wait') now += each.minutes * minute;
          else if (each.do === 'kill') site = await Site.open(store);
          else store.fails = each.do === 'fill';
          site.rollouts.sweep();
          for (const [machine, since] of onTheirWay) {
            if (now - since < 60 * minute) continue;
            onTheirWay.delete(machine);
            failedOnce.add(machine);
          }
          expect(site.rollouts.get('r').tally(now).failures).toBe(failedOnce.size);
          const members = [...site.rollouts.get('r').members.keys()].map(
            (id) => site.machines.registry.get(id)?.macs[0],
          );
          for (const machine of [...onTheirWay.keys(), ...failedOnce, ...succeeded])
            expect(members).toContain(macOf(machine).replaceAll('-', ':'));
        }
      },
    ),
    { numRuns: 150 },
  );
});
