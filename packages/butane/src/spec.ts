// Every variant and version of Butane: which fields it has, which Ignition spec it becomes, which rules of its own.
import type { SpecVersion } from '@matchbox/ignition';

/**
 * One variant in one version. Butane builds them on generations of a shared base (`v0_1` … `v0_8_exp`); a generation
 * decides the fields, most rules and the Ignition spec.
 */
export interface Spec {
  readonly variant: string;
  /** As `version:` says it, e.g. `1.8.0-experimental`. */
  readonly version: string;
  readonly generation: Generation;
  readonly ignition: SpecVersion;
  /** `boot_device` and the rules for the partitions of the boot disk. */
  readonly bootDevice: boolean;
  /** Rules for disks of Fedora CoreOS images: reserved labels and their numbers. */
  readonly reservedLabels: boolean;
  /** `grub.users`. */
  readonly grub: boolean;
  /** `metadata` and `openshift`; the output is a MachineConfig. */
  readonly machineConfig: MachineConfigRules | undefined;
  /** Go's package of the variant's own types, as errors of the YAML layer print it. */
  readonly goPackage: string;
  /** JSON path of the Ignition config → why a value there is refused. */
  readonly forbidden: Readonly<Record<string, string>>;
}

/** Generation of the shared base, 1 to 8. From 3 on it is also the minor version of `fcos` that introduced it. */
export type Generation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What differs between the versions of `openshift`, besides the fields. */
export interface MachineConfigRules {
  /** Contents of files stay uncompressed, since the operator could not read them. */
  readonly compression: boolean;
  /** `openshift.fips` adds a cipher to LUKS volumes. */
  readonly fipsCipher: boolean;
  /** Modes with setuid, setgid or sticky bits are refused. */
  readonly plainModes: boolean;
  /** The filesystem format `none` is refused. */
  readonly formatNone: boolean;
  /** The GRUB configuration is moved from `append` to `contents`, which the operator supports. */
  readonly grubAsContents: boolean;
  /** CEX needs `rd.luks.key` among the kernel arguments; `twice`: boot device and volumes are reported apart. */
  readonly cexKey: 'unchecked' | 'twice' | 'once';
}

/** The Ignition spec that the configs of a generation become. */
export const ignitionOf: Readonly<Record<Generation, SpecVersion>> = {
  1: '3.0.0',
  2: '3.1.0',
  3: '3.2.0',
  4: '3.3.0',
  5: '3.4.0',
  6: '3.5.0',
  7: '3.6.0',
  8: '3.7.0-experimental',
};

/** Go's package of the shared base of a generation. */
export function basePackage(generation: Generation): string {
  return generation === 8 ? 'v0_8_exp' : `v0_${generation}`;
}

/** Go's package of the `fcos` types (boot device, GRUB) of a generation. */
export function fcosPackage(generation: Generation): string {
  return generation === 8 ? 'v1_8_exp' : `v1_${generation}`;
}

const diskless = {
  kernelArguments: 'kernel argument customization is not supported in this spec version',
  'storage.disks': 'disk customization is not supported in this spec version',
  'storage.filesystems': 'filesystem customization is not supported in this spec version',
  'storage.luks': 'luks is not supported in this spec version',
  'storage.raid': 'raid is not supported in this spec version',
};
const noClevis = { 'storage.luks.clevis': 'clevis is not supported in this spec version' };
const noCex = { 'storage.luks.cex': 'cex is not currently supported on the target platform' };

const userField =
  'fields other than "name", "ssh_authorized_keys", and "password_hash" (4.13.0+) are not supported in this spec version';
const machineConfigFields = {
  'passwd.groups': 'groups are not supported in this spec version',
  ...Object.fromEntries(
    [
      'gecos',
      'groups',
      'homeDir',
      'noCreateHome',
      'noLogInit',
      'noUserGroup',
      'primaryGroup',
      'shell',
      'shouldExist',
      'system',
      'uid',
    ].map((field) => [`passwd.users.${field}`, userField]),
  ),
  'storage.directories': 'directories are not supported in this spec version',
  'storage.files.append': 'appending to files is not supported in this spec version',
  'storage.files.contents.httpHeaders': 'file HTTP headers are not supported in this spec version',
  'storage.links': 'links are not supported in this spec version',
};
const noPasswordHash = { 'passwd.users.passwordHash': userField };
const noCompression = {
  'storage.files.contents.compression': 'file compression is not supported in this spec version',
};
const noKernelArguments = {
  kernelArguments:
    'this section cannot be used for kernel arguments in this spec version; use openshift.kernel_arguments instead',
};

interface Row {
  readonly version: string;
  readonly generation: Generation;
  readonly bootDevice?: boolean;
  readonly forbidden?: Readonly<Record<string, string>>;
}

function plain(variant: string, row: Row): Spec {
  return {
    variant,
    version: row.version,
    generation: row.generation,
    ignition: ignitionOf[row.generation],
    bootDevice: row.bootDevice ?? false,
    reservedLabels: variant === 'fcos',
    grub: (row.bootDevice ?? false) && row.generation >= 5,
    machineConfig: undefined,
    goPackage: goPackageOf(row.version),
    forbidden: row.forbidden ?? {},
  };
}

/** `1.8.0-experimental` → `v1_8_exp` */
function goPackageOf(version: string): string {
  const [major, minor] = version.split('.');
  return `v${major}_${minor}${version.endsWith('-experimental') ? '_exp' : ''}`;
}

function openshift(minor: number, generation: Generation, experimental = false): Spec {
  const row = { version: `4.${minor}.0${experimental ? '-experimental' : ''}`, generation, bootDevice: true };
  return {
    ...plain('openshift', row),
    reservedLabels: true,
    machineConfig: {
      compression: minor >= 10,
      fipsCipher: minor <= 19,
      plainModes: minor >= 10,
      formatNone: minor >= 14,
      grubAsContents: minor >= 23,
      cexKey: minor < 19 ? 'unchecked' : minor < 23 ? 'twice' : 'once',
    },
    forbidden: {
      ...machineConfigFields,
      ...(minor <= 9 ? noCompression : {}),
      ...(minor <= 12 ? noPasswordHash : {}),
      ...(minor >= 14 ? noKernelArguments : {}),
    },
  };
}

/** All variants and versions, in the order in which documents list them. */
export const specs: readonly Spec[] = [
  plain('fcos', { version: '1.0.0', generation: 1 }),
  plain('fcos', { version: '1.1.0', generation: 2 }),
  plain('fcos', { version: '1.2.0', generation: 3 }),
  plain('fcos', { version: '1.3.0', generation: 3, bootDevice: true }),
  plain('fcos', { version: '1.4.0', generation: 4, bootDevice: true }),
  plain('fcos', { version: '1.5.0', generation: 5, bootDevice: true }),
  plain('fcos', { version: '1.6.0', generation: 6, bootDevice: true }),
  plain('fcos', { version: '1.7.0', generation: 7, bootDevice: true }),
  plain('fcos', { version: '1.8.0-experimental', generation: 8, bootDevice: true }),
  plain('flatcar', { version: '1.0.0', generation: 4, forbidden: noClevis }),
  plain('flatcar', { version: '1.1.0', generation: 5, forbidden: noClevis }),
  plain('flatcar', { version: '1.2.0-experimental', generation: 8, forbidden: noCex }),
  openshift(8, 3),
  openshift(9, 3),
  openshift(10, 3),
  openshift(11, 3),
  openshift(12, 3),
  openshift(13, 3),
  openshift(14, 5),
  openshift(15, 5),
  openshift(16, 5),
  openshift(17, 5),
  openshift(18, 5),
  openshift(19, 6),
  openshift(20, 6),
  openshift(21, 6),
  openshift(22, 6),
  openshift(23, 8, true),
  plain('r4e', { version: '1.0.0', generation: 4, forbidden: diskless }),
  plain('r4e', { version: '1.1.0', generation: 5, forbidden: diskless }),
  plain('r4e', { version: '1.2.0-experimental', generation: 8, forbidden: diskless }),
  plain('fiot', { version: '1.0.0', generation: 5, forbidden: diskless }),
  plain('fiot', { version: '1.1.0-experimental', generation: 8, forbidden: diskless }),
];

const byName = new Map(specs.map((spec) => [`${spec.variant}+${spec.version}`, spec]));

/** The spec of a variant and a version in its normal form, or undefined if there is none. */
export function findSpec(variant: string, version: string): Spec | undefined {
  return byName.get(`${variant}+${version}`);
}
