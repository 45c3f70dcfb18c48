/** Text of machines and files for a terminal: what a terminal would obey, or what does not show, is escaped. */
import { quoteGo } from '../log.ts';

/** @example printable('a\u001b[31m') === 'a\\x1b[31m' */
export function printable(text: string): string {
  return text.replace(/[^ -~\p{L}\p{M}\p{N}\p{P}\p{S}]/gu, (character) => quoteGo(character).slice(1, -1));
}

/** At most so many characters, the last of them an ellipsis. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text.slice(0, length * 2 + 2));
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
