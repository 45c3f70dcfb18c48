/** Signs requests to S3. Spec: AWS, "Signature Version 4 signing process", "Authenticating requests (S3)". */
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignedRequest {
  readonly method: string;
  /** As sent: each segment percent-encoded, see {@link encodeKey}. */
  readonly path: string;
  /** As sent, sorted here. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** All that are to be signed, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body, in hex; `UNSIGNED-PAYLOAD` where it is not known. */
  readonly payloadHash: string;
}

export interface Scope {
  readonly region: string;
  readonly now: Date;
}

const emptyHash = createHash('sha256').digest('hex');

export { emptyHash as emptyPayloadHash };

/** @returns the headers to send, with `Authorization` */
export function signRequest(
  request: SignedRequest,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  { region, now }: Scope,
): Record<string, string> {
  const time = `${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const date = time.slice(0, 8);
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-content-sha256': request.payloadHash,
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const sorted = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .sort(byName);
  const names = sorted.map(([name]) => name).join(';');
  const query = request.query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const canonical = [
    request.method,
    request.path,
    query,
    ...sorted.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    request.payloadHash,
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => hmac(secret, part),
    `AWS4${secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${names},Signature=${signature}`;
  return headers;
}

/** Bytes of a key or a path (one character a byte) as they are sent and signed: everything but unreserved characters and slashes. */
export function encodeKey(latin1: string): string {
  let encoded = '';
  for (const character of latin1) {
    encoded += /[A-Za-z0-9\-._~/]/.test(character) ? character : percent(character.charCodeAt(0));
  }
  return encoded;
}

function encode(text: string): string {
  return encodeKey(Buffer.from(text).toString('latin1')).replaceAll('/', '%2F');
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
