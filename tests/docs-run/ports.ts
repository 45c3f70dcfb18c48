/** Pages name fixed ports of this machine; where they are run, each becomes a free port of the loopback address. */
import { freePort } from '../../tools/ports.ts';

/** Puts free ports in the place of a page's, and back. */
export interface PortMap {
  local(text: string): string;
  written(text: string): string;
}

const addresses = /\b(127\.0\.0\.1|0\.0\.0\.0|localhost):(\d{2,5})\b/g;
/** `-admin-address=9090`: a port alone. */
const alone = /(?<=-address=)(\d{2,5})(?![\d.:])/g;

export async function mapPorts(texts: readonly string[]): Promise<PortMap> {
  const named = new Set<string>();
  for (const text of texts) {
    for (const [, , port = ''] of text.matchAll(addresses)) named.add(port);
    for (const [, port = ''] of text.matchAll(alone)) named.add(port);
  }
  const free = new Map<string, string>();
  for (const port of named) free.set(port, `${await freePort()}`);
  return {
    local: (text) =>
      text
        .replace(
          addresses,
          (_, host: string, port: string) => `${host === '0.0.0.0' ? '127.0.0.1' : host}:${free.get(port)}`,
        )
        .replace(alone, (port) => `127.0.0.1:${free.get(port)}`),
    written: (text) => {
      let result = text;
      for (const [port, local] of free) result = result.replaceAll(local, port);
      return result;
    },
  };
}

/** The ports that a server's command line listens on. */
export function listeningPorts(command: string): number[] {
  return [...command.matchAll(/-address=127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}
