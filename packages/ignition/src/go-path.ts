// Go's package path: the parts that rules about paths need.

/** `path.Clean`: the shortest path that names the same thing, by text alone. */
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

/** `path.Join` of two. */
export function joinPath(first: string, second: string): string {
  const parts = [first, second].filter((part) => part !== '');
  return parts.length === 0 ? '' : cleanPath(parts.join('/'));
}

/** `path.Ext`: the last dot of the last element and what follows, or nothing. */
export function pathExtension(path: string): string {
  const element = path.slice(path.lastIndexOf('/') + 1);
  const dot = element.lastIndexOf('.');
  return dot < 0 ? '' : element.slice(dot);
}
