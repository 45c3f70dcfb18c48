/**
 * What changes about machines, told together some times a second: one message for all who watch with the same query, so that a page
 * more costs little. A client that does not read costs no more than its bound.
 */
import { create } from '@bufbuild/protobuf';
import type { MachineEvent } from '../machines/event.ts';
import type { Machines } from '../machines/machines.ts';
import type { MachinePredicate } from '../machines/query.ts';
import { briefMessage } from './brief-machine.ts';
import {
  type MachineEvent as EventMessage,
  type Machine as MachineMessage,
  type MachineWatchResponse,
  MachineWatchResponseSchema,
} from './gen/matchbox/machines_pb.ts';
import { toEventMessage } from './machine-message.ts';
import { eachInTurns, nextTurn } from './turns.ts';

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
  /** What is told is made piece by piece, in turns with others. */
  readonly inPieces: (pieces: readonly (() => void)[], then: () => void) => void;
  /** To each who watches, in a turn of the event loop of its own. */
  readonly inTurn: (tellOne: () => void) => void;
}

/** Makes of a message what is sent of it, so that nothing is left to be done where it is sent. */
export type Prepare = (message: object) => void;

const timing: Timing = {
  soon: (tell, watchers) => void setTimeout(tell, tellAfterMs(watchers)),
  inPieces: (pieces, then) => void eachInTurns(pieces, (make) => make(), 1).then(then),
  inTurn: (tellOne) => void nextTurn().then(tellOne),
};

/** Events of one batch: what a page shows of them is a tenth. */
const maxEvents = 2000;

export function createChangeBatches(
  machines: Watched,
  predicateOf: (query: string) => MachinePredicate,
  prepare: Prepare = () => {},
  times: Timing = timing,
): ChangeBatches {
  const collectors = new Map<string, { readonly watchers: Set<(batch: Batch) => void>; close(): void }>();
  return {
    watch: (query, told) => {
      let collector = collectors.get(query);
      if (collector === undefined) {
        collector = openCollector(machines, predicateOf(query), { prepare, ...times });
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

interface CollectorOptions extends Timing {
  readonly prepare: Prepare;
}

function openCollector(machines: Watched, matches: MachinePredicate, options: CollectorOptions) {
  const { prepare, soon, inPieces, inTurn } = options;
  const watchers = new Set<(batch: Batch) => void>();
  let changed = new Set<string>();
  let events: MachineEvent[] = [];
  let forgotten: string[] = [];
  let missed = 0;
  let isScheduled = false;
  const tell = () => {
    const [ids, happened, gone, left] = [changed, events, forgotten, missed];
    [changed, events, forgotten, missed] = [new Set(), [], [], 0];
    const changes = { machines: [] as MachineMessage[], events: [] as EventMessage[], forgotten: gone };
    const add = <T extends object>(list: T[], message: T) => {
      prepare(message);
      list.push(message);
    };
    const pieces = [
      ...Array.from(ids, (id) => () => {
        const machine = found(id);
        if (machine !== undefined) add(changes.machines, briefMessage(machine));
      }),
      ...happened.map((event) => () => {
        if (found(event.machine) !== undefined) add(changes.events, toEventMessage(event));
      }),
    ];
    inPieces(pieces, () => {
      const message = create(MachineWatchResponseSchema, { change: { case: 'changes', value: changes } });
      if (changes.machines.length + changes.events.length + gone.length + left > 0)
        for (const told of watchers) inTurn(() => watchers.has(told) && told({ message, missed: left }));
      isScheduled = false;
      if (changed.size + events.length + forgotten.length + missed > 0) wake();
    });
  };
  const found = (id: string) => {
    const machine = machines.registry.get(id);
    return machine !== undefined && matches(machine) ? machine : undefined;
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
