/**
 * Shares the processor among requests and downloads: what the event loop hands out at once is answered for a short while, and the rest in
 * later turns, addresses in rotation, so that new connections and probes never wait for a crowd.
 */
import { limits } from '../limits/limits.ts';
import type { Turn } from '../limits/turn.ts';

/** A request that takes turns. */
export interface Work {
  /** Whose it is. */
  readonly clientAddress: string;
  /** The client has closed its half of the connection: it has gone, or wants nothing more than this answer. */
  readonly leaving: boolean;
  /** Answers it. */
  run(): void;
  /** Ends it without an answer. */
  abandon(): void;
  /** Writes the answer. */
  write(): void;
}

export interface Turns {
  /**
   * Runs a piece of work now or in a later turn.
   * @param started `performance.now()`
   */
  take(started: number, work: Work): void;
  /** Of a download, for instance. */
  readonly piece: Turn;
  /**
   * A connection was accepted: there may be more that wait to be.
   * @param open begins to read it: now, or, where one after the other comes, when no more do
   */
  connected(clientAddress: string, open: () => void): void;
  /**
   * Writes at the end of this turn. One write after the other wakes a client, or the network stack, once where a write
   * between two answers wakes it for each: half the CPU time a request under load.
   */
  writeAtEnd(work: Work): void;
  /** Writes at once what waits for the end of this turn. */
  writeAll(): void;
}

/** So many pieces of long work are done in a turn of a crowd: some milliseconds'. */
const mostPieces = 32;
/** So many requests are answered in a turn of a crowd: they are written behind the turn's time, which takes most of their cost. */
const mostAnswers = 128;

export function createTurns(now: () => number = () => performance.now()): Turns {
  const lines = new Lines<Work>();
  const unopened = new Lines<() => void>();
  const writing = createWriting();
  /** When this turn began; 0 between turns. */
  let began = 0;
  /** A turn took long, and whoever came meanwhile is looked at before more is done. */
  let crowded = false;
  const accepting = createAccepting();
  const pieces: (() => void)[] = [];

  const begin = (at: number) => {
    began = at;
    setImmediate(end);
  };
  const end = () => {
    crowded ||= now() - began >= limits.turnMs;
    began = 0;
    writing.writeAll();
    const at = now();
    const goesOn = accepting.goesOn(at);
    if (!crowded && !goesOn && !accepting.isMore && isIdle()) return;
    begin(at);
    if (goesOn) return;
    open();
    for (const goOn of pieces.splice(0, mostPieces)) goOn();
    crowded = !isIdle();
    answer();
  };
  const isIdle = () => lines.isEmpty && unopened.isEmpty && pieces.length === 0;
  const hasTime = (ms: number) => now() - began < ms;
  const open = () => {
    do unopened.next()?.();
    while (!unopened.isEmpty && hasTime(limits.turnMs / 2));
  };
  const answer = () => {
    let left = mostAnswers;
    do {
      const work = lines.next();
      // In a crowd there is no work for who has left; nor, since the two look alike, for who only says so.
      if (work?.leaving) work.abandon();
      else work?.run();
    } while (!lines.isEmpty && --left > 0 && hasTime(limits.turnMs));
  };
  return {
    take: (started, work) => {
      if (began === 0) begin(started);
      if (!crowded && lines.isEmpty && started - began < limits.turnMs) {
        work.run();
        return;
      }
      lines.join(work.clientAddress, work);
    },
    piece: () => {
      const at = now();
      if (began === 0) begin(at);
      if (!crowded && !accepting.isMore && at - began < limits.turnMs) return undefined;
      return new Promise((resolve) => pieces.push(resolve));
    },
    connected: (clientAddress, goOn) => {
      if (began === 0) begin(now());
      const isOneOfMany = accepting.isUnderWay || !unopened.isEmpty;
      accepting.cameIn();
      if (isOneOfMany) unopened.join(clientAddress, goOn);
      else goOn();
    },
    writeAtEnd: (work) => {
      if (began === 0) begin(now());
      writing.add(work);
    },
    writeAll: writing.writeAll,
  };
}

function createWriting() {
  let waiting: Work[] = [];
  return {
    add: (work: Work) => void waiting.push(work),
    writeAll: () => {
      if (waiting.length === 0) return;
      const all = waiting;
      waiting = [];
      for (const work of all) work.write();
    },
  };
}

/**
 * Whether more connections are taken before anything else is done.
 * Quirk: libuv accepts one connection each time that it looks (libuv/libuv#3696: uv__server_io), so that under a crowd of
 * costly requests the last in the line would be seen after as many turns as there are before it.
 */
function createAccepting() {
  let isMore = false;
  /** Since when; 0 when other work was done since. */
  let since = 0;
  return {
    get isMore() {
      return isMore;
    },
    /** One came in the turn before. */
    get isUnderWay() {
      return since > 0;
    },
    cameIn: () => {
      isMore = true;
    },
    goesOn: (now: number) => {
      const goesOn = isMore && (since === 0 || now - since < limits.acceptMs);
      since = goesOn ? since || now : 0;
      if (goesOn) isMore = false;
      return goesOn;
    },
  };
}

/** A line of each address; their firsts by turns. */
class Lines<T> {
  readonly #lines = new Map<string, T[]>();

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  join(address: string, one: T): void {
    const line = this.#lines.get(address);
    if (line === undefined) this.#lines.set(address, [one]);
    else line.push(one);
  }

  /** Takes the first of the line whose turn it is; that line is then the last. */
  next(): T | undefined {
    for (const [address, line] of this.#lines) {
      this.#lines.delete(address);
      const first = line.shift();
      if (line.length > 0) this.#lines.set(address, line);
      return first;
    }
    return undefined;
  }
}
