/** A stream of what changes about machines: bounded, so that a client that does not read costs no more than its bound. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MachineListener } from '../machines/listeners.ts';
import type { Machines } from '../machines/machines.ts';
import type { MachinePredicate } from '../machines/query.ts';
import type { MachineWatchResponseSchema } from './gen/matchbox/machines_pb.ts';
import { toEventMessage, toMachineMessage } from './machine-message.ts';

type Change = MessageInitShape<typeof MachineWatchResponseSchema>;

/** Changes that wait for a slow client; further ones are counted and left out. */
const maxWaiting = 2000;
const heartbeatMs = 5000;

export async function* watchMachines(
  machines: Machines,
  matches: MachinePredicate,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  /** The newest state of a machine replaces one that waits. */
  const changed = new Set<string>();
  let events: Change[] = [];
  let missed = 0;
  let wake: () => void = () => {};
  const add = (change: Change) => {
    if (events.length >= maxWaiting) missed++;
    else events.push(change);
    wake();
  };
  const listener: MachineListener = {
    changed: (machine) => {
      if (!matches(machine)) return;
      changed.add(machine.id);
      wake();
    },
    happened: (event) => {
      const machine = machines.registry.get(event.machine);
      if (machine !== undefined && matches(machine)) add({ change: { case: 'event', value: toEventMessage(event) } });
    },
    forgotten: ({ id }) => {
      changed.delete(id);
      add({ change: { case: 'forgotten', value: id } });
    },
  };
  const listening = machines.listen(listener);
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  const heartbeat = (): Change => ({
    change: {
      case: 'heartbeat',
      value: { machines: machines.registry.size, atMs: BigInt(machines.now), missed: BigInt(missed) },
    },
  });
  try {
    yield heartbeat();
    while (!signal.aborted) {
      const batch = events;
      events = [];
      const ids = [...changed];
      changed.clear();
      for (const id of ids) {
        const machine = machines.registry.get(id);
        if (machine !== undefined) yield { change: { case: 'machine', value: toMachineMessage(machine) } };
      }
      yield* batch;
      if (events.length > 0 || changed.size > 0 || signal.aborted) continue;
      const isIdle = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), heartbeatMs);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      wake = () => {};
      if (isIdle) yield heartbeat();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    listening.close();
  }
}
