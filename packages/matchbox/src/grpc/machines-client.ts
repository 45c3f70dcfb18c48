/** The client side of the service `Machines`, in plain data. */
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import type { StoredEvent } from '../machines/event.ts';
import { type MachineEvent, type Machine as MachineMessage, Machines } from './gen/matchbox/machines_pb.ts';

/** Rejects with the error that the user is told. */
export type Call = <T>(promise: Promise<T>) => Promise<T>;

const pageSize = 1000;

export function machineMethods(call: Call, transport: Transport, toError: (error: unknown) => Error) {
  const client = createClient(Machines, transport);
  return {
    list: (query: string) => listAll(call, client, query),
    get: async (name: string) => {
      const { machine, diagnoses } = await call(client.machineGet({ name }));
      return {
        machine: toInfo(machine!),
        diagnoses: diagnoses.map(({ code, sinceMs, evidence, causes, check }) => ({
          code,
          since: Number(sinceMs),
          evidence,
          causes,
          check,
        })),
      };
    },
    events: async (name: string, limit: number, beforeSeq = 0) =>
      (await call(client.machineEvents({ name, limit, beforeSeq: BigInt(beforeSeq) }))).events.map(toEvent),
    bytes: async (digest: string) => (await call(client.machineBytes({ digest }))).content,
    replay: async (name: string, seq: number) => {
      const { event, then, now, nowStatus } = await call(client.machineReplay({ name, seq: BigInt(seq) }));
      return { event: toEvent(event!), then, now, nowStatus };
    },
    watch: (query: string, signal: AbortSignal) => watch(client, query, signal, toError),
    act: async (
      name: string,
      { action, once = false, reason = '' }: { action: string; once?: boolean; reason?: string },
    ) => {
      const { machine } = await call(client.machineAct({ name, action, once, reason }));
      return machine && toInfo(machine);
    },
    adopt: async (name: string, adoption: { group: string; profile: string; metadataJson: string; selectBy: string }) =>
      (await call(client.machineAdopt({ name, ...adoption }))).group,
  };
}

async function listAll(call: Call, client: Client<typeof Machines>, query: string) {
  const found: ReturnType<typeof toInfo>[] = [];
  for (let pageToken = ''; ; ) {
    const { machines, nextPageToken } = await call(client.machineList({ query, pageSize, pageToken }));
    found.push(...machines.map(toInfo));
    if (nextPageToken === '') return found;
    pageToken = nextPageToken;
  }
}

async function* watch(
  client: Client<typeof Machines>,
  query: string,
  signal: AbortSignal,
  toError: (error: unknown) => Error,
) {
  try {
    // A stream has no end of its own, so it has no time limit.
    for await (const { change } of client.machineWatch({ query }, { signal, timeoutMs: 0 })) {
      if (change.case === 'machine') yield { kind: 'machine' as const, machine: toInfo(change.value) };
      else if (change.case === 'event') yield { kind: 'event' as const, event: toEvent(change.value) };
      else if (change.case === 'forgotten') yield { kind: 'forgotten' as const, id: change.value };
      else if (change.case === 'heartbeat') yield { kind: 'heartbeat' as const, missed: Number(change.value.missed) };
    }
  } catch (error) {
    if (!signal.aborted) throw toError(error);
  }
}

function toInfo(machine: MachineMessage) {
  const { orders, installed, loop, boot } = machine;
  const ordered = [
    orders?.reinstall ? `reinstall (${orders.reinstall})` : '',
    orders?.hold ? `hold: ${orders.hold}` : '',
    orders?.disk ? 'boot from disk' : '',
  ];
  return {
    ...machine,
    stateSince: Number(machine.stateSinceMs),
    firstSeen: Number(machine.firstSeenMs),
    lastSeen: Number(machine.lastSeenMs),
    labels: machine.labels.map(({ key, value }) => [key, value] as const),
    steps: (boot?.steps ?? []).map(({ step, atMs }) => [step, Number(atMs)] as const),
    orders: ordered.filter((order) => order !== ''),
    installedAt: Number(installed?.atMs ?? 0),
    installedBy: installed?.by ?? '',
    loopStarts: loop?.starts ?? 0,
  };
}

function toEvent(event: MachineEvent): StoredEvent {
  const { seq, atMs, bytes, wantedBytes, kind, ...rest } = event;
  return {
    ...rest,
    seq: Number(seq),
    at: Number(atMs),
    bytes: Number(bytes),
    wantedBytes: Number(wantedBytes),
    kind: kind as StoredEvent['kind'],
  };
}
