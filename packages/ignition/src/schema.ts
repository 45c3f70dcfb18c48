// Every field of the Ignition config spec, in the order in which Go writes them, with the versions that have it.
import { minorOf, type SpecVersion } from './version.ts';

/** What a struct's name in the table stands for when it is not a struct. */
export type Scalar = 'string' | 'int' | 'bool';

export interface Field {
  /** The key in JSON. */
  readonly name: string;
  /** `item` of a list, or the value's own type: a scalar, a named string or a struct of {@link structs}. */
  readonly type: string;
  readonly list: boolean;
  /** A nil value is possible and differs from the zero value. */
  readonly pointer: boolean;
  /** Written even when it is empty. */
  readonly required: boolean;
  /** First and last minor version that have the field. */
  readonly since: number;
  readonly until: number;
}

interface Row {
  readonly required?: true;
  readonly since?: number;
  readonly until?: number;
}

const newest = 7;

/** `type` is `T` for a value, `?T` for a pointer, `[]T` for a list. */
function field(name: string, type: string, row: Row = {}): Field {
  return {
    name,
    type: type.replace(/^(\?|\[\])/, ''),
    list: type.startsWith('[]'),
    pointer: type.startsWith('?'),
    required: row.required ?? false,
    since: row.since ?? 0,
    until: row.until ?? newest,
  };
}

const always: Row = { required: true };

const node: readonly Field[] = [
  field('group', 'NodeGroup'),
  field('overwrite', '?bool'),
  field('path', 'string', always),
  field('user', 'NodeUser'),
];

const owner: readonly Field[] = [field('id', '?int'), field('name', '?string')];

/** Strings with a name (and for some a rule) of their own. */
export const namedStrings: ReadonlySet<string> = new Set([
  'Device',
  'FilesystemOption',
  'Group',
  'KernelArgument',
  'LuksOption',
  'MountOption',
  'NoProxyItem',
  'OpenOption',
  'RaidOption',
  'SSHAuthorizedKey',
]);

/** Struct → its fields in order. Where a field changed its type, it has a row for each range of versions. */
export const structs: Readonly<Record<string, readonly Field[]>> = {
  Config: [
    field('ignition', 'Ignition', always),
    field('kernelArguments', 'KernelArguments', { since: 3 }),
    field('passwd', 'Passwd'),
    field('storage', 'Storage'),
    field('systemd', 'Systemd'),
  ],
  Ignition: [
    field('config', 'IgnitionConfig'),
    field('proxy', 'Proxy', { since: 1 }),
    field('security', 'Security'),
    field('timeouts', 'Timeouts'),
    field('version', 'string', always),
  ],
  IgnitionConfig: [
    field('merge', '[]ConfigReference', { until: 0 }),
    field('merge', '[]Resource', { since: 1 }),
    field('replace', 'ConfigReference', { until: 0 }),
    field('replace', 'Resource', { since: 1 }),
  ],
  ConfigReference: [field('source', '?string', always), field('verification', 'Verification')],
  CaReference: [field('source', 'string', always), field('verification', 'Verification')],
  FileContents: [field('compression', '?string'), field('source', '?string'), field('verification', 'Verification')],
  Resource: [
    field('compression', '?string'),
    field('httpHeaders', '[]HTTPHeader'),
    field('source', '?string'),
    field('verification', 'Verification'),
  ],
  HTTPHeader: [field('name', 'string', always), field('value', '?string')],
  Verification: [field('hash', '?string')],
  Proxy: [field('httpProxy', '?string'), field('httpsProxy', '?string'), field('noProxy', '[]NoProxyItem')],
  Security: [field('tls', 'TLS')],
  TLS: [
    field('certificateAuthorities', '[]CaReference', { until: 0 }),
    field('certificateAuthorities', '[]Resource', { since: 1 }),
  ],
  Timeouts: [field('httpResponseHeaders', '?int'), field('httpTotal', '?int')],
  KernelArguments: [field('shouldExist', '[]KernelArgument'), field('shouldNotExist', '[]KernelArgument')],
  Passwd: [field('groups', '[]PasswdGroup'), field('users', '[]PasswdUser')],
  PasswdGroup: [
    field('gid', '?int'),
    field('name', 'string', always),
    field('passwordHash', '?string'),
    field('shouldExist', '?bool', { since: 2 }),
    field('system', '?bool'),
  ],
  PasswdUser: [
    field('gecos', '?string'),
    field('groups', '[]Group'),
    field('homeDir', '?string'),
    field('name', 'string', always),
    field('noCreateHome', '?bool'),
    field('noLogInit', '?bool'),
    field('noUserGroup', '?bool'),
    field('passwordHash', '?string'),
    field('primaryGroup', '?string'),
    field('sshAuthorizedKeys', '[]SSHAuthorizedKey'),
    field('shell', '?string'),
    field('shouldExist', '?bool', { since: 2 }),
    field('system', '?bool'),
    field('uid', '?int'),
  ],
  Storage: [
    field('directories', '[]Directory'),
    field('disks', '[]Disk'),
    field('files', '[]File'),
    field('filesystems', '[]Filesystem'),
    field('links', '[]Link'),
    field('luks', '[]Luks', { since: 2 }),
    field('raid', '[]Raid'),
  ],
  NodeGroup: owner,
  NodeUser: owner,
  Directory: [...node, field('mode', '?int')],
  File: [
    ...node,
    field('append', '[]FileContents', { until: 0 }),
    field('append', '[]Resource', { since: 1 }),
    field('contents', 'FileContents', { until: 0 }),
    field('contents', 'Resource', { since: 1 }),
    field('mode', '?int'),
  ],
  Link: [
    ...node,
    field('hard', '?bool'),
    field('target', 'string', { required: true, until: 2 }),
    field('target', '?string', { since: 3 }),
  ],
  Disk: [field('device', 'string', always), field('partitions', '[]Partition'), field('wipeTable', '?bool')],
  Partition: [
    field('guid', '?string'),
    field('label', '?string'),
    field('number', 'int'),
    field('resize', '?bool', { since: 2 }),
    field('shouldExist', '?bool'),
    field('sizeMiB', '?int'),
    field('startMiB', '?int'),
    field('typeGuid', '?string'),
    field('wipePartitionEntry', '?bool'),
  ],
  Filesystem: [
    field('device', 'string', always),
    field('format', '?string'),
    field('label', '?string'),
    field('mountOptions', '[]MountOption', { since: 1 }),
    field('options', '[]FilesystemOption'),
    field('path', '?string'),
    field('uuid', '?string'),
    field('wipeFilesystem', '?bool'),
  ],
  Luks: [
    field('cex', 'Cex', { since: 5 }),
    field('clevis', '?Clevis', { until: 2 }),
    field('clevis', 'Clevis', { since: 3 }),
    field('device', '?string'),
    field('discard', '?bool', { since: 4 }),
    field('keyFile', 'Resource'),
    field('label', '?string'),
    field('name', 'string', always),
    field('openOptions', '[]OpenOption', { since: 4 }),
    field('options', '[]LuksOption'),
    field('uuid', '?string'),
    field('wipeVolume', '?bool'),
  ],
  Cex: [field('enabled', '?bool')],
  Clevis: [
    field('custom', '?Custom', { until: 2 }),
    field('custom', 'ClevisCustom', { since: 3 }),
    field('tang', '[]Tang'),
    field('threshold', '?int'),
    field('tpm2', '?bool'),
  ],
  Custom: [field('config', 'string', always), field('needsNetwork', '?bool'), field('pin', 'string', always)],
  ClevisCustom: [field('config', '?string'), field('needsNetwork', '?bool'), field('pin', '?string')],
  Tang: [field('advertisement', '?string', { since: 4 }), field('thumbprint', '?string'), field('url', 'string')],
  Raid: [
    field('devices', '[]Device', { required: true, until: 2 }),
    field('devices', '[]Device', { since: 3 }),
    field('level', 'string', { required: true, until: 2 }),
    field('level', '?string', { since: 3 }),
    field('name', 'string', always),
    field('options', '[]RaidOption'),
    field('spares', '?int'),
  ],
  Systemd: [field('units', '[]Unit')],
  Unit: [
    field('contents', '?string'),
    field('dropins', '[]Dropin'),
    field('enabled', '?bool'),
    field('mask', '?bool'),
    field('name', 'string', always),
  ],
  Dropin: [field('contents', '?string'), field('name', 'string', always)],
};

const byVersion = new Map<SpecVersion, Map<string, readonly Field[]>>();

/**
 * The fields of a struct in one spec version, in the order in which they are written; `undefined` when `struct` names a
 * scalar or a named string.
 */
export function fieldsOf(struct: string, version: SpecVersion): readonly Field[] | undefined {
  const known = byVersion.get(version) ?? new Map<string, readonly Field[]>();
  const before = known.get(struct);
  if (before !== undefined) return before;
  const all = Object.hasOwn(structs, struct) ? structs[struct] : undefined;
  if (all === undefined) return undefined;
  const minor = minorOf(version);
  const fields = all.filter((f) => f.since <= minor && minor <= f.until);
  byVersion.set(version, known.set(struct, fields));
  return fields;
}

/** The scalar behind a type of the table, or `undefined` for a struct. */
export function scalarOf(type: string): Scalar | undefined {
  if (type === 'string' || type === 'int' || type === 'bool') return type;
  return namedStrings.has(type) ? 'string' : undefined;
}
