/** Tells whether a request to the admin address may come from a web page that somebody else wrote. */
import type { Request } from '../message.ts';

/**
 * Whether the `Host` is one that the server goes by: an address, `localhost`, or one of the names. A page whose own name was made to
 * resolve to this server (DNS rebinding) sends that name.
 */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  // A client of HTTP/1.0 is no browser.
  if (host === undefined || host === '') return true;
  const name = hostName(host);
  return name === 'localhost' || name.endsWith('.localhost') || isAddress(name) || names.includes(name);
}

/** Whether a page of another origin asks, by what browsers say of it. */
export function isForeign({ headers }: Request): boolean {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return true;
  return origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`;
}

/** In lower case, without port and brackets. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(host);
  if (bracketed) return bracketed[1]!.toLowerCase();
  const colon = host.indexOf(':');
  const name = colon >= 0 && colon === host.lastIndexOf(':') ? host.slice(0, colon) : host;
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}

/** A name has a letter in its last part, and no colon. */
function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^[0-9a-f:.]*:[0-9a-f:.]*$/.test(name);
}
