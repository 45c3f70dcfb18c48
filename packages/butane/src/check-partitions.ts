// Warnings about the partitions of disks that Fedora CoreOS boots from.
import { boolAt, type ConfigObject, numberAt, objectAt, objectsAt, stringAt } from '@matchbox/ignition';
import { describe, type PlainRule } from './messages.ts';
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

export function checkPartitions(config: ConfigObject, spec: Spec): Finding[] {
  const findings: Finding[] = [];
  const warn: Warn = (fault, path) => {
    findings.push({ kind: 'warning', ...describe(fault), path, in: 'output' });
  };
  objectsAt(objectAt(config, 'storage'), 'disks').forEach((disk, i) => {
    const partitions = objectsAt(disk, 'partitions');
    partitions.forEach((partition, p) => {
      const at: Path = ['storage', 'disks', i, 'partitions', p];
      if (spec.bootDevice && stringAt(partition, 'label') === 'root') checkRoot(partition, partitions, at, warn);
      if (boolAt(disk, 'wipeTable') !== true) checkNumber(partition, at, warn);
    });
  });
  return findings;
}

type Warn = (fault: PlainRule, path: Path) => void;

function checkNumber(partition: ConfigObject, at: Path, warn: Warn): void {
  const label = stringAt(partition, 'label') ?? '';
  const reserved = Object.hasOwn(reservedNumbers, label) ? reservedNumbers[label] : undefined;
  if (reserved === undefined || (numberAt(partition, 'number') ?? 0) === reserved) return;
  warn('reserved-partition-number', [...at, 'label']);
}

function checkRoot(root: ConfigObject, partitions: readonly ConfigObject[], at: Path, warn: Warn): void {
  const size = numberAt(root, 'sizeMiB') ?? 0;
  if (size !== 0) {
    if (size < leastRootMiB) warn('root-partition-too-small', [...at, 'size_mib']);
  } else if (partitions.some((other) => other !== root && (numberAt(other, 'startMiB') ?? 0) === 0)) {
    // Whatever the message says: where a partition is listed says nothing about where it is placed.
    warn('root-partition-confined', [...at, 'label']);
  }
}
