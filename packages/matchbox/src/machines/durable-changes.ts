/** What operators order and machines report: durable first, in force second. */
import type { MachineEvent } from './event.ts';
import type { Machine } from './machine.ts';
import { splitMachine } from './merge.ts';
import { stateEvent } from './own-events.ts';
import type { RecordWriter } from './record-writer.ts';
import type { Registry } from './registry.ts';
import type { StatePut, StateStore } from './state-store.ts';

export interface DurableOptions {
  readonly store: StateStore;
  readonly registry: Registry;
  readonly writer: RecordWriter;
  readonly update: (machine: Machine) => void;
  readonly remove: (id: string) => void;
  /** Told of each event once it is durable, and what it changes is in force. */
  readonly told: (event: MachineEvent) => void;
  /** Resolves when whoever answers machines besides knows of what was changed before the call. */
  readonly settled: () => Promise<void>;
}

export class DurableChanges {
  readonly #options: DurableOptions;
  /** Records that are being written, by their machine's id. */
  readonly #committing = new Map<string, Machine>();

  constructor(options: DurableOptions) {
    this.#options = options;
  }

  /** A machine's record, with what is being written of it right now. */
  recordOf(id: string): Machine | undefined {
    return this.#committing.get(id) ?? this.#options.registry.get(id);
  }

  /**
   * Keeps an event and the machine's record as the event changes it.
   * `change` is asked twice: for what is written, and, of the record as it is by then, for what is in force.
   * @returns the record as it is then. @throws StateError: nothing is changed
   */
  async commit(event: MachineEvent, change: (machine: Machine) => Machine = asIs): Promise<Machine | undefined> {
    const { store, registry, writer, update, told, settled } = this.#options;
    const id = event.machine;
    const before = this.recordOf(id);
    const written = before && change(before);
    const puts: StatePut[] = written === undefined ? [] : [{ table: 'machines', key: id, value: written }];
    const enters = before !== undefined && written !== undefined && written.state !== before.state;
    const events = enters ? [stateEvent(before, written, event.at), event] : [event];
    if (written !== undefined) this.#committing.set(id, written);
    try {
      await store.commit({ events, puts });
    } catch (error) {
      // Nobody knows what of it was written: what is in force is written again.
      writer.changed(id);
      throw error;
    } finally {
      if (this.#committing.get(id) === written) this.#committing.delete(id);
    }
    // What is in force was written just now: nothing of it waits to be written any more.
    if (written !== undefined && registry.get(id) === written) writer.unchanged(id);
    const current = registry.resolve(id);
    if (current !== undefined) update(change(current));
    // It was forgotten meanwhile, or is part of another by now.
    if (registry.get(id) === undefined) writer.gone(id);
    for (const each of events) told(each);
    await settled();
    return registry.resolve(id);
  }

  /** Forgets a machine. @throws StateError: it is still known */
  async forget(event: MachineEvent): Promise<void> {
    const { store, remove, told, settled } = this.#options;
    await store.commit({ events: [event], puts: [{ table: 'machines', key: event.machine, value: undefined }] });
    told(event);
    remove(event.machine);
    await settled();
  }

  /** Takes a merge back. @returns the machine without what was joined to it. @throws StateError: nothing is changed */
  async split(event: MachineEvent): Promise<Machine | undefined> {
    const { store, registry, writer, update, told } = this.#options;
    const { machine: id, at } = event;
    const before = this.recordOf(id);
    const parts = before && splitMachine(before, at);
    if (parts === undefined) return before;
    const { kept, other } = parts;
    const events = [event, { ...event, machine: other.id }];
    const puts = [kept, other].map((value) => ({ table: 'machines' as const, key: value.id, value }));
    await store.commit({ events, puts });
    writer.notGone(other.id);
    const now = splitMachine(registry.get(id) ?? before!, at) ?? parts;
    update(now.kept);
    update(now.other);
    for (const each of events) told(each);
    return registry.get(id);
  }
}

function asIs(machine: Machine): Machine {
  return machine;
}
