/** Sends a request's bytes unmodified over a socket of its own and reads the answer. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import type { Answer, HttpRequest, TlsProbe } from '../recorded.ts';

const answerWithinMs = 10_000;

/** A request, and where it goes. */
export interface Exchange {
  readonly port: number;
  readonly tls?: boolean | undefined;
  readonly request: HttpRequest;
}

/** The headers and the body of an answer. */
type Headers = Record<string, string>;
type Body = Pick<Answer, 'body' | 'extra'>;

/** Sends the request and resolves with the answer, also when the connection is closed without one. */
export function exchange({ port, tls, request }: Exchange): Promise<Answer> {
  const bytes = requestBytes(request);
  const method = /^[^ \r\n]*/.exec(bytes.toString('latin1'))![0];
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = open(port, tls === true, () => socket.write(bytes));
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no complete answer within ${answerWithinMs} ms; so far: ${preview(Buffer.concat(chunks))}`));
    }, answerWithinMs);
    const finish = (ended: boolean): void => {
      const answer = parseAnswer(Buffer.concat(chunks), method, ended);
      if (!answer) return;
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      finish(false);
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
  });
}

/** The result of a handshake with the given ALPN names and highest version; `closed` when it fails. */
export function probeTls(port: number, { alpn, max_version: maxVersion }: TlsProbe): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ...(maxVersion ? { maxVersion: maxVersion.replace('_', '.') as SecureVersion } : {}),
      ...(alpn ? { ALPNProtocols: [...alpn] } : {}),
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    socket.setTimeout(answerWithinMs, () => socket.destroy(new Error('time-out')));
    socket.on('error', () => resolve({ status: 0, closed: true, headers: {}, body: Buffer.alloc(0) }));
    socket.on('secureConnect', () => {
      const version = socket.getProtocol();
      const fingerprint = socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
      const tls = { version, alpn: socket.alpnProtocol || null, cert_sha256: fingerprint };
      socket.destroy();
      resolve({ status: 1, headers: {}, body: Buffer.alloc(0), tls });
    });
  });
}

function open(port: number, tls: boolean, onReady: () => void): Socket {
  return tls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, onReady)
    : connect({ port, host: '127.0.0.1' }, onReady);
}

function requestBytes(request: HttpRequest): Buffer {
  if (request.raw !== undefined) return Buffer.from(request.raw, 'latin1');
  if (request.raw_base64 !== undefined) return Buffer.from(request.raw_base64, 'base64');
  const target = request.target_base64
    ? Buffer.from(request.target_base64, 'base64')
    : Buffer.from(request.target ?? '');
  const body = request.body_base64 ? Buffer.from(request.body_base64, 'base64') : Buffer.from(request.body ?? '');
  const headers = Object.entries(request.headers ?? {});
  const has = (name: string): boolean => headers.some(([key]) => key.toLowerCase() === name);
  if (!has('host')) headers.unshift(['Host', 'boot.example.test:8080']);
  if (!has('connection')) headers.push(['Connection', 'close']);
  if (body.length > 0 && !has('content-length') && !has('transfer-encoding')) {
    headers.push(['Content-Length', `${body.length}`]);
  }
  const lines = headers.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
  return Buffer.concat([
    Buffer.from(`${request.method} `),
    target,
    Buffer.from(` HTTP/1.1\r\n${lines.join('')}\r\n`),
    body,
  ]);
}

/** The answer, or undefined while it is incomplete and the connection is open. */
function parseAnswer(bytes: Buffer, method: string, ended: boolean): Answer | undefined {
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) {
      return ended ? { status: 0, headers: {}, body: rest, closed: true } : undefined;
    }
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0);
    rest = rest.subarray(end + 4);
    if (status === 100) continue;
    const headers: Headers = {};
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]*):\s*(.*?)\s*$/s.exec(line) ?? [];
      const key = name.toLowerCase();
      headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
    }
    const read =
      method === 'HEAD' || status === 304 || status === 204
        ? { body: Buffer.alloc(0), ...extra(rest) }
        : readBody(rest, headers, ended);
    return read && { status, headers, ...read };
  }
}

function readBody(rest: Buffer, headers: Headers, ended: boolean): Body | undefined {
  if (/chunked/i.test(headers['transfer-encoding'] ?? '')) return readChunks(rest, ended);
  if (headers['content-length'] === undefined) return ended ? { body: rest } : undefined;
  const length = Number(headers['content-length']);
  if (rest.length < length)
    return ended ? { body: rest, extra: `only ${rest.length} of ${length} bytes came` } : undefined;
  return { body: rest.subarray(0, length), ...extra(rest.subarray(length)) };
}

function readChunks(bytes: Buffer, ended: boolean): Body | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return ended ? { body: Buffer.concat(parts), extra: 'the last chunk is missing' } : undefined;
    const size = Number.parseInt(bytes.subarray(at, end).toString('latin1'), 16);
    if (size === 0) return { body: Buffer.concat(parts) };
    if (bytes.length < end + 2 + size + 2) return ended ? { body: Buffer.concat(parts), extra: 'cut off' } : undefined;
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function extra(rest: Buffer): { extra?: string } {
  return rest.length > 0 ? { extra: `${rest.length} bytes after the answer: ${preview(rest)}` } : {};
}

function preview(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 200).toString('latin1'));
}
