/** The rows in sight of a list of machines, out of as many as there are: filtered, sorted and counted by the server. */
import { signal, useSignal } from '@preact/signals';
import type { Machine } from 'matchbox/api';
import { useEffect, useMemo } from 'preact/hooks';
import { faultOf, isAborted, machines } from '../api/clients.ts';
import { onChanges, snapshotsWanted } from './feed.ts';
import { pauseAfter } from './pace.ts';

export interface MachineWindow {
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
  readonly fault: string;
  /** Nothing was answered yet. */
  readonly isFirst: boolean;
  /** It is what the query before has found: the answer is on its way. */
  readonly isFormer: boolean;
  rowAt(index: number): Machine | undefined;
  /** The rows in sight are others. */
  see(first: number, last: number): void;
}

const pageSize = 200;
/** However much happens, what is in sight is asked anew this often at most: what changes there is told by the stream. */
const refreshMs = 3000;
const typingMs = 200;
/** Rows that come into sight are not asked for while they rush by, but for a glimpse of them now and then. */
const sightMs = 60;
const glimpseMs = 300;

interface Found {
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
  readonly fault: string;
  readonly isFirst: boolean;
  readonly rows: ReadonlyMap<number, Machine>;
}

const nothing: Found = { total: 0, states: {}, fault: '', isFirst: true, rows: new Map() };

class Window {
  /** What is shown. */
  readonly found = signal<Found>(nothing);
  /** What is known: shown with the next frame, so that what comes between two of them is laid out once, together with a scroll. */
  #known: Found = nothing;
  #frame: number | undefined;
  readonly #query: string;
  #first = 0;
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer ends. */
  #dueMs = 0;
  #answeredMs = 0;
  #tookMs = 0;
  #sightTimer: ReturnType<typeof setTimeout> | undefined;
  /** Since when there are rows in sight that were not asked for. */
  #unseenSinceMs: number | undefined;
  /** Something changed while an answer was on its way. */
  #isWanted = false;

  constructor(query: string) {
    this.#query = query;
  }

  see(first: number, last: number): void {
    this.#first = Math.max(0, Math.floor((first + last) / 2 - pageSize / 2));
    const { rows, total, isFirst } = this.#known;
    if (isFirst) return;
    for (let index = first; index <= Math.min(last, total - 1); index++) {
      if (rows.has(index)) continue;
      this.#comesToSight();
      return;
    }
  }

  #comesToSight(): void {
    const nowMs = Date.now();
    this.#unseenSinceMs ??= nowMs;
    clearTimeout(this.#sightTimer);
    this.#sightTimer = setTimeout(() => this.#ask(0), Math.min(sightMs, this.#unseenSinceMs + glimpseMs - nowMs));
  }

  /** Something may be otherwise. What is on its way is waited for: on a slow server nothing else would ever come. */
  refresh(): void {
    if (this.#abort !== undefined) this.#isWanted = true;
    else this.#ask(Math.max(0, this.#answeredMs + pauseAfter(refreshMs, this.#tookMs) - Date.now()));
  }

  change(changed: readonly Machine[]): void {
    const found = this.#known;
    const places = new Map([...found.rows].map(([index, { id }]) => [id, index]));
    const inSight = changed.filter(({ id }) => places.has(id));
    if (inSight.length > 0) {
      const rows = new Map(found.rows);
      for (const machine of inSight) rows.set(places.get(machine.id)!, machine);
      this.#show({ ...found, rows });
    }
    this.refresh();
  }

  start(): void {
    this.#ask(typingMs);
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    clearTimeout(this.#sightTimer);
    this.#abort?.abort();
  }

  #show(found: Found): void {
    this.#known = found;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.found.value = this.#known;
    });
  }

  /** Whatever is wanted sooner goes first. */
  #ask(delayMs: number): void {
    const dueMs = Date.now() + delayMs;
    if (this.#timer !== undefined && this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#load();
    }, delayMs);
  }

  async #load(): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#isWanted = false;
    this.#unseenSinceMs = undefined;
    const [offset, askedMs] = [this.#first, Date.now()];
    try {
      const request = { query: this.#query, pageSize, offset, brief: true };
      const answer = await machines.machineList(request, { signal: abort.signal });
      const rows = new Map(answer.machines.map((machine, index) => [offset + index, machine]));
      this.#show({ total: answer.total, states: answer.states, fault: '', isFirst: false, rows });
    } catch (error) {
      if (isAborted(error)) return;
      this.#show({ ...this.#known, fault: faultOf(error) });
    }
    this.#abort = undefined;
    this.#answeredMs = Date.now();
    this.#tookMs = this.#answeredMs - askedMs;
    if (this.#isWanted) this.refresh();
  }
}

export function useMachines(query: string): MachineWindow {
  const window = useMemo(() => new Window(query), [query]);
  const before = useSignal<Found>(nothing);
  useEffect(() => {
    window.start();
    const endChanges = onChanges((changed, _, forgotten) => {
      if (changed.length > 0) window.change(changed);
      if (forgotten.length > 0) window.refresh();
    });
    const endSnapshots = snapshotsWanted.subscribe(() => window.refresh());
    return () => {
      before.value = window.found.peek();
      endChanges();
      endSnapshots();
      window.stop();
    };
  }, [window]);
  // What was found before stays until the next is there: nothing jumps while somebody types.
  const own = window.found.value;
  const isFormer = own.isFirst && own.fault === '';
  const found = isFormer ? before.value : own;
  return {
    ...found,
    isFormer,
    rowAt: (index) => found.rows.get(index),
    see: (first, last) => window.see(first, last),
  };
}
