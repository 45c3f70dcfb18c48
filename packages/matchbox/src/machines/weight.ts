/** What a machine's record takes in memory, keys in the registry's tables included: about, and never much less (measured in Node 20 and 22). */
import type { Absorbed, Machine } from './machine.ts';

/** A record of a machine with a boot and nothing else. */
const recordBytes = 1800;
/** A UUID, MAC address or serial, with its place in the table of owners. */
const keyBytes = 180;
const labelBytes = 100;
const startBytes = 250;
const addressBytes = 200;

export function weightOf(machine: Machine): number {
  const { uuids, macs, serials, absorbed, addresses, labels, starts, merged, apart, collisions } = machine;
  let bytes = recordBytes + addresses.length * addressBytes;
  for (const keys of [uuids, macs, serials, absorbed, apart, collisions]) bytes += weightOfKeys(keys);
  for (const [key, value] of labels) bytes += labelBytes + key.length + value.length;
  for (const { installation, boot } of starts) bytes += startBytes + installation.length + boot.length;
  for (const each of merged) bytes += weightOfAbsorbed(each);
  return bytes + weightOfTexts(machine);
}

/** Whether nothing is another that is weighed: of two records of one machine, most weigh the same. It may not know that they do. */
export function weighAlike(a: Machine, b: Machine): boolean {
  return (
    a.uuids === b.uuids &&
    a.macs === b.macs &&
    a.serials === b.serials &&
    a.absorbed === b.absorbed &&
    a.apart === b.apart &&
    a.collisions === b.collisions &&
    a.labels === b.labels &&
    a.starts === b.starts &&
    a.merged === b.merged &&
    a.addresses.length === b.addresses.length &&
    haveSameTexts(a, b)
  );
}

function haveSameTexts(a: Machine, b: Machine): boolean {
  return (
    a.hostname === b.hostname &&
    a.stateReason === b.stateReason &&
    a.group === b.group &&
    a.profile === b.profile &&
    a.orders === b.orders &&
    a.loop === b.loop &&
    a.boot?.installation === b.boot?.installation &&
    a.boot?.netboot === b.boot?.netboot &&
    a.boot?.refused === b.boot?.refused &&
    a.boot?.cut === b.boot?.cut
  );
}

function weightOfKeys(keys: readonly string[]): number {
  let bytes = 0;
  for (const key of keys) bytes += keyBytes + key.length;
  return bytes;
}

function weightOfAbsorbed({ uuids, macs, serials, hostname = '' }: Absorbed): number {
  return recordBytes / 2 + weightOfKeys(uuids) + weightOfKeys(macs) + weightOfKeys(serials) + hostname.length;
}

/** What else a machine, or a file of the operator's, may have made long. */
function weightOfTexts({ hostname, stateReason, group, profile, orders, boot, loop }: Machine): number {
  const { netboot, refused, cut, installation } = boot ?? {};
  const texts = [hostname, stateReason, group, profile, orders.hold, loop?.installation, installation, cut?.what];
  const ofNetboot = [
    netboot?.loader,
    netboot?.script,
    netboot?.ignored?.why,
    netboot?.refused?.why,
    netboot?.fetched?.file,
  ];
  let bytes = 0;
  for (const text of [...texts, ...ofNetboot, refused?.what, refused?.reason]) bytes += text?.length ?? 0;
  return bytes;
}
