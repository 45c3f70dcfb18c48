/** Compares an answer with a recorded one and says in words what differs. */
import { createHash } from 'node:crypto';
import type { Answer, Expected, RecordedBody } from '../recorded.ts';

/** The headers that the recording is about; absence counts. */
const headerNames = [
  'Content-Type',
  'Content-Length',
  'Last-Modified',
  'Accept-Ranges',
  'Content-Range',
  'Location',
  'X-Content-Type-Options',
  'Allow',
  'ETag',
  'Cache-Control',
  'Content-Encoding',
  'Vary',
];

/** @returns what differs, nothing when the answer is the recorded one (or another that was seen: `any_of`) */
export function differences(expected: Expected, actual: Answer, method: string): string[] {
  const alternatives = [expected, ...(expected.any_of ?? [])];
  const found = alternatives.map((one) => differencesFrom(one, actual, method));
  return found.find((list) => list.length === 0) ?? found[0]!;
}

function differencesFrom(expected: Expected, actual: Answer, method: string): string[] {
  if (expected.closed)
    return actual.closed ? [] : [`status: got ${actual.status}, want the connection closed without an answer`];
  const list: string[] = [];
  if (actual.status !== expected.status) list.push(`status: got ${actual.status}, want ${expected.status}`);
  if (actual.extra) list.push(actual.extra);
  if (expected.tls) return [...list, ...tlsDifferences(expected.tls, actual.tls)];
  list.push(...headerDifferences(expected, actual, method));
  if (!expected.sig) list.push(...bodyDifferences(expected, actual));
  return list;
}

function tlsDifferences(expected: NonNullable<Expected['tls']>, actual: Answer['tls'] = {}): string[] {
  return Object.keys(expected)
    .filter((key) => expected[key] !== actual[key])
    .map((key) => `tls ${key}: got ${actual[key]}, want ${expected[key]}`);
}

function headerDifferences(expected: Expected, actual: Answer, method: string): string[] {
  const wanted = expected.headers ?? {};
  const present = expected.headers_present ?? [];
  return headerNames.flatMap((name) => {
    const got = actual.headers[name.toLowerCase()];
    if (present.includes(name)) return got === undefined ? [`${name}: missing`] : [];
    if (got === wanted[name]) return [];
    if (name === 'Content-Length' && wanted[name] === undefined && isRightLength(got, { expected, actual, method }))
      return [];
    return [`${name}: got ${got ?? 'none'}, want ${wanted[name] ?? 'none'}`];
  });
}

/** A right Content-Length is as good as a chunked answer or one that ends with the connection. */
function isRightLength(
  got: string | undefined,
  { expected, actual, method }: { readonly expected: Expected; readonly actual: Answer; readonly method: string },
): boolean {
  if (actual.status === 304 || actual.status === 204) return false;
  if (method === 'HEAD')
    return expected.headers?.['Transfer-Encoding'] === 'chunked' ? Number(got) > 2048 : Number(got) >= 0;
  return Number(got) === actual.body.length;
}

function bodyDifferences(expected: Expected, { body }: Answer): string[] {
  if (expected.body_sha256) {
    const sha256 = createHash('sha256').update(body).digest('hex');
    return sha256 === expected.body_sha256 && body.length === expected.body_length
      ? []
      : [`body: got ${body.length} bytes of sha256 ${sha256}, want ${expected.body_length} of ${expected.body_sha256}`];
  }
  const wanted = expectedBody(expected);
  if (expected.unordered_lines) {
    const lines = (bytes: Buffer): string => bytes.toString('latin1').split('\n').sort().join('\n');
    return lines(body) === lines(wanted) ? [] : [`lines: got ${show(body)}, want ${show(wanted)}`];
  }
  return body.equals(wanted) ? [] : [`body: got ${show(body)}, want ${show(wanted)}`];
}

export function expectedBody({ body, body_base64 }: RecordedBody): Buffer {
  return body_base64 === undefined ? Buffer.from(body ?? '') : Buffer.from(body_base64, 'base64');
}

function show(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString());
  return text.length > 500 ? `${text.slice(0, 500)}… (${bytes.length} bytes)` : text;
}
