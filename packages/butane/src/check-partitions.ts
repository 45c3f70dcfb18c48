// Warnings about the partitions of disks that Fedora CoreOS boots from.
import { boolAt, type ConfigObject, numberAt, objectAt, objectsAt, stringAt } from '@matchbox/ignition';
import type { Finding } from './report.ts';
import type { Spec } from './spec.ts';
import type { Path } from './yaml/index.ts';

/** Labels of the images' own partitions and their numbers. */
const reservedNumbers: Readonly<Record<string, number>> = {
  'BIOS-BOOT': 1,
  'PowerPC-PReP-boot': 1,
  'EFI-SYSTEM': 2,
  boot: 3,
  root: 4,
};

/** The least size of the root partition, in MiB. */
const leastRootMiB = 8192;

const wrongNumber = 'incorrect partition number; a new partition will be created using reserved label';
const rootTooSmall = 'root should have 8GiB of space assigned';
const rootConstrained =
  'root partition cannot expand; it is set to fill available space but is followed by an auto-positioned partition';

export function checkPartitions(config: ConfigObject, spec: Spec): Finding[] {
  const findings: Finding[] = [];
  const warn = (message: string, path: Path): void => {
    findings.push({ kind: 'warning', message, path, in: 'output' });
  };
  objectsAt(objectAt(config, 'storage'), 'disks').forEach((disk, i) => {
    const partitions = objectsAt(disk, 'partitions');
    partitions.forEach((partition, p) => {
      const at: Path = ['storage', 'disks', i, 'partitions', p];
      const label = stringAt(partition, 'label');
      if (label === undefined) return;
      if (spec.bootDevice && label === 'root') checkRoot(partition, partitions, at, warn);
      const reserved = Object.hasOwn(reservedNumbers, label) ? reservedNumbers[label] : undefined;
      if (reserved === undefined || boolAt(disk, 'wipeTable') === true) return;
      if ((numberAt(partition, 'number') ?? 0) !== reserved) warn(wrongNumber, [...at, 'label']);
    });
  });
  return findings;
}

function checkRoot(
  root: ConfigObject,
  partitions: readonly ConfigObject[],
  at: Path,
  warn: (message: string, path: Path) => void,
): void {
  const size = numberAt(root, 'sizeMiB') ?? 0;
  if (size !== 0) {
    if (size < leastRootMiB) warn(rootTooSmall, [...at, 'size_mib']);
  } else if (partitions.some((other) => other !== root && (numberAt(other, 'startMiB') ?? 0) === 0)) {
    // Whatever the message says: where a partition is listed says nothing about where it is placed.
    warn(rootConstrained, [...at, 'label']);
  }
}
