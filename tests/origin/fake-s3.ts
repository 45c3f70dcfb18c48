/** A server of S3 for tests: it verifies every signature by its own reading of the specification, and breaks on demand. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeS3 {
  readonly endpoint: string;
  /** By path with the bucket: `/bucket/key`. */
  readonly objects: Map<string, Uint8Array>;
  /** `GET /bucket/key`, in the order in which they came; those with a wrong signature are not among them. */
  readonly requests: string[];
  readonly refused: string[];
  /** Headers besides, by path. */
  readonly headers: Map<string, Record<string, string>>;
  /** Called before an answer is made; what it returns is answered instead. */
  before: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean) | undefined;
  close(): Promise<void>;
}

export interface FakeS3Options {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export async function startFakeS3({ accessKeyId, secretAccessKey }: FakeS3Options): Promise<FakeS3> {
  const objects = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const refused: string[] = [];
  const headers = new Map<string, Record<string, string>>();
  const fake = { objects, requests, refused, headers, before: undefined } as Omit<FakeS3, 'endpoint' | 'close'>;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const path = decodeURIComponent(request.url!);
    if (!isSigned(request, body, { accessKeyId, secretAccessKey })) {
      refused.push(`${request.method} ${path}`);
      return void response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
    }
    requests.push(`${request.method} ${path}`);
    if (await fake.before?.(request, response)) return;
    if (request.method === 'PUT') {
      objects.set(path, body);
      return void response.writeHead(200).end();
    }
    const object = objects.get(path);
    if (object === undefined) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    const sum = createHash('md5').update(object).digest('hex');
    response.writeHead(200, {
      'content-length': object.length,
      etag: `"${sum}"`,
      'last-modified': 'Fri, 24 May 2013 00:00:00 GMT',
      ...headers.get(path),
    });
    response.end(request.method === 'HEAD' ? undefined : object);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isSigned(request: IncomingMessage, body: Buffer, { accessKeyId, secretAccessKey }: FakeS3Options): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (found === null || found[1] !== accessKeyId) return false;
  const [, , day, region, names, signature] = found as unknown as string[];
  const hash = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== hash) return false;
  const signed = names!.split(';');
  if (
    !signed.includes('host') ||
    Object.keys(request.headers).some((name) => /^x-amz-/.test(name) && !signed.includes(name))
  )
    return false;
  const lines = signed.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const canonical = `${request.method}\n${request.url}\n\n${lines}\n${names}\n${hash}`;
  const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day!), region!), 's3'), 'aws4_request');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const time = request.headers['x-amz-date'];
  const wanted = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/s3/aws4_request\n${digest}`).toString('hex');
  return wanted === signature && String(time).startsWith(day!);
}
