/** Turns the path of a URL into a path below the assets folder, as Go's http.Dir does. */
import { isUtf8 } from '@matchbox/gotext';

/**
 * @param path the decoded path behind `/assets`, one character a byte (Latin-1)
 * @returns the path without `.`, `..`, double and trailing slashes, beginning with `/`; it cannot leave its root
 */
export function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** The last element of a path: `b` for `/a/b/`, `/` for the root. */
export function baseName(path: string): string {
  const trimmed = withoutTrailingSlashes(path);
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Without an expression: one that looks for slashes at the end takes the square of the time for a path full of them. */
export function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** A name that can be a file's: no NUL, and UTF-8 (Quirk: Go's http.Dir, net/http/fs.go, refuses other names, though it lists them). */
export function isOpenablePath(path: string): boolean {
  return !path.includes('\0') && isUtf8(Buffer.from(path, 'latin1'));
}
