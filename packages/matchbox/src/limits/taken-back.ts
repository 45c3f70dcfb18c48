/**
 * Counts the requests of an HTTP/2 connection that a client takes back, or makes the server take back.
 * Spec: CVE-2023-44487, CVE-2025-8671: to ask and take back costs a client nothing, and the server each time the work.
 */
import { limits } from './limits.ts';

/** What is needed of a stream of node:http2. */
export interface CountedStream {
  readonly closed: boolean;
  /** It came to its end before its answer was written. */
  readonly aborted: boolean;
}

export interface TakenBack {
  /** @returns true once, when there are too many: the connection is to be closed */
  began(stream: CountedStream): boolean;
  /** To be called when a stream has closed; true as for `began`. */
  ended(stream: CountedStream): boolean;
}

/** Thousands come with one piece of the connection, and are told of as closed only after it: so many are looked at before. */
const looked = 8;

export function countTakenBack(most: number = limits.streamResets): TakenBack {
  const open = new Set<CountedStream>();
  let last: CountedStream | undefined;
  let count = 0;
  let isOver = false;
  const end = (stream: CountedStream) => {
    if (!open.delete(stream)) return;
    // One that is answered makes up for one that is not: nobody buys a hundred with it.
    count = stream.aborted ? count + 1 : Math.max(0, count - 1);
  };
  const tell = () => {
    if (isOver || count < most) return false;
    isOver = true;
    return true;
  };
  return {
    began: (stream) => {
      if (last?.closed) end(last);
      let left = looked;
      for (const each of open) {
        if (left-- === 0) break;
        if (each.closed) end(each);
      }
      open.add(stream);
      last = stream;
      return tell();
    },
    ended: (stream) => {
      end(stream);
      return tell();
    },
  };
}
