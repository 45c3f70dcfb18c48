// The rules of Butane itself that a config can break, by name, and what Butane says where one is broken.
import type { Rule as IgnitionRule } from '@matchbox/ignition';

export const cexKernelArgument = 'rd.luks.key=/etc/luks/cex.key';
export const bootDisk = '/dev/disk/by-id/coreos-boot-disk';
export const roleLabel = 'machineconfiguration.openshift.io/role';
export const quadletExtensions = [
  '.container',
  '.volume',
  '.network',
  '.kube',
  '.image',
  '.build',
  '.pod',
  '.artifact',
] as const;

const messages = {
  'boot-disk-partition-without-number': `partitions cannot be reused by label; number must be specified except on boot disk (${bootDisk}) or when wipe_table is true`,
  'cex-kernel-argument-missing': `'${cexKernelArgument}' must be set as kernel argument when CEX is enabled for the boot device`,
  'cex-needs-s390x': 'when using cex the targeted architecture must match s390x',
  'cex-with-clevis': 'cannot use cex with clevis',
  'decimal-mode': 'unreasonable mode would be reasonable if specified in octal; remember to add a leading zero',
  'duplicate-entry': 'duplicate entry defined',
  'embedded-config-invalid': 'config is not valid',
  'embedded-config-version': 'skipping validation for the merge/replace ignition config due to an unkown version',
  'files-directory-missing':
    'local file paths are relative to a files directory that must be specified with -d/--files-dir',
  'format-missing': 'format is required if with_mount_unit is true',
  'grub-name-missing': 'field "name" is required',
  'grub-password-missing': 'field "password_hash" is required',
  'ignored-in-raw-mode': 'field ignored in raw mode',
  'kernel-type-unknown': 'must be empty, "default", or "realtime"',
  'layout-device-missing': 'device is required for layouts: s390x-eckd, s390x-zfcp',
  'layout-device-name': 'device name must start with /dev/dasd on s390x-eckd layout or /dev/sd on s390x-zfcp layout',
  'layout-with-mirror': 'mirroring not supported on layouts: s390x-eckd, s390x-zfcp, s390x-virt',
  'local-missing': 'local is required',
  'luks-method-missing': 'no method specified for luks',
  'metadata-name-missing': 'metadata.name is required',
  'mirror-too-small': 'mirroring requires at least two devices',
  'mirror-without-layout': 'boot_device.layout should be specified when boot_device.mirror is specified',
  'mount-unit-path': 'path must be under /etc or /var if with_mount_unit is true',
  'node-exists': 'matching filesystem node has existing contents or different type',
  'path-missing-for-mount-unit': 'path is required if with_mount_unit is true and format is not swap',
  'quadlet-extension': `unsupported file extension for quadlet: must be one of ${quadletExtensions.slice(0, -1).join(', ')}, or ${quadletExtensions.at(-1)}`,
  'quadlet-instance-contents': 'template instances cannot have contents or contents_local',
  'reserved-partition-number': 'incorrect partition number; a new partition will be created using reserved label',
  'role-label-missing': `${roleLabel} label is required`,
  'root-partition-confined':
    'root partition cannot expand; it is set to fill available space but is followed by an auto-positioned partition',
  'root-partition-too-small': 'root should have 8GiB of space assigned',
  'special-file-in-tree': 'trees may only contain files, directories, and symlinks',
  'tree-is-no-directory': 'root of tree must be a directory',
  'two-contents': 'only one of the following can be set: contents, contents_local',
  'two-sources': 'only one of the following can be set: inline, local, source',
} as const;

/** A rule whose message is always the same. */
export type PlainRule = keyof typeof messages;

/** What an entry of a report is about; closed. Those of Ignition are about the config that was generated. */
export type Rule =
  | IgnitionRule
  | PlainRule
  /** A local file that cannot be read. */
  | 'local-file'
  | 'layout-unknown'
  /** A field of Ignition that the variant refuses. */
  | 'field-refused'
  /** A value that OpenShift's machine config operator could not apply. */
  | 'value-refused';

/** What is found broken: a rule's name, with a text of its own where that is not always the same. */
export type Fault = PlainRule | { readonly rule: Rule; readonly message: string };

export function describe(fault: Fault): { readonly rule: Rule; readonly message: string } {
  return typeof fault === 'string' ? { rule: fault, message: messages[fault] } : fault;
}
