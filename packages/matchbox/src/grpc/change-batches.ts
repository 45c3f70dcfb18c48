/**
 * What changes about machines, told together some times a second: one message for all who watch with the same query, so that a page
 * more costs little. A client that does not read costs no more than its bound.
 */
import { create } from '@bufbuild/protobuf';
import type { MachineEvent } from '../machines/event.ts';
import type { Machines } from '../machines/machines.ts';
import type { MachinePredicate } from '../machines/query.ts';
import { briefMessage } from './brief-machine.ts';
import { type MachineWatchResponse, MachineWatchResponseSchema } from './gen/matchbox/machines_pb.ts';
import { toEventMessage } from './machine-message.ts';
import { nextTurn } from './turns.ts';

export interface ChangeBatches {
  /** @param told of every batch; the same message goes to everybody. @throws RpcError for what is no query */
  watch(query: string, told: (batch: Batch) => void): { close(): void };
}

export interface Batch {
  readonly message: MachineWatchResponse;
  /** Changes that it has left out, since there were too many. */
  readonly missed: number;
}

type Watched = Pick<Machines, 'listen' | 'registry'>;

/** Each page is told this often at most … */
const tellEveryMs = 200;
/** … and where there are many of them less often, so that all of them together are told fifty times a second, */
const tellOneMs = 20;
/** but never later than this. */
const tellLatestMs = 2000;

/** @param watchers that are told together */
export function tellAfterMs(watchers: number): number {
  return Math.min(tellLatestMs, Math.max(tellEveryMs, watchers * tellOneMs));
}

/** When something is done. */
export interface Timing {
  /** Of what has changed all is told at once, to so many. */
  readonly soon: (tell: () => void, watchers: number) => void;
  /** To each who watches, in a turn of the event loop of its own. */
  readonly inTurn: (tellOne: () => void) => void;
}

const timing: Timing = {
  soon: (tell, watchers) => void setTimeout(tell, tellAfterMs(watchers)),
  inTurn: (tellOne) => void nextTurn().then(tellOne),
};

/** Events of one batch: what a page shows of them is a tenth. */
const maxEvents = 2000;

export function createChangeBatches(
  machines: Watched,
  predicateOf: (query: string) => MachinePredicate,
  { soon, inTurn }: Timing = timing,
): ChangeBatches {
  const collectors = new Map<string, { readonly watchers: Set<(batch: Batch) => void>; close(): void }>();
  return {
    watch: (query, told) => {
      let collector = collectors.get(query);
      if (collector === undefined) {
        collector = openCollector(machines, predicateOf(query), { soon, inTurn });
        collectors.set(query, collector);
      }
      const { watchers, close } = collector;
      watchers.add(told);
      return {
        close: () => {
          watchers.delete(told);
          if (watchers.size > 0 || collectors.get(query)?.watchers !== watchers) return;
          collectors.delete(query);
          close();
        },
      };
    },
  };
}

function openCollector(machines: Watched, matches: MachinePredicate, { soon, inTurn }: Timing) {
  const watchers = new Set<(batch: Batch) => void>();
  let changed = new Set<string>();
  let events: MachineEvent[] = [];
  let forgotten: string[] = [];
  let missed = 0;
  let isScheduled = false;
  const tell = () => {
    isScheduled = false;
    const found = [...changed].flatMap((id) => machines.registry.get(id) ?? []).filter(matches);
    const of = events.filter(({ machine }) => matchesId(machine));
    const changes = {
      machines: found.map(briefMessage),
      events: of.map(toEventMessage),
      forgotten,
    };
    const batch = {
      message: create(MachineWatchResponseSchema, { change: { case: 'changes', value: changes } }),
      missed,
    };
    const isNothing = found.length + of.length + forgotten.length + missed === 0;
    [changed, events, forgotten, missed] = [new Set(), [], [], 0];
    if (isNothing) return;
    for (const told of watchers) inTurn(() => watchers.has(told) && told(batch));
  };
  const matchesId = (id: string) => {
    const machine = machines.registry.get(id);
    return machine !== undefined && matches(machine);
  };
  const wake = () => {
    if (isScheduled) return;
    isScheduled = true;
    soon(tell, watchers.size);
  };
  const listening = machines.listen({
    changed: ({ id }) => {
      changed.add(id);
      wake();
    },
    cameAgain: (id) => {
      changed.add(id);
      wake();
    },
    happened: (event) => {
      // Whoever reads of it wants to know what its machine is called.
      changed.add(event.machine);
      if (events.length < maxEvents) events.push(event);
      else missed++;
      wake();
    },
    forgotten: ({ id }) => {
      changed.delete(id);
      forgotten.push(id);
      wake();
    },
  });
  return { watchers, close: () => listening.close() };
}

export interface BatchWatch {
  readonly query: string;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** How many machines are known. */
  readonly count: () => number;
}

/** Batches that wait for a slow client: some seconds of them; further ones are counted and left out. */
const maxWaiting = 50;
const heartbeatMs = 5000;

/** The stream of one client. It begins with a heartbeat, and has one every five seconds, whatever happens. */
export async function* watchBatches(
  batches: ChangeBatches,
  { query, signal, now, count }: BatchWatch,
): AsyncGenerator<MachineWatchResponse> {
  let waiting: MachineWatchResponse[] = [];
  let missed = 0;
  let wake: () => void = () => {};
  const subscription = batches.watch(query, (batch) => {
    missed += batch.missed;
    if (waiting.length < maxWaiting) waiting.push(batch.message);
    else missed++;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  const heartbeat = () => {
    const value = { machines: count(), atMs: BigInt(now()), missed: BigInt(missed) };
    return create(MachineWatchResponseSchema, { change: { case: 'heartbeat', value } });
  };
  try {
    yield heartbeat();
    let dueMs = performance.now() + heartbeatMs;
    while (!signal.aborted) {
      const ready = waiting;
      waiting = [];
      yield* ready;
      if (performance.now() >= dueMs) {
        yield heartbeat();
        dueMs = performance.now() + heartbeatMs;
      }
      if (waiting.length > 0 || signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, dueMs - performance.now()));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = () => {};
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    subscription.close();
  }
}
