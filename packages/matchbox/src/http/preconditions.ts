/** Conditional requests (RFC 9110 §13), as Go's http.ServeContent evaluates them on a content without an ETag. */
import { parseHttpTime } from './http-time.ts';

/** The first value of each header of a request, names in lower case. */
export type HeaderLookup = Readonly<Record<string, string | undefined>>;

/** What a content's time is: seconds since the epoch, or undefined when it has none (a rendered text; exactly the epoch). */
export type ModifiedAt = number | undefined;

export interface Precondition {
  /** The status that ends the request, or undefined to go on. */
  readonly status: 304 | 412 | undefined;
  /** The Range header that is still in force, '' for none. */
  readonly range: string;
}

/** Evaluates the conditions in Go's order. */
export function evaluatePreconditions(method: string, headers: HeaderLookup, modifiedAt: ModifiedAt): Precondition {
  const failed = matchFails(headers['if-match']) ?? unmodifiedSinceFails(headers['if-unmodified-since'], modifiedAt);
  if (failed) return { status: 412, range: '' };
  const safe = method === 'GET' || method === 'HEAD';
  const noneMatch = headers['if-none-match'];
  if (noneMatch) {
    if (listsAny(noneMatch)) return { status: safe ? 304 : 412, range: '' };
  } else if (safe && isNotModifiedSince(headers['if-modified-since'], modifiedAt)) {
    return { status: 304, range: '' };
  }
  const range = headers.range ?? '';
  return {
    status: undefined,
    range: range !== '' && safe && rangeIsStale(headers['if-range'], modifiedAt) ? '' : range,
  };
}

/** If-Modified-Since alone, which is all that a directory listing looks at. */
export function isNotModifiedSince(header: string | undefined, modifiedAt: ModifiedAt): boolean {
  const since = header && modifiedAt !== undefined ? parseHttpTime(header) : undefined;
  return since !== undefined && modifiedAt! <= since;
}

/** `If-Match` names tags, and a content without one is none of them; undefined when the header is absent. */
function matchFails(header: string | undefined): boolean | undefined {
  return header ? !listsAny(header) : undefined;
}

function unmodifiedSinceFails(header: string | undefined, modifiedAt: ModifiedAt): boolean {
  const since = header && modifiedAt !== undefined ? parseHttpTime(header) : undefined;
  return since !== undefined && modifiedAt! > since;
}

/** If-Range holds a tag (never ours) or a date that must be the content's to the second. */
function rangeIsStale(header: string | undefined, modifiedAt: ModifiedAt): boolean {
  if (!header) return false;
  return modifiedAt === undefined || parseHttpTime(header) !== modifiedAt;
}

/** Whether a list of entity tags contains `*`; what follows a malformed tag is not read. */
function listsAny(header: string): boolean {
  const list = /^(?:[ \t\r\n]|,|(?:W\/)?"[!\x23-\x7e\x80-\xff]*")*/.exec(header);
  return header[list![0].length] === '*';
}
