// Pages name fixed ports of this machine; where they are run, each becomes a free port of the loopback address.
import { createServer } from 'node:net';

const addresses = /\b(127\.0\.0\.1|0\.0\.0\.0|localhost):(\d{2,5})\b/g;
/** `-admin-address=9090`: a port alone. */
const alone = /(?<=-address=)(\d{2,5})(?![\d.:])/g;

/** @returns `{ local(text), written(text), open }`: towards the free ports, and back */
export async function mapPorts(texts) {
  const named = new Set();
  for (const text of texts) {
    for (const [, , port] of text.matchAll(addresses)) named.add(port);
    for (const [, port] of text.matchAll(alone)) named.add(port);
  }
  const free = new Map();
  for (const port of named) free.set(port, `${await freePort()}`);
  return {
    local: (text) =>
      text
        .replace(addresses, (_, host, port) => `${host === '0.0.0.0' ? '127.0.0.1' : host}:${free.get(port)}`)
        .replace(alone, (port) => `127.0.0.1:${free.get(port)}`),
    written: (text) => {
      let result = text;
      for (const [port, local] of free) result = result.replaceAll(local, port);
      return result;
    },
  };
}

/** The ports that a server's command line listens on. */
export function listeningPorts(command) {
  return [...command.matchAll(/-address=127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
