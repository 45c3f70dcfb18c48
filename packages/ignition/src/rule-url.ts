// Rules for addresses: which sources Ignition can fetch in which spec version.
import { dataUrlFault } from './data-url.ts';
import { parseUrl, queryValues } from './go-url.ts';
import type { PlainRule } from './messages.ts';
import type { Fault } from './rule.ts';

/** Schemes that need nothing but to be written right, with the first minor version that has them. */
const plainSchemes: ReadonlyMap<string, number> = new Map([
  ['http', 0],
  ['https', 0],
  ['tftp', 0],
  ['gs', 2],
]);
const arnSince = 4;

/** What is wrong with a source, or `undefined`. */
export function urlFault(text: string, minor: number): Fault {
  const url = parseUrl(text);
  if (url === undefined) return 'invalid-url';
  const since = plainSchemes.get(url.scheme);
  if (since !== undefined && since <= minor) return undefined;
  if (url.scheme === 's3') return versionIdFault(url.rawQuery);
  if (url.scheme === 'arn' && minor >= arnSince) return arnFault(url.opaque) ?? versionIdFault(url.rawQuery);
  if (url.scheme === 'data') {
    const message = dataUrlFault(text);
    return message === undefined ? undefined : { rule: 'data-url-invalid', message };
  }
  return 'invalid-scheme';
}

/** As {@link urlFault}, where nil and the empty string mean that there is no source. */
export function optionalUrlFault(text: string | undefined, minor: number): Fault {
  return text === undefined || text === '' ? undefined : urlFault(text, minor);
}

/** The scheme of a URL, or `undefined` where it cannot be parsed. */
export function schemeOf(text: string): string | undefined {
  return parseUrl(text)?.scheme;
}

function versionIdFault(rawQuery: string): PlainRule | undefined {
  return queryValues(rawQuery, 'versionId')[0] === '' ? 'invalid-s3-version-id' : undefined;
}

/** `opaque` is `partition:service:region:account:resource`. */
function arnFault(opaque: string): PlainRule | undefined {
  const parts = opaque.split(':');
  if (parts.length < 5 || parts[1] !== 's3') return 'invalid-s3-arn';
  const resource = parts.slice(4).join(':');
  const slashes = opaque.split('/').length - 1;
  const wanted = resource.startsWith('accesspoint/') ? 2 : 1;
  return slashes < wanted ? 'invalid-s3-arn' : undefined;
}
