/** Redirects as Go's ServeMux sends them for paths that are not clean. */
import { escapeHtml } from './html.ts';
import type { Request, Response } from './message.ts';
import { escapePath } from './target.ts';

/** @param path not escaped yet; Go escapes it once more, and so do we */
export function redirect(request: Request, path: string, rawQuery: string): Response {
  const location = escapePath(path) + (rawQuery === '' ? '' : `?${escapeNonAscii(rawQuery)}`);
  const text = request.method === 'GET' ? `<a href="${escapeHtml(location)}">Temporary Redirect</a>.\n\n` : '';
  const typed = request.method === 'GET' || request.method === 'HEAD';
  const body = Buffer.from(text, 'latin1');
  const headers = {
    Location: location,
    ...(typed && { 'Content-Type': 'text/html; charset=utf-8' }),
    'Content-Length': `${body.length}`,
  };
  return { status: 307, headers, body, outcome: { endpoint: 'redirect', reason: 'redirect' } };
}

function escapeNonAscii(text: string): string {
  return text.replace(/[\x80-\xff]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
