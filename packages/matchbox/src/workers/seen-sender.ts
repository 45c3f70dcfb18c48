/** Gathers what a worker sees, so that it is told in few messages; what is too much is dropped and counted. */
import { limits } from '../limits/limits.ts';

/** What was seen is told together, after this long or with so many bytes. */
const gatherMs = 5;
const gatherBytes = 128 * 1024;
const { workerSeenBytes } = limits;

export interface SeenSender<Seen> {
  add(seen: Seen, bytes: number): void;
  flush(): void;
}

export function createSeenSender<Seen>(
  send: (seen: readonly Seen[], dropped: number, onSent: () => void) => void,
): SeenSender<Seen> {
  let gathered: Seen[] = [];
  let bytes = 0;
  let waitingBytes = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length === 0) return;
    const size = bytes;
    waitingBytes += size;
    send(gathered, dropped, () => {
      waitingBytes -= size;
    });
    dropped = 0;
    gathered = [];
    bytes = 0;
  };
  return {
    flush,
    add: (seen: Seen, size: number) => {
      if (waitingBytes + bytes + size > workerSeenBytes) {
        dropped++;
        return;
      }
      gathered.push(seen);
      bytes += size;
      if (bytes >= gatherBytes) flush();
      else timer ??= setTimeout(flush, gatherMs);
    },
  };
}
