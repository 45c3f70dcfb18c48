// The field table of one spec, and the types that its YAML is decoded into.
import { namedStrings } from '@matchbox/ignition';
import { type Field, fieldsIn, isStruct, namedLists, packageKind } from './fields.ts';
import { basePackage, fcosPackage, type Spec } from './spec.ts';
import {
  boolSchema,
  intSchema,
  listOf,
  mapOf,
  pointerTo,
  type Schema,
  type StructSchema,
  stringSchema,
} from './yaml/index.ts';

const sections = {
  bootDevice: sectionOf('boot_device', 'BootDevice'),
  grub: sectionOf('grub', 'Grub'),
  metadata: sectionOf('metadata', 'Metadata'),
  openshift: sectionOf('openshift', 'OpenShift'),
};

function sectionOf(name: string, type: string): Field {
  return { name, type, list: false, pointer: false };
}

const known = new Map<Spec, Map<string, readonly Field[]>>();

/** The fields of a struct in one spec, in Butane's order; undefined for a type that is no struct. */
export function fieldsOf(struct: string, spec: Spec): readonly Field[] | undefined {
  const bySpec = known.get(spec) ?? new Map<string, readonly Field[]>();
  known.set(spec, bySpec);
  const before = bySpec.get(struct);
  if (before !== undefined) return before;
  const shared = fieldsIn(struct, spec.generation);
  if (shared === undefined) return undefined;
  const found = struct === 'Config' ? [...shared, ...topSections(spec)] : shared;
  bySpec.set(struct, found);
  return found;
}

function topSections(spec: Spec): Field[] {
  return [
    ...(spec.bootDevice ? [sections.bootDevice] : []),
    ...(spec.grub ? [sections.grub] : []),
    ...(spec.machineConfig ? [sections.metadata, sections.openshift] : []),
  ];
}

const schemas = new Map<Spec, StructSchema>();

/** The type of a whole config of one spec. */
export function configSchema(spec: Spec): StructSchema {
  const schema = schemas.get(spec) ?? structSchema('Config', spec);
  schemas.set(spec, schema);
  return schema;
}

function structSchema(struct: string, spec: Spec): StructSchema {
  const fields: Record<string, Schema> = {};
  for (const field of fieldsOf(struct, spec) ?? []) {
    const item = typeSchema(field.type, spec);
    fields[field.name] = field.list ? listOf(item) : field.pointer && item.kind === 'struct' ? pointerTo(item) : item;
  }
  return { kind: 'struct', name: `${packageOf(struct, spec)}.${struct}`, fields };
}

function typeSchema(type: string, spec: Spec): Schema {
  if (type === 'string') return stringSchema;
  if (type === 'int') return intSchema;
  if (type === 'bool') return boolSchema;
  if (type === 'labels') return mapOf(stringSchema);
  const name = `${packageOf(type, spec)}.${type}`;
  if (namedStrings.has(type)) return { kind: 'string', name };
  const item = namedLists[type];
  if (item !== undefined) return { kind: 'list', name, item: typeSchema(item, spec) };
  return structSchema(type, spec);
}

function packageOf(type: string, spec: Spec): string {
  const kind = packageKind(type);
  if (kind === 'variant') return spec.goPackage;
  return kind === 'fcos' ? fcosPackage(spec.generation) : basePackage(spec.generation);
}

/** The struct behind a field's items, or undefined for scalars and labels; `list` tells whether there may be many. */
export function structOf(field: Field): { readonly struct: string; readonly list: boolean } | undefined {
  const item = namedLists[field.type];
  if (item !== undefined) return { struct: item, list: true };
  return isStruct(field.type) ? { struct: field.type, list: field.list } : undefined;
}
