/** The state store of a server without a folder for it: in memory, bounded, gone with the process. */
import { limits } from '../limits/limits.ts';
import { type Recorded, type StoredEvent, wholeOf } from '../machines/event.ts';
import type { StateStore } from '../machines/state-store.ts';
import { refusalOf } from './conditions.ts';
import { emptyTables } from './snapshot-file.ts';

export function openMemoryState(): StateStore {
  const tables = emptyTables();
  const events = new Map<string, StoredEvent[]>();
  let nextSeq = 1;
  const keep = (event: Recorded) => {
    const kept = events.get(event.machine) ?? [];
    events.delete(event.machine);
    events.set(event.machine, kept);
    kept.push({ ...wholeOf(event), seq: nextSeq++ });
    if (kept.length > limits.eventsInMemory) kept.shift();
    if (events.size > limits.storiesInMemory) events.delete(events.keys().next().value!);
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
