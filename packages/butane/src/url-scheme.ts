// The scheme of a URL as Go's net/url finds it.

/**
 * The scheme in lower case, empty if there is none; undefined where Go cannot parse the URL.
 *
 * Only what is wrong with every kind of URL is looked for: what Go says about hosts and ports is reported by the rules
 * of Ignition later on, for schemes that are refused here anyway.
 */
export function urlScheme(url: string): string | undefined {
  if (/[\u0000-\u0020\u007f]/.test(url.replace(/ /g, ''))) return undefined;
  const [, scheme, rest] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(url)!;
  if (scheme === undefined && /^:|^[^/?#]*:/.test(url)) return undefined;
  const opaque = scheme !== undefined && !rest!.startsWith('/');
  const path = rest!.replace(/#.*$/s, '').replace(/\?.*$/s, '');
  if (!opaque && /%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  return scheme?.toLowerCase() ?? '';
}
