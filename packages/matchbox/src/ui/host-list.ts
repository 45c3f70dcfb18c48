/** Which names this page may be asked by. Any other name may be a stranger's that points here (DNS rebinding). */

export interface HostList {
  /** @param host the header, as sent */
  allows(host: string | undefined): boolean;
}

/**
 * @param port that the page is served on; a name without a port stands for the scheme's own
 * @param names further names, with or without a port, as an operator gave them
 */
export function createHostList(port: number, names: readonly string[], defaultPort: 80 | 443): HostList {
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].map((name) => `${name}:${port}`);
  const given = names.flatMap((name) => (hasPort(name) ? [name] : [name, `${name}:${port}`]));
  const all = new Set([...loopback, ...given].map((name) => name.toLowerCase()));
  for (const name of [...all]) {
    if (name.endsWith(`:${defaultPort}`)) all.add(name.slice(0, name.lastIndexOf(':')));
  }
  return { allows: (host) => host !== undefined && all.has(host.toLowerCase()) };
}

function hasPort(name: string): boolean {
  return /:\d+$/.test(name) && !/^[0-9a-f:]+:[0-9a-f:]*$/i.test(name);
}
