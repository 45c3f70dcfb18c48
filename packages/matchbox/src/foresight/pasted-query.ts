/** The query of what people have at hand: a query, a URL, a line of the log, or just a MAC address. */
import { readSeedPath } from '../answer/seed.ts';
import { isMac, isUuid } from './label-form.ts';

/**
 * @returns what a machine would send behind the `?`
 * @example pastedQuery('HTTP GET /ipxe?mac=52-54-00-a1-9c-ae') === 'mac=52-54-00-a1-9c-ae'
 */
export function pastedQuery(text: string): string {
  const pasted = text.trim();
  const target = requestTarget(pasted) ?? pasted;
  const question = target.indexOf('?');
  const seed = seedQuery(target);
  if (seed !== undefined) return seed;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return question < 0 ? '' : withoutFragment(target.slice(question + 1));
  if (target.startsWith('/') || target.startsWith('?')) return question < 0 ? '' : target.slice(question + 1);
  if (isMac(target)) return `mac=${target}`;
  return isUuid(target) ? `uuid=${target}` : target;
}

/** Of a path of a NoCloud seed, which has the labels in it. */
function seedQuery(target: string): string | undefined {
  const [, path, query = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(\/[^?#]*)(?:\?([^#]*))?/i.exec(target) ?? [];
  if (path === undefined) return undefined;
  return readSeedPath(path.endsWith('/') && query === '' ? `${path}user-data` : path, query)?.rawQuery;
}

/** The target in a line of our log, of an access log, or in a request line. */
function requestTarget(line: string): string | undefined {
  return /(?:^|[\s"'])(?:GET|HEAD|POST) ((?:\/|[a-z]+:\/\/)[^\s"']*)/i.exec(line)?.[1];
}

/** Only a browser's address bar has one; it is never sent. */
function withoutFragment(query: string): string {
  return query.replace(/#.*$/s, '');
}
