/** The names and addresses that a server certificate is for, as written on the command line: `DNS:a.example,IP:10.0.0.1`. */
import { isIP } from 'node:net';
import { CertsError } from './error.ts';

export interface AlternativeName {
  readonly type: 'dns' | 'ip';
  readonly value: string;
}

/**
 * Parses a comma-separated list of `DNS:name` and `IP:address`; a bare entry is an address if it looks like one, else a name.
 * @throws CertsError `usage`, naming the entry.
 */
export function parseAlternativeNames(text: string): AlternativeName[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) {
    throw new CertsError('usage', '--san is empty: wanted a list such as DNS:matchbox.example.com,IP:172.17.0.2');
  }
  return entries.map(parseAlternativeName);
}

function parseAlternativeName(entry: string): AlternativeName {
  const prefix = /^(dns|ip)(?:\.\d+)?:/i.exec(entry);
  const value = prefix ? entry.slice(prefix[0].length) : entry;
  const type = prefix ? (prefix[1]?.toLowerCase() === 'ip' ? 'ip' : 'dns') : isIP(value) ? 'ip' : 'dns';
  if (type === 'ip' && isIP(value) === 0) {
    throw new CertsError(
      'usage',
      `--san: ${JSON.stringify(entry)} is not an IP address, wanted one such as IP:172.17.0.2`,
    );
  }
  if (type === 'dns' && !isDnsName(value)) {
    throw new CertsError(
      'usage',
      `--san: ${JSON.stringify(entry)} is not a DNS name, wanted one such as DNS:matchbox.example.com (without scheme and port)`,
    );
  }
  return { type, value };
}

function isDnsName(value: string): boolean {
  return (
    value.length <= 253 &&
    /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(value)
  );
}
