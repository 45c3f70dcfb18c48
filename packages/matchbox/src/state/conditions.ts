/** Whether a change may be made: its records have to be what it says that they are. */
import { type StateChange, StateError, type StateTable, type StateValue } from '../machines/state-store.ts';

/** @returns why not; undefined when it may */
export function refusalOf(
  { puts = [] }: StateChange,
  recordOf: (table: StateTable, key: string) => StateValue | undefined,
): StateError | undefined {
  for (const { table, key, ifIs } of puts) {
    if (ifIs === undefined) continue;
    if (JSON.stringify(recordOf(table, key) ?? null) !== JSON.stringify(ifIs)) {
      return new StateError('conflict', `${table}/${key} has changed: it is not what was expected`);
    }
  }
  return undefined;
}
