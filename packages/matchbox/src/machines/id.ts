/** Ids of machines and boots: short, in lower case, not to be guessed. */
import { randomFillSync } from 'node:crypto';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** Characters of the time in a boot's id: enough until the year 3084. */
const timeLength = 9;

/**
 * @param at milliseconds since 1970
 * @returns `b-`, the time and some random characters: a report that names a boot tells when it began, also where that boot is forgotten
 */
export function newBootId(at: number): string {
  let time = '';
  for (let rest = Math.max(0, Math.floor(at)), i = 0; i < timeLength; i++, rest = Math.floor(rest / 32))
    time = digits[rest % 32] + time;
  return `b-${time}${newId('b', 6).slice(2)}`;
}

/** @returns when a boot began by its id; undefined where the id does not say */
export function timeOfBoot(id: string): number | undefined {
  if (!/^b-[0-9a-z]{15}$/.test(id)) return undefined;
  let time = 0;
  for (const digit of id.slice(2, 2 + timeLength)) time = time * 32 + digits.indexOf(digit);
  return time;
}

/** @returns `m-` and ten characters of Crockford's base 32, unless more are wanted */
export function newId(prefix: 'm' | 'b' | 's', length = 10): string {
  let id = `${prefix}-`;
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  for (const end = used + length; used < end; used++) id += digits[pool[used]! & 31];
  return id;
}

/** Asking the system for ten bytes costs as much as for four thousand, and each boot has an id. */
const pool = new Uint8Array(4096);
let used = pool.length;
