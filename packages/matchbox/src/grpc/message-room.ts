/** What calls of the API hold in memory: messages that came, whole or not, and answers that nobody has read. Bounded, for all clients together. */
import { limits } from '../limits/limits.ts';

export interface CallInWork {
  /** It has so many bytes more. */
  hold(bytes: number): void;
  /** Of its answer so many bytes wait to be read, and nothing else is held. */
  answers(bytes: number): void;
  leave(): void;
}

export interface MessageRoom {
  /** @param cut ends the call, and whatever keeps its bytes */
  enter(address: string, cut: () => void): CallInWork;
}

interface Held {
  readonly address: string;
  readonly cut: () => void;
  bytes: number;
}

export function createMessageRoom(
  onFull: (address: string) => void,
  most: number = limits.rpcMessageBytes,
): MessageRoom {
  /** In the order in which they came: what ends by itself has ended by then. */
  const calls = new Set<Held>();
  let bytes = 0;
  const leave = (call: Held) => {
    if (calls.delete(call)) bytes -= call.bytes;
  };
  const change = (call: Held, by: number) => {
    if (!calls.has(call)) return;
    call.bytes += by;
    bytes += by;
    for (const oldest of calls) {
      if (bytes <= most) return;
      // One alone may have more: the list of a large site is one message.
      if (oldest.bytes === 0 || oldest.bytes === bytes) continue;
      leave(oldest);
      onFull(oldest.address);
      oldest.cut();
    }
  };
  return {
    enter: (address, cut) => {
      const call: Held = { address, cut, bytes: 0 };
      calls.add(call);
      return {
        hold: (more) => change(call, more),
        answers: (wait) => change(call, wait - call.bytes),
        leave: () => leave(call),
      };
    },
  };
}
