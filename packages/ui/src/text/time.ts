/** Times as people read them: how long ago, and by which clock. */

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** @example duration(83_000) === '1 min 23 s' */
export function duration(milliseconds: number): string {
  let seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0 || (unit === 's' && parts.length === 0)) parts.push(`${count} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

export function ago(thenMs: number, nowMs: number): string {
  return nowMs - thenMs < 1000 ? 'just now' : `${duration(nowMs - thenMs)} ago`;
}

const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** Local time; where that is UTC it says so. @example '2026-11-29 11:02:03' @example '2026-11-29 10:02:03Z' */
export function clock(ms: number): string {
  return isLocalUtc(ms) ? `${local.format(ms)}Z` : local.format(ms);
}

/** Local time first, then UTC where it is another. @example '2026-11-29 11:02:03 · 10:02:03Z' */
export function bothClocks(ms: number): string {
  return isLocalUtc(ms) ? clock(ms) : withUtc(local.format(ms), ms);
}

/** @param here by the local clock @returns with the day of UTC, too, where that is another */
export function withUtc(here: string, ms: number): string {
  const [day = '', time] = utc(ms).split('T');
  return `${here} · ${here.startsWith(day) ? '' : `${day} `}${time}`;
}

function isLocalUtc(ms: number): boolean {
  return new Date(ms).getTimezoneOffset() === 0;
}

export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}
