/** The query of what people have at hand: a query, a URL, a line of the log, or just a MAC address. */
import { MacError, parseMac } from '@matchbox/netboot';

/**
 * @returns what a machine would send behind the `?`
 * @example pastedQuery('HTTP GET /ipxe?mac=52-54-00-a1-9c-ae') === 'mac=52-54-00-a1-9c-ae'
 */
export function pastedQuery(text: string): string {
  const pasted = text.trim();
  const target = requestTarget(pasted) ?? pasted;
  const question = target.indexOf('?');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return question < 0 ? '' : withoutFragment(target.slice(question + 1));
  if (target.startsWith('/') || target.startsWith('?')) return question < 0 ? '' : target.slice(question + 1);
  if (isMac(target)) return `mac=${target}`;
  return isUuid(target) ? `uuid=${target}` : target;
}

/** The target in a line of our log, of an access log, or in a request line. */
function requestTarget(line: string): string | undefined {
  return /(?:^|[\s"'])(?:GET|HEAD|POST) ((?:\/|[a-z]+:\/\/)[^\s"']*)/i.exec(line)?.[1];
}

/** Only a browser's address bar has one; it is never sent. */
function withoutFragment(query: string): string {
  return query.replace(/#.*$/s, '');
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function isMac(text: string): boolean {
  try {
    parseMac(text);
    return true;
  } catch (error) {
    if (error instanceof MacError) return false;
    throw error;
  }
}
