/** An answer of the server for a component: asked anew when what it depends on changes, the one before it cancelled. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { faultOf, isAborted } from '../api/clients.ts';
import { areSecretsShown } from '../api/secrets.ts';

export interface Asked<T> {
  /** The last answer; stays while the next one is on its way. */
  readonly value: T | undefined;
  readonly fault: string;
  readonly isAsking: boolean;
  again(): void;
}

/** @param on asked anew when one of these is another; undefined values ask nothing @param delayMs for what people type */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, on: readonly unknown[], delayMs = 0): Asked<T> {
  const state = useSignal<{ value: T | undefined; fault: string; isAsking: boolean }>({
    value: undefined,
    fault: '',
    isAsking: true,
  });
  const round = useSignal(0);
  useEffect(() => {
    const abort = new AbortController();
    state.value = { ...state.peek(), isAsking: true };
    const timer = setTimeout(() => {
      ask(abort.signal).then(
        (value) => {
          if (!abort.signal.aborted) state.value = { value, fault: '', isAsking: false };
        },
        (error: unknown) => {
          if (abort.signal.aborted || isAborted(error)) return;
          state.value = { ...state.peek(), fault: faultOf(error), isAsking: false };
        },
      );
    }, delayMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [...on, round.value, areSecretsShown.value]);
  return { ...state.value, again: () => void round.value++ };
}
