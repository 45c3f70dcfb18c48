/** A proxy in front that has signed people in already. Its header is believed from the named addresses alone. */
import { BlockList, isIP } from 'node:net';

export interface TrustedProxies {
  trusts(address: string): boolean;
}

export class ProxyListError extends Error {
  constructor(word: string) {
    super(`${JSON.stringify(word)}: an address or a network such as 192.0.2.0/24 is wanted`);
    this.name = 'ProxyListError';
  }
}

/** @param text addresses and networks, separated by commas @throws ProxyListError */
export function parseProxies(text: string): TrustedProxies {
  const list = new BlockList();
  for (const word of text.split(',').map((each) => each.trim())) {
    const [address = '', prefix, more] = word.split('/');
    const family = isIP(address);
    const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
    // A network of everybody is no name.
    const isPrefix =
      prefix === undefined || (/^\d{1,3}$/.test(prefix) && bits > 0 && bits <= (family === 6 ? 128 : 32));
    if (family === 0 || more !== undefined || !isPrefix) throw new ProxyListError(word);
    list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    trusts: (address) => {
      const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
      const family = isIP(plain);
      return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/** @param rawHeaders names and values in turn, as they came @returns undefined unless there is exactly one such header with a value */
export function proxyUser(rawHeaders: readonly string[], header: string): string | undefined {
  const found: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    // Quirk: some servers take `_` for `-` in names (CGI: RFC 3875, 4.1.18), so that a client could smuggle a second spelling past a proxy.
    if (rawHeaders[at]!.toLowerCase().replaceAll('_', '-') === header.toLowerCase()) found.push(rawHeaders[at + 1]!);
  }
  return found.length === 1 && found[0] !== '' ? found[0] : undefined;
}
