/** A machine's record as one more request leaves it: all that the request says, but for the keys that it is known by. */
import { areAlike, type Machine, machineBounds } from './machine.ts';
import { bounded } from './merge.ts';
import type { Sighting } from './sighting.ts';

export function saidAgain(base: Machine, sighting: Sighting): Machine {
  const { address, at, hostname } = sighting;
  return {
    ...base,
    lastSeen: Math.max(base.lastSeen, at),
    addresses: address === '' ? base.addresses : addressedFrom(base.addresses, address, at),
    labels: sighting.labels.length === 0 || saySame(base, sighting) ? base.labels : sighting.labels,
    hostname: hostname ?? base.hostname,
  };
}

type Labelled = Pick<Machine, 'labels'>;

function saySame({ labels: a }: Labelled, { labels: b }: Labelled): boolean {
  return areAlike(a, b, isSameLabel);
}

function isSameLabel(a: Machine['labels'][number], b: Machine['labels'][number]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function addressedFrom(addresses: Machine['addresses'], address: string, at: number): Machine['addresses'] {
  if (addresses.length === 1 && addresses[0]!.address === address) return [{ address, at }];
  const others = addresses.filter((known) => known.address !== address);
  return bounded([...others, { address, at }], machineBounds.addresses);
}
