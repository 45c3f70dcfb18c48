/** The addresses that may be given to machines without a reservation. */
import { formatIpv4, isHostAddress, lastOf, parseIpv4, type Subnet } from '../ipv4.ts';

export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** More addresses than any broadcast domain has machines; the memory of leases is bounded by it. */
export const maxPoolAddresses = 65_536;

export interface Pool {
  /** How many addresses there are, those left out not counted. */
  readonly size: number;
  /** Whether an address (as a number) is one of them. */
  has(address: number): boolean;
  /** Each address once, lowest first. */
  addresses(): Generator<number>;
}

/**
 * @param excluded addresses that are never given: the server's, the router's, a relay's
 * @throws RangeError for a range that is none, lies outside the subnet, or is too large
 */
export function makePool(subnet: Subnet, ranges: readonly AddressRange[], excluded: ReadonlySet<string>): Pool {
  const bounds = ranges.map((range) => readRange(subnet, range)).sort((a, b) => a.first - b.first);
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of bounds) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else merged.push({ first, last });
  }
  const inRanges = (address: number) => merged.some(({ first, last }) => first <= address && address <= last);
  const left = new Set([...excluded].map((text) => parseIpv4(text) ?? -1).filter(inRanges));
  // In a subnet of two addresses (RFC 3021) or one, there is neither a network nor a broadcast address.
  if (subnet.prefixLength < 31) for (const edge of [subnet.base, lastOf(subnet)]) if (inRanges(edge)) left.add(edge);
  const size = merged.reduce((sum, { first, last }) => sum + last - first + 1, 0) - left.size;
  if (size > maxPoolAddresses) {
    throw new RangeError(`the ranges have ${size} addresses; wanted at most ${maxPoolAddresses}`);
  }
  return {
    size,
    has: (address) => inRanges(address) && !left.has(address),
    *addresses() {
      for (const { first, last } of merged) {
        for (let address = first; address <= last; address++) if (!left.has(address)) yield address;
      }
    },
  };
}

function readRange(subnet: Subnet, range: AddressRange): { first: number; last: number } {
  const [first, last] = [parseIpv4(range.first), parseIpv4(range.last)];
  const shown = `${range.first}-${range.last}`;
  if (first === undefined || last === undefined || first > last) {
    throw new RangeError(`${shown} is no range; wanted two IPv4 addresses, the lower one first`);
  }
  if (first < subnet.base || last > lastOf(subnet)) {
    throw new RangeError(`the range ${shown} leaves its subnet ${formatIpv4(subnet.base)}/${subnet.prefixLength}`);
  }
  if (!isHostAddress(first) || !isHostAddress(last)) {
    throw new RangeError(`the range ${shown} has addresses that no machine can have`);
  }
  return { first, last };
}
