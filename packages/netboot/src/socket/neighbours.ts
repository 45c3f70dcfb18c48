/** Who was seen with which address: the kernel's neighbour table, against giving out an address that somebody uses. */
import { readFile } from 'node:fs/promises';
import { formatMac, MacError, parseMac } from '../mac.ts';

/** Address → MAC address of the entries that are complete. */
export type Neighbours = ReadonlyMap<string, string>;

/** The flag of an entry whose MAC address is known (`ATF_COM`). */
const complete = 0x2;
const maxNeighbours = 65_536;

/** @param table the text of /proc/net/arp */
export function parseNeighbours(table: string): Neighbours {
  const neighbours = new Map<string, string>();
  for (const line of table.split('\n').slice(1)) {
    const [address = '', , flags = '', mac = ''] = line.trim().split(/\s+/);
    if (!(Number(flags) & complete) || neighbours.size >= maxNeighbours) continue;
    try {
      neighbours.set(address, formatMac(parseMac(mac)));
    } catch (error) {
      if (!(error instanceof MacError)) throw error;
    }
  }
  return neighbours;
}

/** Empty where there is no such table. */
export async function readNeighbours(): Promise<Neighbours> {
  return parseNeighbours(await readFile('/proc/net/arp', 'utf8').catch(() => ''));
}
