/** A machine's story: its own events and those of the records that it was joined with. */
import type { StoredEvent } from './event.ts';
import type { Machine } from './machine.ts';
import type { EventQuery, StateStore } from './state-store.ts';

/** @returns the newest first. @throws StateError */
export async function eventsOf(
  store: StateStore,
  { id, absorbed }: Machine,
  query: EventQuery,
): Promise<readonly StoredEvent[]> {
  const own = await store.events(id, query);
  if (absorbed.length === 0) return own;
  const others = await Promise.all(absorbed.map((each) => store.events(each, query)));
  return [own, ...others]
    .flat()
    .sort((a, b) => b.seq - a.seq)
    .slice(0, query.limit);
}
