// Downloads a path over some connections at once and throws the bytes away.
// node download.js PORT PATH CONNECTIONS → JSON { bytes, seconds }
import { connect } from 'node:net';

const [port, path, connections] = process.argv.slice(2);
let bytes = 0;

function download() {
  return new Promise((resolve, reject) => {
    const onread = {
      buffer: Buffer.allocUnsafe(1024 * 1024),
      callback: (length) => {
        bytes += length;
        return true;
      },
    };
    const socket = connect({ port: Number(port), host: '127.0.0.1', onread });
    socket.once('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
    socket.once('close', resolve);
    socket.once('error', reject);
  });
}

const from = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, download));
console.log(JSON.stringify({ bytes, seconds: (performance.now() - from) / 1000 }));
process.exit(0);
