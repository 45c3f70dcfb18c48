// Sends a request's bytes unmodified over a socket of its own and reads the answer.
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const answerWithinMs = 10_000;

/**
 * @param {{ port: number, tls?: boolean, request: object }} what
 * @returns {Promise<{ status: number, headers: Record<string, string>, body: Buffer, closed?: boolean, extra?: string }>}
 *   status 0 with `closed` when the server closed the connection without an answer
 */
export function exchange({ port, tls, request }) {
  const bytes = requestBytes(request);
  const method = /^[^ \r\n]*/.exec(bytes.toString('latin1'))[0];
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = open(port, tls, () => socket.write(bytes));
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no complete answer within ${answerWithinMs} ms; so far: ${preview(Buffer.concat(chunks))}`));
    }, answerWithinMs);
    const finish = (ended) => {
      const answer = parseAnswer(Buffer.concat(chunks), method, ended);
      if (!answer) return;
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      finish(false);
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
  });
}

/** The result of a handshake with the given ALPN names and highest version; `closed` when it fails. */
export function probeTls(port, { alpn, max_version: maxVersion }) {
  return new Promise((resolve) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ...(maxVersion ? { maxVersion: maxVersion.replace('_', '.') } : {}),
      ...(alpn ? { ALPNProtocols: alpn } : {}),
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

function open(port, tls, onReady) {
  return tls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, onReady)
    : connect({ port, host: '127.0.0.1' }, onReady);
}

export function requestBytes(request) {
  if (request.raw !== undefined) return Buffer.from(request.raw, 'latin1');
  if (request.raw_base64 !== undefined) return Buffer.from(request.raw_base64, 'base64');
  const target = request.target_base64 ? Buffer.from(request.target_base64, 'base64') : Buffer.from(request.target);
  const body = request.body_base64 ? Buffer.from(request.body_base64, 'base64') : Buffer.from(request.body ?? '');
  const headers = Object.entries(request.headers ?? {});
  const has = (name) => headers.some(([key]) => key.toLowerCase() === name);
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
function parseAnswer(bytes, method, ended) {
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) {
      return ended ? { status: 0, headers: {}, body: rest, closed: true } : undefined;
    }
    const [statusLine, ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0);
    rest = rest.subarray(end + 4);
    if (status === 100) continue;
    const headers = {};
    for (const line of lines) {
      const [, name, value] = /^([^:]*):\s*(.*?)\s*$/s.exec(line);
      headers[name.toLowerCase()] = name.toLowerCase() in headers ? `${headers[name.toLowerCase()]}, ${value}` : value;
    }
    const read = readBody(rest, headers, method, status, ended);
    return read && { status, headers, ...read };
  }
}

function readBody(rest, headers, method, status, ended) {
  if (method === 'HEAD' || status === 304 || status === 204) return { body: Buffer.alloc(0), ...extra(rest) };
  if (/chunked/i.test(headers['transfer-encoding'] ?? '')) return readChunks(rest, ended);
  if (headers['content-length'] === undefined) return ended ? { body: rest } : undefined;
  const length = Number(headers['content-length']);
  if (rest.length < length)
    return ended ? { body: rest, extra: `only ${rest.length} of ${length} bytes came` } : undefined;
  return { body: rest.subarray(0, length), ...extra(rest.subarray(length)) };
}

function readChunks(bytes, ended) {
  const parts = [];
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

function extra(rest) {
  return rest.length > 0 ? { extra: `${rest.length} bytes after the answer: ${preview(rest)}` } : {};
}

function preview(bytes) {
  return JSON.stringify(bytes.subarray(0, 200).toString('latin1'));
}
