/** Durations as Go writes them: `90s`, `15m`, `1h30m`. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** A day: longer than any download, and short enough for a timer of Node. */
const longestMs = 24 * 3_600_000;

/** @returns milliseconds; undefined for what is no duration, or longer than a day */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d{1,9}(ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+)(ms|s|m|h)/g)) sum += Number(number) * unitMs[unit!]!;
  return sum <= longestMs ? sum : undefined;
}
