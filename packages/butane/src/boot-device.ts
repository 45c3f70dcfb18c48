// `boot_device`: partitions, RAID and encryption of the disk that the system boots from.
import type { ConfigObject, ConfigValue } from '@matchbox/ignition';
import type { Context, Draft } from './context.ts';
import { copyPart } from './copy.ts';
import { mergeTraced } from './merge-traced.ts';
import { copiedFrom, newTrail, note, noteSubtree, nothing, type Traced, type Trail, tracedBy } from './origin.ts';
import { flagAt, listAt, structAt, textAt, textsAt, type Values } from './values.ts';
import type { Path } from './yaml/index.ts';

const typeGuids = {
  reserved: '8DA63339-0007-60C0-C436-083AC8230908',
  bios: '21686148-6449-6E6F-744E-656564454649',
  prep: '9E1A2D38-C612-4316-AA26-8B49521E5A8B',
  esp: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
};

type FirmwarePartition = keyof typeof typeGuids;

/** Sizes in MiB, those of the images' own partitions. */
const sizes: Readonly<Record<FirmwarePartition | 'boot', number>> = {
  reserved: 1,
  bios: 1,
  prep: 4,
  esp: 127,
  boot: 384,
};

/** Layout → the first two partitions of every disk, and what follows the LUKS device's name. */
const layouts: Readonly<
  Record<string, { first: FirmwarePartition; second: FirmwarePartition; luksPartition?: string }>
> = {
  x86_64: { first: 'bios', second: 'esp' },
  aarch64: { first: 'reserved', second: 'esp' },
  ppc64le: { first: 'prep', second: 'reserved' },
  's390x-eckd': { first: 'reserved', second: 'reserved', luksPartition: '2' },
  's390x-zfcp': { first: 'reserved', second: 'reserved', luksPartition: '4' },
  's390x-virt': { first: 'reserved', second: 'reserved' },
};

interface Disks {
  readonly disks: ConfigValue[];
  readonly filesystems: ConfigValue[];
  raid: ConfigValue[];
  luks: ConfigValue[];
  readonly trail: Trail;
}

/** Adds the storage that `boot_device` asks for below what the user says. */
export function addBootDevice(config: Values, traced: Traced, context: Context): Traced {
  const bootDevice = structAt(config, 'boot_device');
  const luks = structAt(bootDevice, 'luks');
  const devices = textsAt(structAt(bootDevice, 'mirror'), 'devices');
  const cex = flagAt(structAt(luks, 'cex'), 'enabled') === true;
  const encrypted = flagAt(luks, 'tpm2') === true || listAt(luks, 'tang').length > 0 || cex;
  if (!encrypted && devices.length === 0) return traced;
  const layout = textAt(bootDevice, 'layout') ?? 'x86_64';
  const made: Disks = { disks: [], filesystems: [], raid: [], luks: [], trail: newTrail() };
  let origin = nothing as Traced['origin'];
  if (devices.length > 0) addMirror(made, devices, layout);
  if (encrypted) origin = addLuks(made, { luks, layout, mirrored: devices.length > 0, cex }, context);
  const device = encrypted ? '/dev/mapper/root' : '/dev/md/md-root';
  addFilesystem(made, { device, format: 'xfs', label: 'root' }, ['boot_device']);
  note(made.trail, ['storage', 'filesystems'], ['boot_device']);
  note(made.trail, ['storage'], ['boot_device']);
  const { disks, filesystems, raid, luks: volumes } = made;
  const storage: Draft = { disks, filesystems, raid, luks: volumes };
  for (const [name, list] of Object.entries(storage)) if ((list as ConfigValue[]).length === 0) delete storage[name];
  const generated = { config: { storage }, origin: tracedBy(made.trail, origin) };
  return mergeTraced(generated, traced, context.spec.ignition);
}

function addFilesystem(made: Disks, filesystem: ConfigObject, from: Path): void {
  noteSubtree(made.trail, ['storage', 'filesystems', made.filesystems.length], from);
  made.filesystems.push({ ...filesystem, wipeFilesystem: true });
}

function addMirror(made: Disks, devices: readonly string[], layout: string): void {
  const from: Path = ['boot_device', 'mirror'];
  const { first, second } = layouts[layout] ?? layouts.x86_64!;
  devices.forEach((device, i) => {
    const number = i + 1;
    const partitions = [
      firmwarePartition(first, number),
      firmwarePartition(second, number),
      { label: `boot-${number}`, sizeMiB: sizes.boot },
      { label: `root-${number}` },
    ];
    noteSubtree(made.trail, ['storage', 'disks', i], [...from, 'devices', i]);
    made.disks.push({ device, partitions, wipeTable: true });
    if (second !== 'esp') return;
    const esp = { device: `/dev/disk/by-partlabel/esp-${number}`, format: 'vfat', label: `esp-${number}` };
    addFilesystem(made, esp, [...from, 'devices', i]);
  });
  note(made.trail, ['storage', 'disks'], [...from, 'devices']);
  const members = (label: string) => devices.map((_, i) => `/dev/disk/by-partlabel/${label}-${i + 1}`);
  made.raid = [
    // The superblock goes to the end of the partition, so that GRUB on a BIOS needs to know nothing of RAID.
    { devices: members('boot'), level: 'raid1', name: 'md-boot', options: ['--metadata=1.0'] },
    { devices: members('root'), level: 'raid1', name: 'md-root' },
  ];
  noteSubtree(made.trail, ['storage', 'raid'], from);
  addFilesystem(made, { device: '/dev/md/md-boot', format: 'ext4', label: 'boot' }, from);
}

function firmwarePartition(kind: FirmwarePartition, disk: number): ConfigObject {
  return { label: `${kind}-${disk}`, sizeMiB: sizes[kind], typeGuid: typeGuids[kind] };
}

interface RootVolume {
  readonly luks: Values;
  readonly layout: string;
  readonly mirrored: boolean;
  readonly cex: boolean;
}

/** Adds the encrypted root volume; returns how to trace back what was copied into it. */
function addLuks(made: Disks, { luks, layout, mirrored, cex }: RootVolume, context: Context): Traced['origin'] {
  const from: Path = ['boot_device', 'luks'];
  const to: Path = ['storage', 'luks', 0];
  const partition = layouts[layout]?.luksPartition;
  const device =
    partition !== undefined
      ? `${textAt(luks, 'device') ?? ''}${partition}`
      : mirrored
        ? '/dev/md/md-root'
        : '/dev/disk/by-partlabel/root';
  const { tang, threshold, tpm2 } = luks;
  const unlock = cex ? { cex: { enabled: true } } : { clevis: copyPart({ tang, threshold, tpm2 }, 'Clevis', context) };
  const discard = flagAt(luks, 'discard');
  made.luks = [
    {
      ...unlock,
      device,
      ...(discard === undefined ? {} : { discard }),
      label: 'luks-root',
      name: 'root',
      wipeVolume: true,
    },
  ];
  note(made.trail, [...to, 'discard'], [...from, 'discard']);
  for (const name of ['device', 'label', 'name', 'wipeVolume']) note(made.trail, [...to, name], from);
  for (const path of [to, ['storage', 'luks'], [...to, cex ? 'cex' : 'clevis']]) note(made.trail, path, from);
  // Clevis is told the same things under the same names, one level up.
  const copied = copiedFrom({ storage: { luks: made.luks } }, context.spec.ignition);
  return (path) => {
    const step = path.slice(0, 4).join('.');
    const known = step === 'storage.luks.0.clevis' ? copied(path) : undefined;
    return known === undefined ? undefined : [...from, ...known.slice(4)];
  };
}
