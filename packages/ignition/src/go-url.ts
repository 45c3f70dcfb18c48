// Reads a URL as far as Ignition's rules look at it, and refuses what Go's net/url refuses.
import { cut } from './cut.ts';

export interface GoUrl {
  /** Lower case. */
  readonly scheme: string;
  /** What follows the scheme's colon, up to the query, when it does not begin with a slash. */
  readonly opaque: string;
  /** What follows the first `?`. */
  readonly rawQuery: string;
}

/** The parts of a URL, or `undefined` where Go's `url.Parse` fails. */
export function parseUrl(text: string): GoUrl | undefined {
  const [url, fragment] = cut(text, '#');
  if (/[\u0000-\u001f\u007f]/.test(url)) return undefined;
  if (!validPercents(fragment)) return undefined;
  if (url === '*') return { scheme: '', opaque: '', rawQuery: '' };
  const scheme = splitScheme(url);
  if (scheme === undefined) return undefined;
  const name = scheme.toLowerCase();
  const rest = scheme === '' ? url : url.slice(scheme.length + 1);
  const [beforeQuery, rawQuery] = cut(rest, '?');
  const isOpaque = name !== '' && !beforeQuery.startsWith('/');
  if (isOpaque) return { scheme: name, opaque: beforeQuery, rawQuery };
  // A colon in the first segment would be a scheme's.
  if (beforeQuery.split('/', 1)[0]!.includes(':')) return undefined;
  const authority = name !== '' || !beforeQuery.startsWith('///') ? splitAuthority(beforeQuery) : undefined;
  if (authority !== undefined && !validAuthority(authority)) return undefined;
  const path = authority === undefined ? beforeQuery : beforeQuery.slice(2 + authority.length);
  return validPercents(path) ? { scheme: name, opaque: '', rawQuery } : undefined;
}

/** The values of a query parameter, as Go's `URL.Query` gives them; pairs that Go cannot read are left out. */
export function queryValues(rawQuery: string, name: string): readonly string[] {
  const values: string[] = [];
  for (const pair of rawQuery.split('&')) {
    if (pair === '' || pair.includes(';') || !validPercents(pair)) continue;
    const [key, value] = cut(pair, '=');
    if (unescapeQuery(key) === name) values.push(unescapeQuery(value));
  }
  return values;
}

/** The scheme without its colon, `''` for none, `undefined` where the colon comes first. */
function splitScheme(url: string): string | undefined {
  if (url.startsWith(':')) return undefined;
  return /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(url)?.[1] ?? '';
}

function splitAuthority(text: string): string | undefined {
  return text.startsWith('//') ? text.slice(2).split('/', 1)[0] : undefined;
}

function validAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !validUserInfo(authority.slice(0, at))) return false;
  return validHost(authority.slice(at + 1));
}

function validUserInfo(text: string): boolean {
  return /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text) && validPercents(text);
}

/** Characters that may stand in a host as they are; anything beyond ASCII may too. */
const hostText = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"\u0080-\u{10ffff}]*$/u;

function validHost(host: string): boolean {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return false;
  if (bracket === 0) return validBracketedHost(host);
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !validPort(host.slice(colon))) return false;
  return hostText.test(host.replace(/%25|%[89a-fA-F][0-9a-fA-F]/g, ''));
}

function validBracketedHost(host: string): boolean {
  const end = host.lastIndexOf(']');
  if (end < 0 || !validPort(host.slice(end + 1))) return false;
  const inside = host.slice(1, end);
  const zone = inside.indexOf('%25');
  const address = zone < 0 ? inside : inside.slice(0, zone);
  if (!validIpv6(address)) return false;
  return zone < 0 || validZone(inside.slice(zone + 3));
}

function validZone(zone: string): boolean {
  return zone !== '' && validPercents(zone) && hostText.test(zone.replace(/%[0-9a-fA-F]{2}/g, ''));
}

function validPort(text: string): boolean {
  return /^(:[0-9]*)?$/.test(text);
}

function validIpv6(text: string): boolean {
  const last = text.slice(text.lastIndexOf(':') + 1);
  const v4 = last.includes('.');
  if (v4 && !/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(last)) return false;
  const groups = v4 ? `${text.slice(0, text.length - last.length)}0:0` : text;
  const halves = groups.split('::');
  if (halves.length > 2) return false;
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return false;
  return halves.length === 2 ? parts.length < 8 : parts.length === 8;
}

function validPercents(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}

function unescapeQuery(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
