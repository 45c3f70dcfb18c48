/** The query in the words of a command line. */
import { pastedQuery } from '../foresight/pasted-query.ts';

/**
 * What is at hand for a machine (a query, a URL, a line of the log, a MAC address), as the machine would send it. Labels as words of their own need no quotes
 * in a shell: `mac=… os=…`.
 */
export function queryOfWords(words: readonly string[]): string {
  return asSent(words.map(pastedQuery).join('&'));
}

/** What cannot stand in a request line no machine sends, but its escape. */
function asSent(query: string): string {
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return query.replace(/[\u0000- \u007f]/g, escaped);
}
