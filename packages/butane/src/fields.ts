// Every field of a Butane config in one generation: those of Ignition under other names, and what Butane adds.
import {
  type Field as IgnitionField,
  fieldsOf as ignitionFieldsOf,
  structs as ignitionStructs,
  scalarOf,
} from '@matchbox/ignition';
import { snakeCase } from './snake-case.ts';
import { type Generation, ignitionOf } from './spec.ts';

/** A field of a struct. */
export interface Field {
  /** The key in YAML. */
  readonly name: string;
  /** `string`, `int`, `bool`, `labels`, a named string or slice, or a struct. */
  readonly type: string;
  readonly list: boolean;
  /** A pointer in Go: nil differs from the zero value. Matters for structs only. */
  readonly pointer: boolean;
}

interface Row extends Field {
  /** The first generation that has it. */
  readonly since: Generation;
}

/** `type` is `T` for a value, `[]T` for a list. */
function field(name: string, type: string, since: Generation = 1): Row {
  return { name, type: type.replace(/^\[\]/, ''), list: type.startsWith('[]'), pointer: false, since };
}

function fields(type: string, names: string, since: Generation = 1): readonly Row[] {
  return names.split(' ').map((name) => field(name, type, since));
}

/** Named slices: name → item. */
export const namedLists: Readonly<Record<string, string>> = { HTTPHeaders: 'HTTPHeader' };

/** Structs of a variant's own package, which is not the shared base. */
const fcosStructs: Readonly<Record<string, readonly Row[]>> = {
  BootDevice: [field('layout', 'string'), field('luks', 'BootDeviceLuks'), field('mirror', 'BootDeviceMirror')],
  BootDeviceLuks: [
    field('cex', 'Cex', 6),
    field('discard', 'bool', 5),
    field('device', 'string', 6),
    field('tang', '[]Tang'),
    field('threshold', 'int'),
    field('tpm2', 'bool'),
  ],
  BootDeviceMirror: [field('devices', '[]string')],
  Grub: [field('users', '[]GrubUser')],
  GrubUser: fields('string', 'name password_hash'),
};

const openshiftStructs: Readonly<Record<string, readonly Row[]>> = {
  Metadata: [field('name', 'string'), field('labels', 'labels')],
  OpenShift: [
    field('kernel_arguments', '[]string'),
    field('extensions', '[]string'),
    field('fips', 'bool'),
    field('kernel_type', 'string'),
  ],
};

/** Structs that Ignition does not have. */
const ownStructs: Readonly<Record<string, readonly Row[]>> = {
  ...fcosStructs,
  ...openshiftStructs,
  Tree: [
    field('group', 'NodeGroup', 7),
    ...fields('string', 'local path'),
    field('user', 'NodeUser', 7),
    ...fields('int', 'file_mode dir_mode', 7),
  ],
  Quadlet: [
    ...fields('string', 'contents contents_local'),
    field('dropins', '[]Dropin'),
    field('name', 'string'),
    field('rootful', 'bool'),
  ],
};

/** Struct → what Butane adds to Ignition's fields, behind the field that is named, at the start (`''`) or at the end. */
const additions: Readonly<Record<string, { readonly behind?: string; readonly rows: readonly Row[] }>> = {
  Config: { behind: '', rows: fields('string', 'version variant') },
  FileContents: { behind: 'source', rows: [field('inline', 'string')] },
  Resource: { behind: 'source', rows: fields('string', 'inline local') },
  PasswdUser: { behind: 'ssh_authorized_keys', rows: [field('ssh_authorized_keys_local', '[]string', 5)] },
  Storage: { rows: [field('trees', '[]Tree', 2)] },
  Filesystem: { rows: [field('with_mount_unit', 'bool', 2)] },
  Systemd: { rows: [field('quadlets', '[]Quadlet', 8)] },
  Unit: { behind: 'contents', rows: [field('contents_local', 'string', 5)] },
  Dropin: { behind: 'contents', rows: [field('contents_local', 'string', 5)] },
};

/** Fields of Ignition that stand elsewhere in Butane's struct: struct and name → the field behind which it stands. */
const moved: Readonly<Record<string, string>> = {
  'PasswdUser.should_exist': 'primary_group',
  'Tang.advertisement': 'url',
};

/** Fields of Ignition that Butane sets itself. */
const withheld: ReadonlySet<string> = new Set(['Ignition.version']);

/** Fields whose type has no name of its own in Butane, or another than in Ignition, from a generation on. */
const renamedTypes: Readonly<Record<string, { readonly type: string; readonly since: Generation }>> = {
  'Resource.http_headers': { type: 'HTTPHeaders', since: 1 },
  'Proxy.no_proxy': { type: '[]string', since: 1 },
  'Filesystem.mount_options': { type: '[]string', since: 1 },
  'Filesystem.options': { type: '[]string', since: 2 },
  'Luks.open_options': { type: '[]string', since: 1 },
  'Luks.options': { type: '[]string', since: 5 },
  'Raid.options': { type: '[]string', since: 5 },
};

/** The fields of a struct in Butane's order; undefined for a type that is no struct. */
export function fieldsIn(struct: string, generation: Generation): readonly Field[] | undefined {
  const inGeneration = ({ since }: Row): boolean => since <= generation;
  if (Object.hasOwn(ownStructs, struct)) return ownStructs[struct]!.filter(inGeneration);
  const shared = ignitionFieldsOf(struct, ignitionOf[generation]);
  if (shared === undefined) return undefined;
  const result: Field[] = shared
    .map((each) => butaneField(each, struct, generation))
    .filter(({ name }) => !withheld.has(`${struct}.${name}`));
  for (const [place, behind] of Object.entries(moved)) {
    const [owner, name] = place.split('.');
    if (owner === struct) move(result, name!, behind);
  }
  const added = Object.hasOwn(additions, struct) ? additions[struct]! : { rows: [] };
  result.splice(placeBehind(result, added.behind), 0, ...added.rows.filter(inGeneration));
  return result;
}

function butaneField(field: IgnitionField, struct: string, generation: Generation): Field {
  const name = snakeCase(field.name);
  const renamed = renamedTypes[`${struct}.${name}`];
  if (renamed !== undefined && renamed.since <= generation) return fieldOfType(name, renamed.type);
  const { type, list } = field;
  return { name, type, list, pointer: field.pointer && scalarOf(type) === undefined };
}

function fieldOfType(name: string, type: string): Field {
  const { since: _, ...rest } = field(name, type);
  return rest;
}

function move(list: Field[], name: string, behind: string): void {
  const from = list.findIndex((each) => each.name === name);
  if (from < 0) return;
  const [taken] = list.splice(from, 1);
  list.splice(placeBehind(list, behind), 0, taken!);
}

/** Where something goes that stands behind the field `name`; at the end where none is named. */
function placeBehind(list: readonly Field[], name: string | undefined): number {
  return name === undefined ? list.length : list.findIndex((each) => each.name === name) + 1;
}

/** In which of Go's packages a type is. */
export function packageKind(type: string): 'base' | 'fcos' | 'variant' {
  if (Object.hasOwn(fcosStructs, type)) return 'fcos';
  return type === 'Config' || Object.hasOwn(openshiftStructs, type) ? 'variant' : 'base';
}

export function isStruct(type: string): boolean {
  return Object.hasOwn(ownStructs, type) || Object.hasOwn(ignitionStructs, type);
}
