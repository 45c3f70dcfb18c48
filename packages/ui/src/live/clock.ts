/** The time, for "3 min ago": one timer for the whole page, and none while nobody looks. */
import { signal } from '@preact/signals';

export const now = signal(Date.now());

export function runClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 5_000);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) now.value = Date.now();
  });
}
