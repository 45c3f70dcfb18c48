/** What other replicas change, and what becomes of the records here. */
import type { DistrustedUuids } from './distrusted-uuids.ts';
import type { Listeners } from './listeners.ts';
import { type Machine, readMachine } from './machine.ts';
import { contradiction, mergeMachines } from './merge.ts';
import { mergeRecords } from './merge-records.ts';
import type { RecordWriter } from './record-writer.ts';
import type { Registry } from './registry.ts';
import type { HeardPut } from './state-store.ts';
import type { TokenSecrets } from './token.ts';

export interface Here {
  readonly registry: Registry;
  readonly writer: RecordWriter;
  readonly listeners: Listeners;
  readonly secrets: TokenSecrets;
  readonly distrusted: DistrustedUuids;
}

/** Another replica has changed something. */
export function hearPut(here: Here, heard: HeardPut): void {
  const { table, key, value } = heard;
  if (table === 'tokens' && key === 'secret' && typeof value === 'string') here.secrets.hear(value);
  else if (table === 'distrusted' && value !== undefined) here.distrusted.hear(key);
  else if (table === 'machines') hearRecord(here, heard);
}

/** What was not written yet of the record here stays, and is written again. */
function hearRecord(here: Here, { key: id, before, value }: HeardPut): void {
  const { registry, writer, listeners } = here;
  const [base, theirs] = [readMachine(before), readMachine(value)];
  const mine = registry.get(id);
  if (theirs === undefined) {
    if (mine === undefined) return;
    registry.remove(id);
    writer.unchanged(id);
    listeners.forgotten(mine);
    return;
  }
  const record = mine === undefined ? theirs : mergeRecords(base ?? theirs, mine, theirs);
  const twin = mine === undefined ? registry.known(record.uuids.at(-1) ?? '', record.macs.at(-1) ?? '') : undefined;
  if (twin !== undefined && contradiction(twin, record) === undefined) join(here, twin, record);
  else registry.put(record);
  listeners.changed(registry.resolve(id) ?? record, mine);
}

/** Two replicas saw one machine for the first time at once; each of them joins the two alike. */
function join({ registry, writer, listeners }: Here, a: Machine, b: Machine): void {
  const isFirst = a.firstSeen < b.firstSeen || (a.firstSeen === b.firstSeen && a.id < b.id);
  const [kept, absorbed] = isFirst ? [a, b] : [b, a];
  registry.remove(absorbed.id);
  registry.put(mergeMachines(kept, absorbed));
  writer.changed(kept.id);
  writer.gone(absorbed.id);
  listeners.forgotten(absorbed);
}
