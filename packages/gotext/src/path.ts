// Paths by their text alone, with slashes, as Go's package path treats them.

/** `path.Clean`: the shortest path that names the same thing. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push(part);
  }
  return (rooted ? '/' : '') + kept.join('/') || '.';
}

/** `path.Join`: joined by slashes and cleaned; empty parts are left out. */
export function joinPath(...parts: readonly string[]): string {
  const present = parts.filter((part) => part !== '');
  return present.length === 0 ? '' : cleanPath(present.join('/'));
}

/** `path.Ext`: the last dot of the last element and what follows, or nothing. */
export function pathExtension(path: string): string {
  const element = path.slice(path.lastIndexOf('/') + 1);
  const dot = element.lastIndexOf('.');
  return dot < 0 ? '' : element.slice(dot);
}
