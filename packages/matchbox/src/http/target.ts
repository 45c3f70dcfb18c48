/** A request's target as Go's net/http takes it apart: the path raw, escaped in its canonical way, and decoded; the query raw. */

/** All strings are Latin-1: one character a byte, as they came. */
export interface Target {
  readonly path: string;
  /** The path as Go would write it: what needs an escape has one. */
  readonly escapedPath: string;
  readonly decodedPath: string;
  /** Without the question mark. */
  readonly rawQuery: string;
  /** There was a question mark. */
  readonly hasQuery: boolean;
}

/** @returns undefined for what is no target: a broken escape in the path, no path at all */
export function parseTarget(target: string): Target | undefined {
  const question = target.indexOf('?');
  const before = question < 0 ? target : target.slice(0, question);
  const rawQuery = question < 0 ? '' : target.slice(question + 1);
  const path = pathOf(before);
  if (path === undefined || /%(?![0-9a-fA-F]{2})/.test(path)) return undefined;
  const decodedPath = decodePath(path);
  return { path, escapedPath: escapedForm(path, decodedPath), decodedPath, rawQuery, hasQuery: question >= 0 };
}

/** The path of `/x` and of `http://host/x`; '' of `http://host`. */
function pathOf(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const absolute = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/]*(.*)$/s.exec(target);
  return absolute ? absolute[1] : undefined;
}

export function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  return path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)));
}

/** Quirk: Go (net/url/url.go, EscapedPath) keeps the escapes of a path that has no character which should have been escaped, and else writes its own. */
function escapedForm(path: string, decoded: string): string {
  return /^[A-Za-z0-9\-_.~!$&'()*+,;=:@/%[\]]*$/.test(path) ? path : escapePath(decoded);
}

/** Escapes what Go escapes in the path of a URL. */
export function escapePath(decoded: string): string {
  return decoded.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@]/g, (character) => escapes[character.charCodeAt(0)]!);
}

/** Of each byte. */
const escapes = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`);

/** Resolves `.`, `..` and double slashes; keeps a slash at the end. */
export function cleanPath(path: string): string {
  if (path === '') return '/';
  // Nearly every path is clean: no part of it is empty or begins with a dot.
  if (path.startsWith('/') && !/\/[./]/.test(path)) return path;
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  const cleaned = `/${kept.join('/')}`;
  return path.endsWith('/') && cleaned !== '/' ? `${cleaned}/` : cleaned;
}
