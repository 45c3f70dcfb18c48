/** Whether a request may be looked at at all: asked by a name of ours, and by a page of ours if it may change something. */
import type { HostList } from './host-list.ts';

export interface AskedRequest {
  readonly method: string;
  /** Every value of every header, names in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
}

export interface Refusal {
  readonly status: 403 | 405 | 415 | 421;
  readonly message: string;
}

/** What the page sends; what a form of another page can send is not among them. */
const bodies = /^application\/(?:json|proto|connect\+json|connect\+proto)(?:$|\s*;)/i;

/** @param scheme that browsers reach the page by @returns undefined for a request that may go on */
export function judge(request: AskedRequest, hosts: HostList, scheme: 'http' | 'https'): Refusal | undefined {
  const { method, headers } = request;
  const host = one(headers.host);
  if (!hosts.allows(host)) {
    const name = JSON.stringify((host ?? '').slice(0, 200));
    return { status: 421, message: `this server is not asked by the name ${name}; -ui-host lists names that it has` };
  }
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (method !== 'POST') return { status: 405, message: `${method.slice(0, 20)} means nothing here` };
  const origin = one(headers.origin);
  const site = one(headers['sec-fetch-site']);
  const isOwn = origin === undefined ? site === 'same-origin' : origin === `${scheme}://${host}`;
  if (!isOwn || (site !== undefined && site !== 'same-origin')) {
    return { status: 403, message: 'the request comes from another page, or does not say from which' };
  }
  if (!bodies.test(one(headers['content-type']) ?? '')) {
    return { status: 415, message: 'the body is of no kind that this page sends' };
  }
  return undefined;
}

/** Of a header that stands there twice nobody knows which is meant: it says what no check allows. */
function one(values: readonly string[] | undefined): string | undefined {
  return values === undefined ? undefined : values.length === 1 ? values[0] : '';
}
