/** Bounds the work of signing: a few signatures at a time, a few contents that wait, and who asked last is served first. */

/** A place in the queue was taken by somebody else. */
export class QueueFullError extends Error {
  constructor() {
    super('too many signatures wait');
    this.name = 'QueueFullError';
  }
}

export interface SigningQueue {
  /**
   * @param client whose work it is
   * @param isWanted whether anybody waits for it still, asked when its turn comes
   * @returns rejects with QueueFullError when it has to make room
   */
  add<T>(client: string, isWanted: () => boolean, work: () => Promise<T>): Promise<T>;
}

export interface SigningQueueOptions {
  /** So many pieces of work at a time. */
  readonly atATime: number;
  /** So many wait. */
  readonly maxWaiting: number;
}

interface Waiting {
  readonly client: string;
  readonly isWanted: () => boolean;
  readonly start: () => void;
  readonly refuse: () => void;
}

/**
 * Clients take turns. Of one client the newest is served first, and the oldest makes room: under a flood a queue in the order
 * of arrival serves those alone who have given up by then.
 */
export function createSigningQueue({ atATime, maxWaiting }: SigningQueueOptions): SigningQueue {
  const lines = new Map<string, Waiting[]>();
  let waiting = 0;
  let running = 0;

  const remove = (client: string, line: Waiting[], piece: Waiting) => {
    line.splice(line.indexOf(piece), 1);
    waiting--;
    if (line.length === 0) lines.delete(client);
  };
  const makeRoom = () => {
    for (const [client, line] of lines) {
      for (const piece of line.filter(({ isWanted }) => !isWanted())) {
        remove(client, line, piece);
        piece.refuse();
      }
    }
    if (waiting < maxWaiting) return;
    const [client, longest] = [...lines].reduce((most, each) => (each[1].length > most[1].length ? each : most));
    const [oldest] = longest as [Waiting];
    remove(client, longest, oldest);
    oldest.refuse();
  };
  const startNext = () => {
    while (running < atATime && waiting > 0) {
      const [client, line] = lines.entries().next().value as [string, Waiting[]];
      const piece = line.at(-1)!;
      remove(client, line, piece);
      // That client is the last now.
      if (lines.delete(client)) lines.set(client, line);
      if (!piece.isWanted()) {
        piece.refuse();
        continue;
      }
      running++;
      piece.start();
    }
  };
  return {
    add: (client, isWanted, work) =>
      new Promise((resolve, reject) => {
        if (waiting >= maxWaiting) makeRoom();
        const start = () => {
          work()
            .then(resolve, reject)
            .finally(() => {
              running--;
              startNext();
            });
        };
        const line = lines.get(client) ?? [];
        line.push({ client, isWanted, start, refuse: () => reject(new QueueFullError()) });
        lines.set(client, line);
        waiting++;
        startNext();
      }),
  };
}
