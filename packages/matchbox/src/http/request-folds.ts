/** Remembers the failures of machines that ask again and again, so that each is written once and then summed up. */
import { createHash } from 'node:crypto';
import { limits } from '../limits/limits.ts';
import { ownText } from '../log/cut-text.ts';
import type { LogFields } from '../log/log.ts';

export interface Failure {
  /** Who failed: a retry comes from the same client. */
  readonly client: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export interface RequestFolds {
  /**
   * @param key equal for what is the same failure of the same machine
   * @returns whether it is a retry, which is summed up later
   */
  isRetry(key: string, failure: Failure): boolean;
  /** The client starts anew: what it fails at from now on is news. */
  forget(client: string): void;
  /** Writes every sum that is due. */
  sweep(): void;
  /** Writes what is not summed up yet. */
  close(): void;
}

interface Fold extends Failure {
  since: number;
  last: number;
  repeats: number;
}

/** Whoever retries asks again sooner (Ignition after 5 s at most); a machine that was switched off and on takes longer. */
const retryMs = 10_000;
/** While it goes on, it is summed up so often. */
const sumUpMs = 120_000;
const longKey = 256;

/** @param write a line with its sum */
export function createRequestFolds(
  write: (failure: Failure, repeated: string) => void,
  now: () => number,
): RequestFolds {
  const folds = new Map<string, Fold>();

  const sumUp = (fold: Fold) => {
    if (fold.repeats === 0) return;
    const times = `${fold.repeats} ${fold.repeats === 1 ? 'time' : 'times'}`;
    write(fold, `${times} in ${formatSpan(fold.last - fold.since)}`);
    fold.since = fold.last;
    fold.repeats = 0;
  };
  const end = (key: string, fold: Fold) => {
    folds.delete(key);
    sumUp(fold);
  };
  return {
    isRetry: (text, failure) => {
      const key = text.length > longKey ? createHash('sha256').update(text).digest('base64') : ownText(text);
      const fold = folds.get(key);
      if (fold !== undefined && now() - fold.last < retryMs) {
        fold.last = now();
        fold.repeats++;
        return true;
      }
      if (fold !== undefined) end(key, fold);
      if (folds.size < limits.foldedFailures) {
        folds.set(key, { ...ownFailure(failure), since: now(), last: now(), repeats: 0 });
      }
      return false;
    },
    forget: (client) => {
      for (const [key, fold] of folds) if (fold.client === client) end(key, fold);
    },
    sweep: () => {
      for (const [key, fold] of folds) {
        if (now() - fold.last >= retryMs) end(key, fold);
        else if (now() - fold.since >= sumUpMs) sumUp(fold);
      }
    },
    close: () => {
      for (const [key, fold] of folds) end(key, fold);
    },
  };
}

function ownFailure({ client, level, message, fields }: Failure): Failure {
  const owned = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? ownText(value) : value,
  ]);
  return { client: ownText(client), level, message: ownText(message), fields: Object.fromEntries(owned) };
}

/** `41 s`, `2 min` */
function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
