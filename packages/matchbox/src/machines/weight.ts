/** What a machine's record takes in memory, keys in the registry's tables included: about, and never much less (measured in Node 20 and 22). */
import type { Absorbed, Boot, Machine } from './machine.ts';

/** A record of a machine with a boot and nothing else. */
const recordBytes = 1800;
/** A UUID, MAC address or serial, with its place in the table of owners. */
const keyBytes = 180;
const labelBytes = 100;
const startBytes = 250;
const addressBytes = 200;

export function weightOf(machine: Machine): number {
  return weightOfSelf(machine) + weightOfTexts(machine);
}

/** All but the texts. */
export function weightOfSelf(machine: Machine): number {
  const { uuids, macs, serials, absorbed, addresses, labels, starts, merged, apart, collisions } = machine;
  let bytes = recordBytes + addresses.length * addressBytes;
  for (const keys of [uuids, macs, serials, absorbed, apart, collisions]) bytes += weightOfKeys(keys);
  for (const [key, value] of labels) bytes += labelBytes + key.length + value.length;
  for (const { installation, boot } of starts) bytes += startBytes + installation.length + boot.length;
  for (const each of merged) bytes += weightOfAbsorbed(each);
  return bytes;
}

/** Whether all but the texts weighs the same: of two records of one machine most do. It may not know that they do. */
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
    a.addresses.length === b.addresses.length
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

/** What else a machine, or a file of the operator's, may have made long. Without a list of them: it is asked for each change of a record. */
export function weightOfTexts({ hostname, stateReason, group, profile, orders, boot, loop }: Machine): number {
  const ofMachine = lengthOf(hostname) + lengthOf(stateReason) + lengthOf(group) + lengthOf(profile);
  const ordered = lengthOf(orders.hold) + lengthOf(loop?.installation);
  return ofMachine + ordered + (boot === undefined ? 0 : weightOfBoot(boot));
}

function weightOfBoot({ installation, netboot, refused, cut }: Boot): number {
  const bytes = lengthOf(installation) + lengthOf(cut?.what) + lengthOf(refused?.what) + lengthOf(refused?.reason);
  if (netboot === undefined) return bytes;
  const { loader, script, ignored, refused: notGiven, fetched } = netboot;
  const whys = lengthOf(ignored?.why) + lengthOf(notGiven?.why);
  return bytes + lengthOf(loader) + lengthOf(script) + whys + lengthOf(fetched?.file);
}

function lengthOf(text: string | undefined): number {
  return text === undefined ? 0 : text.length;
}
