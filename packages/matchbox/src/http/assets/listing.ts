/** A directory as a page of HTML, byte for byte as Go's http.FileServer lists it. */
import { escapeHtml } from '../html.ts';

/** One entry; `name` holds one character a byte (Latin-1), since names need not be UTF-8. */
export interface ListedEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** @returns the page in Latin-1 characters, that is, bytes */
export function renderListing(entries: readonly ListedEntry[]): string {
  const lines = entries
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, isDirectory }) => (isDirectory ? `${name}/` : name))
    .map((name) => `<a href="${relativeUrl(name)}">${escapeHtml(name)}</a>\n`);
  return `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${lines.join('')}</pre>\n`;
}

/**
 * A name as a relative URL. Quirk: Go (net/http/fs.go, dirList; net/url/url.go) leaves `$&+,/:;=@` and the unreserved characters as they are, and a name with a colon
 * gets `./` so that it is no scheme; a file called `*` stays `*`.
 */
function relativeUrl(name: string): string {
  if (name === '*') return name;
  const escaped = name.replace(
    /[^A-Za-z0-9\-_.~$&+,/:;=@]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return name.includes(':') ? `./${escaped}` : escaped;
}
