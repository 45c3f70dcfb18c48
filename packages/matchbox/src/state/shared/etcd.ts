/** The state of machines in etcd, bounded: a key for each record, and the last events of a machine in one key. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { EngineError } from '../../engine/engine-error.ts';
import { type EtcdClient, openEtcd } from '../../engine/etcd/client.ts';
import { faultOf, toEngineError } from '../../engine/etcd/fault.ts';
import type { KeyValue, TxnRequestSchema, TxnResponse } from '../../engine/etcd/gen/etcd_pb.ts';
import {
  decodeText,
  encodeKey,
  endOf,
  get,
  isMissing,
  isOfRevision,
  put,
  remove,
} from '../../engine/etcd/operations.ts';
import { readPages } from '../../engine/etcd/pages.ts';
import { watchOnce } from '../../engine/etcd/watch.ts';
import type { MachineEvent, StoredEvent } from '../../machines/event.ts';
import { StateError } from '../../machines/state-store.ts';
import { type EngineRecord, type EngineSink, type EngineWrite, fromPath, type StateEngine } from './engine.ts';

/**
 * etcd keeps every version of a key until it is compacted, and is no place for long stories: a machine's last fifty events, which are
 * written at most every two seconds unless somebody waits for them.
 */
const ringEvents = 50;
const ringBytes = 16 * 1024;
const limits = { paths: 120, bytes: 1024 * 1024, gatherMs: 2000 } as const;
const tryMs = 1500;
/** An answer that was lost is asked for again for so long, and a record that others write, too. */
const writeMs = 5000;

/** Does not connect yet. @throws StateError `denied` for a URL that is none or not safe */
export function openEtcdState(url: string): StateEngine {
  const client = opened(url);
  const records = `${client.prefix}/state/r/`;
  const ringOf = (machine: string) => `${client.prefix}/state/e/${machine}`;
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw toStateError(error);
    });
  const place: Place = { client, records, ringOf };
  return {
    shown: client.shown,
    limits,
    load: () => told(loadRecords(place)),
    follow: (revision, sink) => followRecords(place, revision, sink),
    write: (write) => told(writeOnce(place, write)),
    events: (machine, { limit, beforeSeq = Number.MAX_SAFE_INTEGER }) =>
      told(
        readRing(place, machine).then(({ events }) =>
          events
            .filter(({ seq }) => seq < beforeSeq)
            .slice(-limit)
            .toReversed(),
        ),
      ),
    close: async () => client.close(),
  };
}

interface Place {
  readonly client: EtcdClient;
  /** Records are below it. */
  readonly records: string;
  readonly ringOf: (machine: string) => string;
}

function opened(url: string): EtcdClient {
  try {
    return openEtcd(url);
  } catch (error) {
    throw toStateError(error);
  }
}

function toStateError(error: unknown): StateError {
  if (error instanceof StateError) return error;
  const isDenied = error instanceof EngineError && error.code === 'denied';
  return new StateError(isDenied ? 'denied' : 'write_failed', (error as Error).message, { cause: error });
}

function toRecord(
  { records }: Place,
  key: Uint8Array,
  value: Uint8Array | undefined,
  revision: number,
): EngineRecord[] {
  const path = decodeText(key)?.slice(records.length);
  if (path?.includes('/') !== true) return [];
  return [{ ...fromPath(path), text: value && decodeText(value), revision }];
}

async function loadRecords(place: Place) {
  const { client, records } = place;
  const range = { key: encodeKey(records), rangeEnd: endOf(records) };
  const { header } = await client.ask('load', (member, options) =>
    member.kv.range({ ...range, countOnly: true }, options),
  );
  const revision = Number(header!.revision);
  const found: EngineRecord[] = [];
  await readPages(client, { range, revision }, ({ key, value, modRevision }) =>
    found.push(...toRecord(place, key, value, Number(modRevision))),
  );
  return { records: found, revision };
}

function followRecords(place: Place, from: number, sink: EngineSink): { close(): Promise<void> } {
  const { client, records } = place;
  const ended = new AbortController();
  const range = { key: encodeKey(records), rangeEnd: endOf(records) };
  let told = from;
  let at = client.current;
  const watch = () =>
    client.askOne(at, tryMs, (member, { headers }) =>
      watchOnce(member, headers, {
        range,
        from: told + 1,
        signal: ended.signal,
        onCreated: () => {},
        onChanges: ({ revision, changes }) => {
          told = revision;
          sink.records(changes.flatMap(({ key, value }) => toRecord(place, key, value, revision)));
        },
      }),
    );
  const run = async () => {
    while (!ended.signal.aborted) {
      const isForgotten = await watch().then(
        () => true,
        (error: unknown) => faultOf(error, '').kind === 'history',
      );
      if (ended.signal.aborted) return;
      if (isForgotten) {
        ended.abort();
        return sink.reset();
      }
      at = (at + 1) % client.size;
      await sleep(100, undefined, { signal: ended.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    close: async () => {
      ended.abort();
      await running;
    },
  };
}

interface Ring {
  readonly next: number;
  readonly events: readonly StoredEvent[];
}

async function readRing({ client, ringOf }: Place, machine: string): Promise<Ring> {
  const { responses } = await client.ask('read', (member, options) =>
    member.kv.txn({ success: [get(ringOf(machine))] }, options),
  );
  return parseRing(foundIn(responses[0])?.value);
}

function foundIn(response: TxnResponse['responses'][number] | undefined): KeyValue | undefined {
  return response?.response.case === 'responseRange' ? response.response.value.kvs[0] : undefined;
}

function parseRing(bytes: Uint8Array | undefined): Ring {
  try {
    const { next, events } = JSON.parse((bytes && decodeText(bytes)) ?? '') as Partial<Ring>;
    if (typeof next === 'number' && Array.isArray(events)) return { next, events };
  } catch {
    // There is none yet, or it is not ours.
  }
  return { next: 1, events: [] };
}

/** What is there already is not added again, when an attempt before this one may have added it. */
function withEvents(ring: Ring, added: readonly MachineEvent[], isInDoubt: boolean): string {
  const present = isInDoubt ? new Set(ring.events.map(({ seq: _, ...event }) => JSON.stringify(event))) : new Set();
  let next = ring.next;
  const events = [...ring.events];
  for (const event of added) if (!present.has(JSON.stringify(event))) events.push({ ...event, seq: next++ });
  let text = '';
  for (let kept = events.slice(-ringEvents); ; kept = kept.slice(Math.ceil(kept.length / 8))) {
    text = JSON.stringify({ next, events: kept });
    if (text.length <= ringBytes || kept.length <= 1) return text;
  }
}

/** Reads everything that it is about, decides, and writes it if nobody has written meanwhile; else once more. */
async function writeOnce(place: Place, write: EngineWrite): Promise<number> {
  const { client } = place;
  const until = performance.now() + writeMs;
  let isInDoubt = false;
  for (let index = client.current; ; ) {
    try {
      const revision = await client.askOne(index, tryMs, (member, options) =>
        attempt(place, write, { txn: (request) => member.kv.txn(request, options), isInDoubt }),
      );
      if (revision !== undefined) return revision;
      // Others write the same: not all at once again.
      await sleep(Math.random() * 20);
    } catch (error) {
      const fault = faultOf(error, `write ${client.shown}`);
      if (fault.kind === 'unknown') isInDoubt = true;
      if (fault.kind === 'refused' || performance.now() > until) throw toEngineError(fault, error);
      client.moveOn(index);
      index = (index + 1) % client.size;
      await sleep(50);
    }
    if (performance.now() > until) throw new StateError('write_failed', `write ${client.shown}: others write the same`);
  }
}

interface Attempt {
  readonly txn: (request: MessageInitShape<typeof TxnRequestSchema>) => Promise<TxnResponse>;
  readonly isInDoubt: boolean;
}

/** @returns undefined when somebody has written meanwhile */
async function attempt(
  { records, ringOf }: Place,
  { events, paths, decide }: EngineWrite,
  { txn, isInDoubt }: Attempt,
): Promise<number | undefined> {
  const byMachine = new Map<string, MachineEvent[]>();
  for (const event of events) byMachine.set(event.machine, [...(byMachine.get(event.machine) ?? []), event]);
  const rings = [...byMachine.keys()];
  const keys = [...paths.map((path) => records + path), ...rings.map(ringOf)];
  const { header, responses } = await txn({ success: keys.map((key) => get(key)) });
  const entries = responses.map(foundIn);
  const found = new Map<string, string>();
  for (const [i, path] of paths.entries()) {
    const text = entries[i] && decodeText(entries[i].value);
    if (text !== undefined) found.set(path, text);
  }
  const texts = decide(found, isInDoubt);
  if (texts === undefined) return Number(header!.revision);
  const success = [...texts].flatMap(([path, text]) => {
    if (found.get(path) === text) return [];
    return [text === undefined ? remove(records + path) : put(records + path, encodeKey(text))];
  });
  for (const [i, machine] of rings.entries()) {
    const ring = parseRing(entries[paths.length + i]?.value);
    success.push(put(ringOf(machine), encodeKey(withEvents(ring, byMachine.get(machine)!, isInDoubt))));
  }
  const compare = keys.map((key, i) => (entries[i] ? isOfRevision(key, entries[i].modRevision) : isMissing(key)));
  const answer = await txn({ compare, success });
  return answer.succeeded ? Number(answer.header!.revision) : undefined;
}
