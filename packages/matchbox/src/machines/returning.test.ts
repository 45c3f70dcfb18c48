import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { answer } from '../answer/answer.ts';
import type { ConfigEndpoint } from '../answer/endpoint.ts';
import { openCatalog } from '../data/catalog.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { openMemoryStore } from '../store/memory.ts';
import { act, type MachineAction } from './actions.ts';
import type { ServedAnswer } from './answer-event.ts';
import type { MachineEvent } from './event.ts';
import { ExchangeRecorder } from './exchange.ts';
import { Machines } from './machines.ts';
import { readReport } from './report.ts';
import { ReportDesk } from './reports.ts';
import type { StateStore } from './state-store.ts';

const macs = ['52-54-00-00-00-01', '52-54-00-00-00-02', '52-54-00-00-00-03'];
const addresses = ['192.0.2.7', '192.0.2.8'];

/** The same site as it is, and as it is after somebody changed the profile and took a group away. */
let snapshots: Snapshot[];

beforeAll(async () => {
  const group = (id: string, mac: string) =>
    JSON.stringify({ id, profile: 'worker', selector: { mac: mac.replaceAll('-', ':') } });
  const profile = (args: string[]) =>
    JSON.stringify({
      id: 'worker',
      boot: { kernel: '/assets/vmlinuz', initrd: ['/assets/initrd'], args },
      cloud_id: 'node.yaml',
    });
  const files = {
    'groups/node1.json': group('node1', macs[0]!),
    'groups/default.json': '{"id":"default","profile":"worker"}',
    'profiles/worker.json': profile([]),
    'cloud/node.yaml': '#cloud-config\nhostname: {{.request.query.mac}}\n',
  };
  const changed = {
    ...files,
    'groups/node2.json': group('node2', macs[1]!),
    'profiles/worker.json': profile(['quiet']),
  };
  const open = async (texts: Record<string, string>) =>
    (await openCatalog(openMemoryStore(texts), { watch: false })).snapshot;
  snapshots = [await open(files), await open(changed)];
});

type Step =
  | { readonly kind: 'ask'; readonly endpoint: ConfigEndpoint; readonly more: string; readonly times: number }
  | { readonly kind: 'fetch'; readonly path: string; readonly sent: number }
  | { readonly kind: 'report'; readonly state: string }
  | { readonly kind: 'order'; readonly order: MachineAction }
  | { readonly kind: 'change' };

interface TimedStep {
  readonly step: Step;
  readonly machine: number;
  readonly address: number;
  readonly afterMs: number;
}

/** What machines do, and what is known of them, by a recorder that remembers questions or by one that looks into each answer. */
class Site {
  readonly #machines: Machines;
  readonly #recorder: ExchangeRecorder;
  readonly #remembers: boolean;
  #snapshot = 0;
  #now = 1_000_000_000_000;
  /** Answers that were not looked into. */
  again = 0;

  private constructor(machines: Machines, remembers: boolean) {
    this.#machines = machines;
    this.#recorder = new ExchangeRecorder(machines);
    this.#remembers = remembers;
  }

  static async open(remembers: boolean): Promise<Site> {
    let ids = 0;
    const site: Site = new Site(
      await Machines.open({
        store: withTexts(openMemoryState()),
        archive: openMemoryArchive(),
        baseUrl: () => 'http://192.0.2.1:8080',
        now: () => site.#now,
        newId: (prefix) => `${prefix}-${++ids}`,
      }),
      remembers,
    );
    return site;
  }

  async run({ step, machine, address: from, afterMs }: TimedStep): Promise<void> {
    this.#now += afterMs;
    const address = addresses[from]!;
    const known = this.#machines.registry.known('', macs[machine]!.replaceAll('-', ':'));
    if (step.kind === 'change') this.#snapshot = 1 - this.#snapshot;
    else if (step.kind === 'ask')
      for (let i = 0; i < step.times; i++) this.#ask(step.endpoint, `mac=${macs[machine]}${step.more}`, address);
    else if (step.kind === 'fetch') {
      const { path, sent: sentBytes } = step;
      this.#recorder.sent({ path, address, status: 200, sentBytes, wantedBytes: 2, milliseconds: 5, at: this.#now });
    } else if (known === undefined) return;
    else if (step.kind === 'report') {
      const token = this.#machines
        .variablesOf(known.id, known.boot?.id ?? '')[0]![1]
        .split('/')
        .at(-1)!;
      const desk = new ReportDesk(this.#machines, 'token');
      await desk.take(() => readReport(new Uint8Array(), new Map([['state', step.state]])), { token, address });
    } else await act(this.#machines, known, { action: step.order, once: true, reason: '', actor: 'ann' });
  }

  #ask(endpoint: ConfigEndpoint, rawQuery: string, address: string): void {
    this.#now += 2500;
    const { status, body, story } = answer(snapshots[this.#snapshot]!, endpoint, rawQuery, {
      machines: this.#machines,
      address,
    });
    const target = `/${endpoint}?${rawQuery}`;
    const seen = { target, address, status, body, story, milliseconds: 1, at: this.#now };
    if (this.#remembers && this.#recorder.answeredAgain(seen, address)) {
      this.again++;
      return;
    }
    const served: ServedAnswer = { ...seen, endpoint, labels: story.labels, rawQuery };
    this.#recorder.answered(served);
  }

  async known() {
    const machines = [...this.#machines.registry.all()];
    const events = await Promise.all(machines.map(({ id }) => this.#machines.store.events(id, { limit: 200 })));
    const order = machines.map(({ id }) => id);
    return { machines, events, order };
  }
}

/** A store that takes an event's text at its word, as the journal does. */
function withTexts(store: StateStore): StateStore {
  const { record } = store;
  return Object.assign(store, {
    record: (event: MachineEvent, text?: string) => record(text === undefined ? event : JSON.parse(text)),
  });
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      endpoint: fc.constantFrom<ConfigEndpoint>('ipxe', 'ipxe', 'cloud', 'metadata', 'ignition'),
      more: fc.constantFrom('', '', '&os=installed', '&hostname=n1', '&serial=abc1', '&token=t'),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fetch' as const),
      path: fc.constantFrom('/assets/vmlinuz', '/assets/initrd'),
      sent: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      state: fc.constantFrom('installed', 'running', 'failed'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      order: fc.constantFrom<MachineAction>('hold', 'release', 'disk', 'reinstall', 'installed', 'forget'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change' as const) }) },
);

const timedStep: fc.Arbitrary<TimedStep> = fc.record({
  step,
  machine: fc.constantFrom(0, 0, 0, 1, 2),
  address: fc.constantFrom(0, 0, 0, 1),
  afterMs: fc.constantFrom(0, 1000, 30_000, 3 * 60_000),
});

test('a recorder that remembers questions knows of machines what one knows that looks into each answer', async () => {
  let again = 0;
  let all = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(timedStep, { minLength: 5, maxLength: 40 }), async (steps) => {
      const [one, other] = [await Site.open(true), await Site.open(false)];
      for (const each of steps) {
        await one.run(each);
        await other.run(each);
      }
      expect(await one.known()).toEqual(await other.known());
      again += one.again;
      all += steps.length;
    }),
    { numRuns: 100 },
  );
  // Else it would say nothing.
  expect(again / all).toBeGreaterThan(0.2);
});
