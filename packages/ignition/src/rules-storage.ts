// Rules for disks, partitions, filesystems and RAID.
import { byteLength } from '@matchbox/gotext';
import { boolAt, type ConfigObject, listAt, numberAt, objectsAt, stringAt } from './config.ts';
import { type Fault, filled, optionalPathFault, pathFault, type RuleContext, type StructRule } from './rule.ts';
import { checkLinks } from './rules-files.ts';

/** Filesystem format → first minor version that has it. */
const formats: ReadonlyMap<string, number> = new Map([
  ['ext4', 0],
  ['btrfs', 0],
  ['xfs', 0],
  ['swap', 0],
  ['vfat', 0],
  ['none', 3],
  ['virtiofs', 7],
]);
/** Filesystem format → the longest label that its mkfs takes, in bytes. */
const labelLimits: ReadonlyMap<string, number> = new Map([
  ['ext4', 16],
  ['btrfs', 256],
  ['xfs', 12],
  ['swap', 15],
  ['vfat', 11],
]);
const virtiofsSince = 7;
const raidLevelRequiredSince = 3;
const raidLevelsWithoutSpares = ['linear', 'raid0', '0', 'stripe'];
const raidLevelsWithSpares = ['raid1', '1', 'mirror', 'raid4', '4', 'raid5', '5', 'raid6', '6', 'raid10', '10'];

export const storageRules: Readonly<Record<string, StructRule>> = {
  Storage(value, context) {
    checkLinks(value, context);
    checkFilesystemDevices(value, context);
  },
  Disk: checkDisk,
  Partition: checkPartition,
  Filesystem: checkFilesystem,
  Raid: checkRaid,
};

/** Filesystems on a disk that the same config partitions or wipes. */
function checkFilesystemDevices(value: ConfigObject, context: RuleContext): void {
  const disks = new Map(objectsAt(value, 'disks').map((disk) => [stringAt(disk, 'device') ?? '', disk]));
  objectsAt(value, 'filesystems').forEach((filesystem, i) => {
    const disk = disks.get(stringAt(filesystem, 'device') ?? '');
    if (disk === undefined) return;
    const path = ['filesystems', i, 'device'];
    if (listAt(disk, 'partitions').length > 0) context.add('warning', path, 'partitions-overwritten');
    else if (boolAt(filesystem, 'wipeFilesystem') !== true && boolAt(disk, 'wipeTable') === true) {
      context.add('warning', path, 'filesystem-implicit-wipe');
    }
  });
}

function checkDisk(value: ConfigObject, context: RuleContext): void {
  const device = stringAt(value, 'device') ?? '';
  if (device === '') {
    context.add('error', ['device'], 'disk-device-required');
    return;
  }
  context.add('error', ['device'], pathFault(device));
  const partitions = objectsAt(value, 'partitions');
  const report = (index: number | undefined, fault: Fault): void => {
    if (index !== undefined) context.add('error', ['partitions', index], fault);
  };
  report(firstRepetition(partitions.map((p) => numberAt(p, 'number') || undefined)), 'partition-numbers-collide');
  report(firstOverlap(partitions), 'partitions-overlap');
  report(firstRepetition(partitions.map((p) => stringAt(p, 'label'))), 'duplicate-labels');
}

/** The second place of the first key that is there twice; `undefined` keys do not count. */
function firstRepetition(keys: readonly (string | number | undefined)[]): number | undefined {
  const seen = new Set<string | number>();
  for (const [i, key] of keys.entries()) {
    if (key === undefined) continue;
    if (seen.has(key)) return i;
    seen.add(key);
  }
  return undefined;
}

interface Extent {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** The place of a partition that overlaps an earlier one; only partitions with a start and a size can be judged. */
function firstOverlap(partitions: readonly ConfigObject[]): number | undefined {
  const extents: Extent[] = [];
  for (const [index, partition] of partitions.entries()) {
    const start = numberAt(partition, 'startMiB');
    const size = numberAt(partition, 'sizeMiB');
    // A start of 0 is "the largest free block", which only the disk knows.
    if (start === undefined || size === undefined || start === 0) continue;
    // A size of 0 is "all there is", counted as its first MiB.
    extents.push({ index, start, end: size === 0 ? start : start + size - 1 });
  }
  const first = firstThatOverlaps(extents);
  return first && extents.find((other) => other !== first && overlap(first, other))?.index;
}

/** The first extent in the config's order that overlaps another; found along their starts, as there may be thousands. */
function firstThatOverlaps(extents: readonly Extent[]): Extent | undefined {
  // A negative size turns an extent round: such a one is held against all.
  const inverted = extents.filter(({ start, end }) => end < start);
  if (inverted.length > 0) return extents.find((one) => extents.some((other) => other !== one && overlap(one, other)));
  const sorted = [...extents].sort((a, b) => a.start - b.start);
  let first: Extent | undefined;
  let reach = Number.NEGATIVE_INFINITY;
  for (const [i, extent] of sorted.entries()) {
    const next = sorted[i + 1];
    const overlaps = extent.start <= reach || (next !== undefined && next.start <= extent.end);
    if (overlaps && (first === undefined || extent.index < first.index)) first = extent;
    reach = Math.max(reach, extent.end);
  }
  return first;
}

function overlap(one: Extent, other: Extent): boolean {
  const startsInside = one.start >= other.start && one.start <= other.end;
  const endsInside = one.end >= other.start && one.end <= other.end;
  const surrounds = one.start < other.start && one.end > other.end;
  return startsInside || endsInside || surrounds;
}

function checkPartition(value: ConfigObject, context: RuleContext): void {
  const label = stringAt(value, 'label');
  const others =
    label !== undefined ||
    filled(stringAt(value, 'typeGuid')) ||
    filled(stringAt(value, 'guid')) ||
    numberAt(value, 'startMiB') !== undefined ||
    numberAt(value, 'sizeMiB') !== undefined;
  if (boolAt(value, 'shouldExist') === false && others) context.add('error', [], 'should-not-exist-with-others');
  if (!numberAt(value, 'number') && label === undefined) context.add('error', [], 'need-label-or-number');
  context.add('error', ['label'], partitionLabelFault(label));
  context.add('error', ['guid'], guidFault(stringAt(value, 'guid')));
  context.add('error', ['typeGuid'], guidFault(stringAt(value, 'typeGuid')));
}

function partitionLabelFault(label: string | undefined): Fault {
  if (label === undefined) return undefined;
  // GPT has room for 36 UTF-16 units; Ignition counts bytes.
  if (byteLength(label) > 36) return 'partition-label-too-long';
  return label.includes(':') ? 'partition-label-contains-colon' : undefined;
}

const guid = /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?$/;

function guidFault(text: string | undefined): Fault {
  return text === undefined || guid.test(text) ? undefined : 'not-guid';
}

function checkFilesystem(value: ConfigObject, context: RuleContext): void {
  const format = stringAt(value, 'format') ?? '';
  const virtual = format === 'virtiofs' && context.minor >= virtiofsSince;
  context.add('error', ['path'], optionalPathFault(stringAt(value, 'path')));
  const device = stringAt(value, 'device') ?? '';
  context.add('error', ['device'], virtual ? virtiofsTagFault(device) : pathFault(device));
  context.add('error', ['format'], formatFault(value, format, context.minor));
  context.add('error', ['label'], labelFault(stringAt(value, 'label') ?? '', format, virtual));
  if (!virtual) return;
  if (filled(stringAt(value, 'uuid'))) context.add('error', ['uuid'], 'uuid-not-supported');
  if (boolAt(value, 'wipeFilesystem') === true) context.add('error', ['wipeFilesystem'], 'wipe-not-supported');
  if (listAt(value, 'options').length > 0) context.add('error', ['options'], 'mkfs-options-not-supported');
}

function virtiofsTagFault(tag: string): Fault {
  if (tag === '') return 'device-required';
  return byteLength(tag) > 36 ? 'virtiofs-tag-too-long' : undefined;
}

function formatFault(value: ConfigObject, format: string, minor: number): Fault {
  if (format !== '') {
    const since = formats.get(format);
    return since === undefined || since > minor ? 'filesystem-invalid-format' : undefined;
  }
  const needed =
    filled(stringAt(value, 'path')) ||
    filled(stringAt(value, 'label')) ||
    filled(stringAt(value, 'uuid')) ||
    boolAt(value, 'wipeFilesystem') === true ||
    listAt(value, 'mountOptions').length > 0 ||
    listAt(value, 'options').length > 0;
  return needed ? 'format-nil-with-others' : undefined;
}

function labelFault(label: string, format: string, virtual: boolean): Fault {
  if (label === '') return undefined;
  if (format === '') return 'label-needs-format';
  if (virtual) return 'virtiofs-label';
  const limit = labelLimits.get(format);
  if (limit === undefined || byteLength(label) <= limit) return undefined;
  const message = `filesystem labels cannot be longer than ${limit} characters when using ${format}`;
  return { rule: 'filesystem-label-too-long', message };
}

function checkRaid(value: ConfigObject, context: RuleContext): void {
  context.add('error', ['level'], raidLevelFault(value, context.minor));
  const missing = listAt(value, 'devices').length === 0;
  context.add('error', ['devices'], missing ? 'raid-devices-required' : undefined);
}

function raidLevelFault(value: ConfigObject, minor: number): Fault {
  const level = stringAt(value, 'level') ?? '';
  if (level === '' && minor >= raidLevelRequiredSince) return 'raid-level-required';
  if (raidLevelsWithSpares.includes(level)) return undefined;
  if (!raidLevelsWithoutSpares.includes(level)) return 'unrecognized-raid-level';
  return numberAt(value, 'spares') ? 'spares-unsupported' : undefined;
}
