/** Decides how a content of known size is answered: whole, in part, or not at all, as Go's http.ServeContent does. */
import { contentTypeByName } from './content-type.ts';
import { formatHttpTime } from './http-time.ts';
import { evaluatePreconditions, type HeaderLookup, type ModifiedAt } from './preconditions.ts';
import { type ByteRange, parseRange } from './range.ts';
import { sniffContentType } from './sniff.ts';

/** What is to be served. */
export interface ContentDescription {
  /** The file's name, for its extension; '' when there is none (a rendered text). */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Seconds since the epoch; undefined for a rendered text. */
  readonly modifiedAt: ModifiedAt;
  /** The first 512 bytes; read only when the name does not tell the type. */
  readonly head: () => Uint8Array;
}

/** An answer without its body: `send` is the part of the content that follows, undefined for `body` instead. */
export interface ContentAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly headers: Record<string, string>;
  readonly send: ByteRange | undefined;
  readonly body: string;
}

/** The part of a request that matters here. */
export interface ContentRequest {
  readonly method: string;
  readonly headers: HeaderLookup;
}

/** @returns status, headers and which bytes to send (those are left out for HEAD by whoever sends) */
export function answerContent(request: ContentRequest, content: ContentDescription): ContentAnswer {
  const { size, modifiedAt } = content;
  const lastModified: Record<string, string> =
    modifiedAt === undefined ? {} : { 'Last-Modified': formatHttpTime(modifiedAt) };
  const { status, range } = evaluatePreconditions(request.method, request.headers, modifiedAt);
  if (status === 304) return { status, headers: lastModified, send: undefined, body: '' };
  if (status === 412) return { status, headers: { ...lastModified, 'Content-Length': '0' }, send: undefined, body: '' };

  const part = parseRange(range, size);
  if (typeof part === 'string') return unsatisfiable(part, size);
  const type = contentTypeByName(content.name) ?? sniffContentType(content.head());
  const send = part ?? { start: 0, length: size };
  const headers = {
    ...lastModified,
    'Content-Type': type,
    'Accept-Ranges': 'bytes',
    'Content-Length': `${send.length}`,
    ...(part && { 'Content-Range': `bytes ${part.start}-${part.start + part.length - 1}/${size}` }),
  };
  return { status: part ? 206 : 200, headers, send, body: '' };
}

function unsatisfiable(fault: string, size: number): ContentAnswer {
  const body = `${fault}\n`;
  const headers = {
    ...(fault.endsWith('overlap') && { 'Content-Range': `bytes */${size}` }),
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': `${body.length}`,
  };
  return { status: 416, headers, send: undefined, body };
}

/** A rendered text answered like a file: `bytes` may be asked for in part. */
export function serveBytes(
  request: ContentRequest,
  bytes: Uint8Array,
): { status: number; headers: Record<string, string>; body: Uint8Array } {
  const { status, headers, send, body } = answerContent(request, {
    name: '',
    size: bytes.length,
    modifiedAt: undefined,
    head: () => bytes,
  });
  const sent = send ? bytes.subarray(send.start, send.start + send.length) : new TextEncoder().encode(body);
  return { status, headers, body: sent };
}
