// Every field of a Butane config, in the order of Butane's own structs, with the generations that have it.
import type { Generation } from './spec.ts';

/** A field of a struct of {@link structs}. */
export interface Field {
  /** The key in YAML. */
  readonly name: string;
  /** `string`, `int`, `bool`, `labels`, a named string or slice, or a struct of {@link structs}. */
  readonly type: string;
  readonly list: boolean;
  /** A pointer in Go: nil differs from the zero value. Matters for structs only. */
  readonly pointer: boolean;
  readonly since: Generation;
  readonly until: Generation;
}

interface Range {
  readonly since?: Generation;
  readonly until?: Generation;
}

/** `type` is `T` for a value, `?T` for a pointer, `[]T` for a list. */
function field(name: string, type: string, range: Range = {}): Field {
  return {
    name,
    type: type.replace(/^(\?|\[\])/, ''),
    list: type.startsWith('[]'),
    pointer: type.startsWith('?'),
    since: range.since ?? 1,
    until: range.until ?? 8,
  };
}

function fields(type: string, names: string, range: Range = {}): readonly Field[] {
  return names.split(' ').map((name) => field(name, type, range));
}

/** Strings with a name of their own in Go. */
export const namedStrings: ReadonlySet<string> = new Set([
  'Device',
  'FilesystemOption',
  'Group',
  'KernelArgument',
  'LuksOption',
  'RaidOption',
  'SSHAuthorizedKey',
]);

/** Named slices: name → item. */
export const namedLists: Readonly<Record<string, string>> = { HTTPHeaders: 'HTTPHeader' };

/** Structs that belong to a variant's own package, not to the shared base. */
export const fcosStructs: ReadonlySet<string> = new Set([
  'BootDevice',
  'BootDeviceLuks',
  'BootDeviceMirror',
  'Grub',
  'GrubUser',
]);
export const openshiftStructs: ReadonlySet<string> = new Set(['Metadata', 'OpenShift']);

const owner = [field('id', 'int'), field('name', 'string')];
const node = [
  field('group', 'NodeGroup'),
  field('overwrite', 'bool'),
  field('path', 'string'),
  field('user', 'NodeUser'),
];

/** Struct → its fields. Where a field changed its type, it has a row for each range of generations. */
export const structs: Readonly<Record<string, readonly Field[]>> = {
  Config: [
    ...fields('string', 'version variant'),
    field('ignition', 'Ignition'),
    field('kernel_arguments', 'KernelArguments', { since: 4 }),
    field('passwd', 'Passwd'),
    field('storage', 'Storage'),
    field('systemd', 'Systemd'),
  ],
  Ignition: [
    field('config', 'IgnitionConfig'),
    field('proxy', 'Proxy', { since: 2 }),
    field('security', 'Security'),
    field('timeouts', 'Timeouts'),
  ],
  IgnitionConfig: [
    field('merge', '[]ConfigReference', { until: 1 }),
    field('merge', '[]Resource', { since: 2 }),
    field('replace', 'ConfigReference', { until: 1 }),
    field('replace', 'Resource', { since: 2 }),
  ],
  ConfigReference: [field('source', 'string'), field('verification', 'Verification')],
  CaReference: [field('source', 'string'), field('verification', 'Verification')],
  FileContents: [...fields('string', 'compression source inline'), field('verification', 'Verification')],
  Resource: [
    field('compression', 'string'),
    field('http_headers', 'HTTPHeaders'),
    ...fields('string', 'source inline local'),
    field('verification', 'Verification'),
  ],
  HTTPHeader: fields('string', 'name value'),
  Verification: [field('hash', 'string')],
  Proxy: [...fields('string', 'http_proxy https_proxy'), field('no_proxy', '[]string')],
  Security: [field('tls', 'TLS')],
  TLS: [
    field('certificate_authorities', '[]CaReference', { until: 1 }),
    field('certificate_authorities', '[]Resource', { since: 2 }),
  ],
  Timeouts: fields('int', 'http_response_headers http_total'),
  KernelArguments: fields('[]KernelArgument', 'should_exist should_not_exist'),
  Passwd: [field('groups', '[]PasswdGroup'), field('users', '[]PasswdUser')],
  PasswdGroup: [
    field('gid', 'int'),
    ...fields('string', 'name password_hash'),
    field('should_exist', 'bool', { since: 3 }),
    field('system', 'bool'),
  ],
  PasswdUser: [
    field('gecos', 'string'),
    field('groups', '[]Group'),
    ...fields('string', 'home_dir name'),
    ...fields('bool', 'no_create_home no_log_init no_user_group'),
    ...fields('string', 'password_hash primary_group'),
    field('should_exist', 'bool', { since: 3 }),
    field('ssh_authorized_keys', '[]SSHAuthorizedKey'),
    field('ssh_authorized_keys_local', '[]string', { since: 5 }),
    field('shell', 'string'),
    field('system', 'bool'),
    field('uid', 'int'),
  ],
  Storage: [
    field('directories', '[]Directory'),
    field('disks', '[]Disk'),
    field('files', '[]File'),
    field('filesystems', '[]Filesystem'),
    field('links', '[]Link'),
    field('luks', '[]Luks', { since: 3 }),
    field('raid', '[]Raid'),
    field('trees', '[]Tree', { since: 2 }),
  ],
  NodeGroup: owner,
  NodeUser: owner,
  Directory: [...node, field('mode', 'int')],
  File: [
    ...node,
    field('append', '[]FileContents', { until: 1 }),
    field('append', '[]Resource', { since: 2 }),
    field('contents', 'FileContents', { until: 1 }),
    field('contents', 'Resource', { since: 2 }),
    field('mode', 'int'),
  ],
  Link: [...node, field('hard', 'bool'), field('target', 'string')],
  Tree: [
    field('group', 'NodeGroup', { since: 7 }),
    ...fields('string', 'local path'),
    field('user', 'NodeUser', { since: 7 }),
    ...fields('int', 'file_mode dir_mode', { since: 7 }),
  ],
  Disk: [field('device', 'string'), field('partitions', '[]Partition'), field('wipe_table', 'bool')],
  Partition: [
    ...fields('string', 'guid label'),
    field('number', 'int'),
    field('resize', 'bool', { since: 3 }),
    field('should_exist', 'bool'),
    ...fields('int', 'size_mib start_mib'),
    field('type_guid', 'string'),
    field('wipe_partition_entry', 'bool'),
  ],
  Filesystem: [
    ...fields('string', 'device format label'),
    field('mount_options', '[]string', { since: 2 }),
    field('options', '[]FilesystemOption', { until: 1 }),
    field('options', '[]string', { since: 2 }),
    ...fields('string', 'path uuid'),
    field('wipe_filesystem', 'bool'),
    field('with_mount_unit', 'bool', { since: 2 }),
  ],
  Luks: [
    field('cex', 'Cex', { since: 6 }),
    field('clevis', '?Clevis', { until: 3 }),
    field('clevis', 'Clevis', { since: 4 }),
    field('device', 'string'),
    field('discard', 'bool', { since: 5 }),
    field('key_file', 'Resource'),
    ...fields('string', 'label name'),
    field('open_options', '[]string', { since: 5 }),
    field('options', '[]LuksOption', { until: 4 }),
    field('options', '[]string', { since: 5 }),
    field('uuid', 'string'),
    field('wipe_volume', 'bool'),
  ],
  Cex: [field('enabled', 'bool')],
  Clevis: [
    field('custom', '?Custom', { until: 3 }),
    field('custom', 'ClevisCustom', { since: 4 }),
    field('tang', '[]Tang'),
    field('threshold', 'int'),
    field('tpm2', 'bool'),
  ],
  Custom: [field('config', 'string'), field('needs_network', 'bool'), field('pin', 'string')],
  ClevisCustom: [field('config', 'string'), field('needs_network', 'bool'), field('pin', 'string')],
  Tang: [...fields('string', 'thumbprint url'), field('advertisement', 'string', { since: 5 })],
  Raid: [
    field('devices', '[]Device'),
    ...fields('string', 'level name'),
    field('options', '[]RaidOption', { until: 4 }),
    field('options', '[]string', { since: 5 }),
    field('spares', 'int'),
  ],
  Systemd: [field('units', '[]Unit'), field('quadlets', '[]Quadlet', { since: 8 })],
  Unit: [
    field('contents', 'string'),
    field('contents_local', 'string', { since: 5 }),
    field('dropins', '[]Dropin'),
    ...fields('bool', 'enabled mask'),
    field('name', 'string'),
  ],
  Dropin: [field('contents', 'string'), field('contents_local', 'string', { since: 5 }), field('name', 'string')],
  Quadlet: [
    ...fields('string', 'contents contents_local'),
    field('dropins', '[]Dropin'),
    field('name', 'string'),
    field('rootful', 'bool'),
  ],
  BootDevice: [field('layout', 'string'), field('luks', 'BootDeviceLuks'), field('mirror', 'BootDeviceMirror')],
  BootDeviceLuks: [
    field('cex', 'Cex', { since: 6 }),
    field('discard', 'bool', { since: 5 }),
    field('device', 'string', { since: 6 }),
    field('tang', '[]Tang'),
    field('threshold', 'int'),
    field('tpm2', 'bool'),
  ],
  BootDeviceMirror: [field('devices', '[]string')],
  Grub: [field('users', '[]GrubUser')],
  GrubUser: fields('string', 'name password_hash'),
  Metadata: [field('name', 'string'), field('labels', 'labels')],
  OpenShift: [
    field('kernel_arguments', '[]string'),
    field('extensions', '[]string'),
    field('fips', 'bool'),
    field('kernel_type', 'string'),
  ],
};
