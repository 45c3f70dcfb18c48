/** Which file of the page a path means, and the answer with it. A path of a view means the page itself. */
import type { IncomingHttpHeaders } from 'node:http';
import type { PageFile } from './page-files.ts';

export interface FileAnswer {
  readonly status: 200 | 304 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** First parts of the paths of views; the page's own router knows the rest. */
export const views = [
  'machines',
  'machine',
  'inbox',
  'config',
  'rollouts',
  'network',
  'images',
  'audit',
  'sign-in',
  'help',
] as const;

const nothing = new Uint8Array();

/** @param path decoded by nobody, without its query */
export function fileAnswer(
  files: ReadonlyMap<string, PageFile>,
  path: string,
  headers: IncomingHttpHeaders,
): FileAnswer {
  const [, first = ''] = path.split('/');
  const isView = path === '/' || views.some((view) => view === first);
  const file = files.get(isView ? 'index.html' : path.slice(1));
  if (file === undefined || path === '/index.html') {
    const body = Buffer.from('not found\n');
    return { status: 404, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }, body };
  }
  const common = {
    ETag: file.etag,
    'Cache-Control': file.isLasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
  };
  if (headers['if-none-match'] === file.etag) return { status: 304, headers: common, body: nothing };
  const accepted = String(headers['accept-encoding'] ?? '');
  const coding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  const body = coding === 'br' ? file.brotli : coding === 'gzip' ? file.gzip : file.bytes;
  return {
    status: 200,
    headers: { ...common, 'Content-Type': file.type, ...(coding && { 'Content-Encoding': coding }) },
    body,
  };
}
