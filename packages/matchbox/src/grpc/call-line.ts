/**
 * Calls begin one after the other, connections in turn: others are served in between, and a call that was taken back meanwhile never begins.
 * A few of each connection are in work at a time.
 */
import { limits } from '../limits/limits.ts';
import type { Turn } from '../limits/turn.ts';

export interface CallLine {
  /** @param begin resolves once it is answered, or its answer begins to come @param isOver nobody waits for it any more */
  take(connection: object, begin: () => Promise<void>, isOver: () => boolean): void;
}

interface Waiting {
  readonly begin: () => Promise<void>;
  readonly isOver: () => boolean;
}

interface Connection {
  readonly waiting: Waiting[];
  working: number;
}

export interface CallLineOptions {
  /** How many calls of a connection are in work at a time. */
  readonly mostOfConnection?: number;
  /** When the next call may begin; at once if nobody says so. */
  readonly turn?: Turn | undefined;
}

export function createCallLine({
  mostOfConnection = limits.streamsInWork,
  turn = () => undefined,
}: CallLineOptions = {}): CallLine {
  const known = new WeakMap<object, Connection>();
  /** Those of which a call may begin, in turn. */
  const ready = new Set<Connection>();
  let isComing = false;
  const look = (connection: Connection) => {
    if (connection.waiting.length > 0 && connection.working < mostOfConnection) ready.add(connection);
    if (isComing || ready.size === 0) return;
    isComing = true;
    setImmediate(inTurn);
  };
  const inTurn = () => {
    const later = turn();
    if (later === undefined) beginOne();
    else void later.then(beginOne);
  };
  const beginOne = () => {
    isComing = false;
    const [connection] = ready;
    if (connection === undefined) return;
    ready.delete(connection);
    let call = connection.waiting.shift();
    while (call?.isOver()) call = connection.waiting.shift();
    if (call !== undefined) {
      connection.working++;
      void call.begin().finally(() => {
        connection.working--;
        look(connection);
      });
    }
    look(connection);
  };
  return {
    take: (key, begin, isOver) => {
      const connection = known.get(key) ?? { waiting: [], working: 0 };
      known.set(key, connection);
      connection.waiting.push({ begin, isOver });
      look(connection);
    },
  };
}
