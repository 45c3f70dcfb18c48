/** An answer that is asked anew as machines change: never while one is on its way, and less often where answers take long. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Asked, useAsked } from './ask.ts';
import { onChanges, snapshotsWanted } from './feed.ts';
import { pauseAfter } from './pace.ts';

const refreshMs = 2000;

/** @param on asked anew at once when one of these is another */
export function useFollowed<T>(ask: (signal: AbortSignal) => Promise<T>, on: readonly unknown[] = []): Asked<T> {
  const round = useSignal(0);
  const pace = useRef<Pace>(undefined!);
  pace.current ??= new Pace(() => void round.value++);
  useEffect(() => {
    const end = onChanges(() => pace.current.want());
    return () => {
      end();
      pace.current.stop();
    };
  }, []);
  return useAsked(
    (signal) => pace.current.timed(() => ask(signal), signal),
    [...on, round.value, snapshotsWanted.value],
  );
}

class Pace {
  readonly #again: () => void;
  #isAsking = false;
  #isWanted = false;
  #tookMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(again: () => void) {
    this.#again = again;
  }

  /** Something is otherwise. */
  want(): void {
    if (this.#isAsking) this.#isWanted = true;
    else this.#timer ??= setTimeout(() => this.#ask(), pauseAfter(refreshMs, this.#tookMs));
  }

  async timed<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const begunMs = Date.now();
    this.#isAsking = true;
    try {
      return await ask();
    } finally {
      // One that was cancelled says nothing: another has begun.
      if (!signal.aborted) {
        this.#isAsking = false;
        this.#tookMs = Date.now() - begunMs;
        if (this.#isWanted) this.want();
      }
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #ask(): void {
    this.#timer = undefined;
    this.#isWanted = false;
    this.#again();
  }
}
