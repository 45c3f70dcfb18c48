/**
 * `node relay.ts SOCKET ADDRESS:PORT …` takes connections to Unix sockets and passes them to ports of the network namespace that it
 * runs in: Unix sockets are reached from every namespace.
 */
import { createConnection, createServer, type NetConnectOpts, type Server } from 'node:net';

/** Passes connections on; what either side closes, the other loses. */
export function createRelay(to: NetConnectOpts): Server {
  return createServer((outer) => {
    const inner = createConnection(to);
    outer.on('error', () => inner.destroy()).on('close', () => inner.destroy());
    inner.on('error', () => outer.destroy()).on('close', () => outer.destroy());
    outer.pipe(inner).pipe(outer);
  });
}

/** `10.77.0.1:8080` @throws Error */
export function parseEndpoint(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  if (host === '') throw new Error(`${JSON.stringify(text)}: wanted ADDRESS:PORT`);
  return { host, port: Number(port) };
}

const words = process.argv[1] === import.meta.filename ? process.argv.slice(2) : [];
for (let at = 0; at + 1 < words.length; at += 2) {
  createRelay(parseEndpoint(words[at + 1]!)).listen(words[at], () => console.log(`relaying ${words[at]}`));
}
