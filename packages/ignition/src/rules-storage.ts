// Rules for disks, partitions, filesystems and RAID.
import { boolAt, type ConfigObject, listAt, numberAt, objectsAt, stringAt } from './config.ts';
import { messages } from './messages.ts';
import { filled, optionalPathFault, pathFault, type RuleContext, type StructRule } from './rule.ts';
import { checkLinks } from './rules-files.ts';
import { byteLength } from './utf8.ts';

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
    if (listAt(disk, 'partitions').length > 0) context.add('warning', path, messages.partitionsOverwritten);
    else if (boolAt(filesystem, 'wipeFilesystem') !== true && boolAt(disk, 'wipeTable') === true) {
      context.add('warning', path, messages.filesystemImplicitWipe);
    }
  });
}

function checkDisk(value: ConfigObject, context: RuleContext): void {
  const device = stringAt(value, 'device') ?? '';
  if (device === '') {
    context.add('error', ['device'], messages.diskDeviceRequired);
    return;
  }
  context.add('error', ['device'], pathFault(device));
  const partitions = objectsAt(value, 'partitions');
  const report = (index: number | undefined, message: string): void => {
    if (index !== undefined) context.add('error', ['partitions', index], message);
  };
  report(firstRepetition(partitions.map((p) => numberAt(p, 'number') || undefined)), messages.partitionNumbersCollide);
  report(firstOverlap(partitions), messages.partitionsOverlap);
  report(firstRepetition(partitions.map((p) => stringAt(p, 'label'))), messages.duplicateLabels);
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
  for (const [i, one] of extents.entries()) {
    const other = extents.find((o, j) => j !== i && overlap(one, o));
    if (other !== undefined) return Math.max(one.index, other.index);
  }
  return undefined;
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
  if (boolAt(value, 'shouldExist') === false && others) context.add('error', [], messages.shouldNotExistWithOthers);
  if (!numberAt(value, 'number') && label === undefined) context.add('error', [], messages.needLabelOrNumber);
  context.add('error', ['label'], partitionLabelFault(label));
  context.add('error', ['guid'], guidFault(stringAt(value, 'guid')));
  context.add('error', ['typeGuid'], guidFault(stringAt(value, 'typeGuid')));
}

function partitionLabelFault(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  // GPT has room for 36 UTF-16 units; Ignition counts bytes.
  if (byteLength(label) > 36) return messages.labelTooLong;
  return label.includes(':') ? messages.labelContainsColon : undefined;
}

const guid = /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?$/;

function guidFault(text: string | undefined): string | undefined {
  return text === undefined || guid.test(text) ? undefined : messages.notGuid;
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
  if (filled(stringAt(value, 'uuid'))) context.add('error', ['uuid'], messages.uuidNotSupported);
  if (boolAt(value, 'wipeFilesystem') === true) context.add('error', ['wipeFilesystem'], messages.wipeNotSupported);
  if (listAt(value, 'options').length > 0) context.add('error', ['options'], messages.mkfsOptionsNotSupported);
}

function virtiofsTagFault(tag: string): string | undefined {
  if (tag === '') return messages.deviceRequired;
  return byteLength(tag) > 36 ? messages.virtiofsTagTooLong : undefined;
}

function formatFault(value: ConfigObject, format: string, minor: number): string | undefined {
  if (format !== '') {
    const since = formats.get(format);
    return since === undefined || since > minor ? messages.filesystemInvalidFormat : undefined;
  }
  const needed =
    filled(stringAt(value, 'path')) ||
    filled(stringAt(value, 'label')) ||
    filled(stringAt(value, 'uuid')) ||
    boolAt(value, 'wipeFilesystem') === true ||
    listAt(value, 'mountOptions').length > 0 ||
    listAt(value, 'options').length > 0;
  return needed ? messages.formatNilWithOthers : undefined;
}

function labelFault(label: string, format: string, virtual: boolean): string | undefined {
  if (label === '') return undefined;
  if (format === '') return messages.labelNeedsFormat;
  if (virtual) return messages.virtiofsLabel;
  const limit = labelLimits.get(format);
  if (limit === undefined || byteLength(label) <= limit) return undefined;
  return `filesystem labels cannot be longer than ${limit} characters when using ${format}`;
}

function checkRaid(value: ConfigObject, context: RuleContext): void {
  context.add('error', ['level'], raidLevelFault(value, context.minor));
  const missing = listAt(value, 'devices').length === 0;
  context.add('error', ['devices'], missing ? messages.raidDevicesRequired : undefined);
}

function raidLevelFault(value: ConfigObject, minor: number): string | undefined {
  const level = stringAt(value, 'level') ?? '';
  if (level === '' && minor >= raidLevelRequiredSince) return messages.raidLevelRequired;
  if (raidLevelsWithSpares.includes(level)) return undefined;
  if (!raidLevelsWithoutSpares.includes(level)) return messages.unrecognizedRaidLevel;
  return numberAt(value, 'spares') ? messages.sparesUnsupported : undefined;
}
