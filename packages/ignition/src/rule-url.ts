// Rules for addresses: which sources Ignition can fetch in which spec version.
import { dataUrlFault } from './data-url.ts';
import { parseUrl, queryValues } from './go-url.ts';
import { messages } from './messages.ts';

/** Schemes that need nothing but to be written right, with the first minor version that has them. */
const plainSchemes: ReadonlyMap<string, number> = new Map([
  ['http', 0],
  ['https', 0],
  ['tftp', 0],
  ['gs', 2],
]);
const arnSince = 4;

/** What is wrong with a source, or `undefined`. */
export function urlFault(text: string, minor: number): string | undefined {
  const url = parseUrl(text);
  if (url === undefined) return messages.invalidUrl;
  const since = plainSchemes.get(url.scheme);
  if (since !== undefined && since <= minor) return undefined;
  if (url.scheme === 's3') return versionIdFault(url.rawQuery);
  if (url.scheme === 'arn' && minor >= arnSince) return arnFault(url.opaque) ?? versionIdFault(url.rawQuery);
  if (url.scheme === 'data') return dataUrlFault(text);
  return messages.invalidScheme;
}

/** As {@link urlFault}, where nil and the empty string mean that there is no source. */
export function optionalUrlFault(text: string | undefined, minor: number): string | undefined {
  return text === undefined || text === '' ? undefined : urlFault(text, minor);
}

/** The scheme of a URL, or `undefined` where it cannot be parsed. */
export function schemeOf(text: string): string | undefined {
  return parseUrl(text)?.scheme;
}

function versionIdFault(rawQuery: string): string | undefined {
  return queryValues(rawQuery, 'versionId')[0] === '' ? messages.invalidS3ObjectVersionId : undefined;
}

/** `opaque` is `partition:service:region:account:resource`. */
function arnFault(opaque: string): string | undefined {
  const parts = opaque.split(':');
  if (parts.length < 5 || parts[1] !== 's3') return messages.invalidS3Arn;
  const resource = parts.slice(4).join(':');
  const slashes = opaque.split('/').length - 1;
  const wanted = resource.startsWith('accesspoint/') ? 2 : 1;
  return slashes < wanted ? messages.invalidS3Arn : undefined;
}
