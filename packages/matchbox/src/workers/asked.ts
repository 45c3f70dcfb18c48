/** Questions of a worker that wait for the primary's answers. */
import { limits } from '../limits/limits.ts';

export const askedWithinMs = 5_000;

/** Whether who asked is still there is looked at so often. */
const goneLookMs = 200;

export interface Asking {
  readonly withinMs?: number;
  /** Looked at now and then: who asked has left. */
  readonly isGone?: () => boolean;
  readonly onGone?: (id: number) => void;
}

export interface Asked {
  /** @returns undefined where too much is asked already, nobody answers, or who asked has left */
  ask<T>(send: (id: number) => void, asking?: Asking): Promise<T | undefined>;
  answered(id: number, answer: unknown): void;
}

export function createAsked(): Asked {
  const waiting = new Map<number, (answer: unknown) => void>();
  let last = 0;
  return {
    ask: <T>(send: (id: number) => void, asking: Asking = {}): Promise<T | undefined> => {
      const { withinMs = askedWithinMs, isGone = () => false, onGone } = asking;
      if (waiting.size >= limits.workerQuestions) return Promise.resolve(undefined);
      const id = ++last;
      const untilMs = performance.now() + withinMs;
      return new Promise((resolve) => {
        const end = (answer: T | undefined) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(answer);
        };
        const look = () => {
          const left = untilMs - performance.now();
          if (left <= 0) end(undefined);
          else if (isGone()) {
            onGone?.(id);
            end(undefined);
          } else timer = setTimeout(look, Math.min(left, goneLookMs));
        };
        let timer = setTimeout(look, Math.min(withinMs, goneLookMs));
        waiting.set(id, (answer) => end(answer as T));
        send(id);
      });
    },
    answered: (id: number, answer: unknown) => waiting.get(id)?.(answer),
  };
}
