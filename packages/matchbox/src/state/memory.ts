/** The state store of a server without a folder for it: in memory, bounded, gone with the process. */
import { type Recorded, type StoredEvent, wholeOf } from '../machines/event.ts';
import type { StateStore } from '../machines/state-store.ts';
import { refusalOf } from './conditions.ts';
import { emptyTables } from './snapshot-file.ts';

/** Events kept for each machine. */
const eventsPerMachine = 200;
/** Machines that events are kept of; the one that was silent for longest is forgotten first. */
const maxMachines = 20_000;

export function openMemoryState(): StateStore {
  const tables = emptyTables();
  const events = new Map<string, StoredEvent[]>();
  let nextSeq = 1;
  const keep = (event: Recorded) => {
    const kept = events.get(event.machine) ?? [];
    events.delete(event.machine);
    events.set(event.machine, kept);
    kept.push({ ...wholeOf(event), seq: nextSeq++ });
    if (kept.length > eventsPerMachine) kept.shift();
    if (events.size > maxMachines) events.delete(events.keys().next().value!);
  };
  return {
    table: (name) => tables.get(name)!,
    commit: async (change) => {
      const refusal = refusalOf(change, (table, key) => tables.get(table)!.get(key));
      if (refusal !== undefined) throw refusal;
      change.events?.forEach(keep);
      for (const { table, key, value } of change.puts ?? []) {
        if (value === undefined) tables.get(table)!.delete(key);
        // As a store that writes JSON would give it back.
        else tables.get(table)!.set(key, JSON.parse(JSON.stringify(value)));
      }
    },
    record: (event) => {
      keep(event);
      return true;
    },
    events: async (machine, { limit, beforeSeq = Number.MAX_SAFE_INTEGER }) =>
      (events.get(machine) ?? [])
        .filter(({ seq }) => seq < beforeSeq)
        .slice(-limit)
        .toReversed(),
    dropped: 0,
    close: async () => {},
  };
}
