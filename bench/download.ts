/**
 * Downloads a path over some connections at once, so many times over each, and throws the bytes away.
 * download.ts PORT PATH CONNECTIONS [TIMES] → JSON { bytes, seconds }, bytes with the headers
 */
import { connect } from 'node:net';

const [port, path, connections, times = '1'] = process.argv.slice(2);
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
let bytes = 0;

/** One after another over one connection. */
function download(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let left = Number(times);
    let missing = 0;
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    const callback = (length: number) => {
      bytes += length;
      missing = (missing === 0 ? wholeLength(buffer.subarray(0, length)) : missing) - length;
      if (missing === 0 && --left > 0) socket.write(request);
      else if (missing === 0) socket.end();
      return true;
    };
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true, onread: { buffer, callback } });
    socket.once('connect', () => socket.write(request));
    socket.once('close', () => (left === 0 ? resolve(undefined) : reject(new Error(`${left} downloads are missing`))));
    socket.once('error', reject);
  });
}

/** Of an answer that begins with these bytes, its headers included. They come in one piece. */
function wholeLength(beginning: Buffer): number {
  const end = beginning.indexOf('\r\n\r\n');
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(beginning.toString('latin1', 0, end)) ?? [];
  if (end < 0 || length === undefined) throw new Error('no Content-Length');
  return end + 4 + Number(length);
}

const from = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, download));
console.log(JSON.stringify({ bytes, seconds: (performance.now() - from) / 1000 }));
process.exit(0);
