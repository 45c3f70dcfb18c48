/** What rules ask of every answer that says a reason in plain text. */
import { type Answer, firstOf, type HttpRequest, type Objection } from '../recorded.ts';
import { methodOf } from './replay.ts';

export function isHead(request: HttpRequest): boolean {
  return methodOf(request) === 'HEAD';
}

export function plainTextFault({ headers, body }: Answer, request: HttpRequest): Objection {
  return firstOf(
    headers['content-type'] !== 'text/plain; charset=utf-8' && `Content-Type ${headers['content-type']}`,
    headers['x-content-type-options'] !== 'nosniff' && 'no X-Content-Type-Options: nosniff',
    headers['content-length'] === undefined && 'no Content-Length',
    !isHead(request) && Number(headers['content-length']) !== body.length && 'a wrong Content-Length',
  );
}

export function bodyText({ body }: Pick<Answer, 'body'>): string {
  return body.toString();
}
