/** Of headers that are sent twice the first counts, as Go's `Header.Get` has it. */
import type { Request } from './message.ts';

/**
 * Those that are looked at and may be sent once (RFC 9110).
 * Quirk: node:http joins the values of a header that is sent twice (lib/_http_incoming.js: matchKnownFields), so that two
 * `Range` headers read as one with two ranges.
 */
const single = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/**
 * @param headers by lower-case name, values joined with commas
 * @param rawHeaders names and values in turns, as sent
 */
export function firstOfRepeated(headers: Request['headers'], rawHeaders: readonly string[]): Request['headers'] {
  const joined = single.filter((name) => headers[name]?.includes(','));
  if (joined.length === 0) return headers;
  const result: Record<string, string | undefined> = { ...headers };
  for (const name of joined) {
    for (let i = 0; i < rawHeaders.length; i += 2) {
      if (rawHeaders[i]!.length !== name.length || rawHeaders[i]!.toLowerCase() !== name) continue;
      result[name] = rawHeaders[i + 1];
      break;
    }
  }
  return result;
}
