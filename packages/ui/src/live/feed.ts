/**
 * What happens to machines, as it happens: one stream for the page. After a gap everything is asked anew; a page that nobody
 * looks at holds no stream, since browsers have few connections for one server.
 */
import { computed, signal } from '@preact/signals';
import type { Machine, MachineEvent, MachineWatchResponse } from 'matchbox/api';
import { faultOf, machines } from '../api/clients.ts';
import { who } from '../api/session.ts';
import { titleOf } from '../text/machine-title.ts';

export type Connection =
  | { readonly is: 'connecting' | 'live'; readonly asOfMs: number }
  | { readonly is: 'stale'; readonly asOfMs: number; readonly why: string };

export const connection = signal<Connection>({ is: 'connecting', asOfMs: Date.now() });
/** For those who wait with orders: it is another only when the stream breaks or comes back, not with each sign of life. */
export const isStale = computed(() => connection.value.is === 'stale');
/** The newest first. */
export const recentEvents = signal<readonly MachineEvent[]>([]);
/** Those about DHCP and loaders, which others would push out soon. */
export const networkEvents = signal<readonly MachineEvent[]>([]);
/** Grows when what is shown has to be asked anew: at each connection, and when changes were missed. */
export const snapshotsWanted = signal(0);

/** Names of machines that changed lately: events have only their ids. */
const names = new Map<string, string>();
const keptNames = 5000;

/** What people call the machine of an event. */
export function subjectOf({ group, machine }: MachineEvent): string {
  return group || names.get(machine) || machine;
}

function remember(machine: Machine): void {
  names.delete(machine.id);
  names.set(machine.id, titleOf(machine));
  if (names.size > keptNames) names.delete(names.keys().next().value!);
}

type Listener = (changed: readonly Machine[], events: readonly MachineEvent[], forgotten: readonly string[]) => void;

const listeners = new Set<Listener>();
const keptEvents = 200;
/** What several batches of the server tell comes together. */
const batchMs = 50;
/** The server says every five seconds that it is there. */
const silenceMs = 12_000;

let changed = new Map<string, Machine>();
let events: MachineEvent[] = [];
let forgotten: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let missed = 0n;

export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Runs as long as the page does. */
export async function follow(): Promise<void> {
  let waitMs = 500;
  for (;;) {
    await until(() => !document.hidden && Boolean(who.peek()));
    const startedMs = Date.now();
    const why = await readStream();
    if (document.hidden) continue;
    connection.value = { is: 'stale', asOfMs: connection.peek().asOfMs, why };
    waitMs = Date.now() - startedMs > 10_000 ? 500 : Math.min(waitMs * 2, 10_000);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** @returns why it ended */
async function readStream(): Promise<string> {
  const abort = new AbortController();
  let why = 'the server has ended the connection';
  let lastMs = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - lastMs > silenceMs) {
      why = 'nothing is heard from the server';
      abort.abort();
    }
  }, 2000);
  const onHide = () => document.hidden && abort.abort();
  document.addEventListener('visibilitychange', onHide);
  try {
    let isFirst = true;
    for await (const { change } of machines.machineWatch({ query: '', batched: true }, { signal: abort.signal })) {
      lastMs = Date.now();
      if (isFirst) {
        isFirst = false;
        missed = 0n;
        snapshotsWanted.value++;
      }
      take(change);
      if (connection.peek().is !== 'live' || lastMs - connection.peek().asOfMs > 1000)
        connection.value = { is: 'live', asOfMs: lastMs };
    }
  } catch (error) {
    if (!abort.signal.aborted) why = faultOf(error);
  } finally {
    clearInterval(watch);
    document.removeEventListener('visibilitychange', onHide);
  }
  return why;
}

function take({ case: what, value }: MachineWatchResponse['change']): void {
  if (what === 'heartbeat') {
    if (value.missed > missed) snapshotsWanted.value++;
    missed = value.missed;
    return;
  }
  if (what !== 'changes') return;
  for (const machine of value.machines) {
    changed.set(machine.id, machine);
    remember(machine);
  }
  events.push(...value.events);
  forgotten.push(...value.forgotten);
  if (timer === undefined) timer = setTimeout(tell, batchMs);
}

function tell(): void {
  timer = undefined;
  const batch = [[...changed.values()], events, forgotten] as const;
  changed = new Map();
  events = [];
  forgotten = [];
  if (batch[1].length > 0) recentEvents.value = withNewest(recentEvents.peek(), batch[1]);
  const network = batch[1].filter(({ kind }) => kind === 'dhcp' || kind === 'loader');
  if (network.length > 0) networkEvents.value = withNewest(networkEvents.peek(), network);
  for (const listener of listeners) listener(...batch);
}

function withNewest(known: readonly MachineEvent[], newest: readonly MachineEvent[]): readonly MachineEvent[] {
  return [...newest.slice(-keptEvents).reverse(), ...known].slice(0, keptEvents);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const done = () => {
        document.removeEventListener('visibilitychange', done);
        stop();
        resolve();
      };
      const stop = who.subscribe(() => queueMicrotask(() => holds() && done()));
      document.addEventListener('visibilitychange', done);
    });
  }
}
