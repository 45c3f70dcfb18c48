/** Times as people read them: how long ago, and both clocks. */

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

/** Local time first, then UTC. @example '2026-11-29 11:02:03 · 10:02:03Z' */
export function bothClocks(ms: number): string {
  const utc = new Date(ms).toISOString();
  return `${local.format(ms)} · ${utc.slice(11, 19)}Z`;
}

export function utc(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
