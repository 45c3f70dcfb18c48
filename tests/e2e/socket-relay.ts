/**
 * `node socket-relay.ts PORT SOCKET` takes connections to a TCP port of the network namespace that it runs in, and passes them to
 * a Unix socket, which a program in another namespace listens on.
 */
import { createConnection, createServer } from 'node:net';

const [port = '', socket = ''] = process.argv.slice(2);

createServer((outer) => {
  const inner = createConnection(socket);
  outer.on('error', () => inner.destroy()).on('close', () => inner.destroy());
  inner.on('error', () => outer.destroy()).on('close', () => outer.destroy());
  outer.pipe(inner).pipe(outer);
}).listen(Number(port), () => console.log(`relaying port ${port}`));
