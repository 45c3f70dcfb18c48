/** Texts that came from machines, as a terminal may show them, and times as people read them. */
import { escapeUnprintable } from '@matchbox/gotext';

/** No control and no bidirectional character reaches the terminal. */
export function printable(text: string): string {
  return escapeUnprintable(text);
}

/** `12 s`, `3 min`, `5 h`, `2 d`; '' for a time that never was. */
export function formatAge(at: number, now: number): string {
  if (at === 0) return '';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `2026-11-29 10:31:07Z` */
export function formatTime(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace(/\.\d+/, '');
}
