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
  /** A connection was accepted: there may be more that wait to be. */
  connected(): void;
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

export function createTurns(now: () => number = () => performance.now()): Turns {
  const lines = new Map<string, Work[]>();
  let writing: Work[] = [];
  /** When this turn began; 0 between turns. */
  let began = 0;
  /** A turn took long, and whoever came meanwhile is looked at before more is done. */
  let crowded = false;
  const accepting = createAccepting();
  const pieces: (() => void)[] = [];

  const writeAll = () => {
    if (writing.length === 0) return;
    const all = writing;
    writing = [];
    for (const work of all) work.write();
  };
  const begin = (at: number) => {
    began = at;
    setImmediate(end);
  };
  const end = () => {
    crowded ||= now() - began >= limits.turnMs;
    began = 0;
    writeAll();
    if (!crowded && lines.size === 0 && pieces.length === 0) return;
    begin(now());
    if (accepting.goesOn(began)) return;
    for (const goOn of pieces.splice(0, mostPieces)) goOn();
    crowded = lines.size > 0 || pieces.length > 0;
    answer();
  };
  const answer = () => {
    for (let work = next(lines); work !== undefined; work = next(lines)) {
      // In a crowd there is no work for who has left; nor, since the two look alike, for who only says so.
      if (work.leaving) work.abandon();
      else work.run();
      if (now() - began >= limits.turnMs) break;
    }
  };
  return {
    take: (started, work) => {
      if (began === 0) begin(started);
      if (!crowded && lines.size === 0 && started - began < limits.turnMs) {
        work.run();
        return;
      }
      const line = lines.get(work.clientAddress);
      if (line === undefined) lines.set(work.clientAddress, [work]);
      else line.push(work);
    },
    piece: () => {
      const at = now();
      if (began === 0) begin(at);
      if (!crowded && !accepting.isMore && at - began < limits.turnMs) return undefined;
      return new Promise((resolve) => pieces.push(resolve));
    },
    connected: accepting.cameIn,
    writeAtEnd: (work) => {
      if (began === 0) begin(now());
      writing.push(work);
    },
    writeAll,
  };
}

/**
 * Whether more connections are taken before anything else is done.
 * Quirk: libuv accepts one connection each time that it looks (src/unix/stream.c: uv__server_io), so that under a crowd of
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

/** The first of the line whose turn it is; that line is then the last. */
function next(lines: Map<string, Work[]>): Work | undefined {
  for (const [address, line] of lines) {
    lines.delete(address);
    const work = line.shift()!;
    if (line.length > 0) lines.set(address, line);
    return work;
  }
  return undefined;
}
