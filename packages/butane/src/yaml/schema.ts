/**
 * What a YAML document is decoded into: Go's types as data, since go-yaml's decisions and error texts depend on them.
 *
 * A field that is null or absent is left out of the decoded object, pointer or not. Only for structs it matters which
 * (see {@link StructSchema.isPointer}).
 */

/** Where something stands in the source: both count from 1, the column counts characters (code points). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Steps from the root of a document: mapping keys and sequence indexes. */
export type Path = readonly (string | number)[];

/**
 * A Go struct. `fields` maps YAML names to types; inlined structs are simply spread into it.
 * In the order of Go's declaration, since reports come in that order. Decoded as a plain object that holds only the
 * fields that were set.
 */
export interface StructSchema {
  readonly kind: 'struct';
  /** As Go prints it in errors, e.g. `v0_7.File`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, Schema>>;
  /** The field is a pointer to the struct, so that null leaves nothing there to look for unused keys in. */
  readonly isPointer?: boolean;
}

/** A Go slice, decoded as an array. Elements that are null or of a wrong type are dropped, as go-yaml does. */
export interface ListSchema {
  readonly kind: 'list';
  readonly item: Schema;
  /** Only for a named slice type; otherwise errors say `[]` and the item's name. */
  readonly name?: string;
}

/** A Go map with string keys, decoded as an object without a prototype. */
export interface MapSchema {
  readonly kind: 'map';
  readonly value: Schema;
  readonly name?: string;
}

/**
 * A scalar, or with `any` whatever the document holds (`interface{}`).
 *
 * Decoded as `string`, `boolean`, `number`; an `int` that a double cannot hold exactly is a `bigint`. A `string` from
 * `!!binary` that is not UTF-8 is a `Uint8Array`.
 */
export interface ScalarSchema {
  readonly kind: 'string' | 'int' | 'bool' | 'float' | 'any';
  /** Only for a named type, e.g. `v0_7.Group`; otherwise errors say `string`, `int`, `bool`, `float64`. */
  readonly name?: string;
}

export type Schema = StructSchema | ListSchema | MapSchema | ScalarSchema;

export const stringSchema: ScalarSchema = { kind: 'string' };
export const intSchema: ScalarSchema = { kind: 'int' };
export const boolSchema: ScalarSchema = { kind: 'bool' };
export const floatSchema: ScalarSchema = { kind: 'float' };
export const anySchema: ScalarSchema = { kind: 'any' };

/** A pointer to a struct. */
export function pointerTo(struct: StructSchema): StructSchema {
  return { ...struct, isPointer: true };
}

/** A list of `item`. */
export function listOf(item: Schema): ListSchema {
  return { kind: 'list', item };
}

/** A map from strings to `value`. */
export function mapOf(value: Schema): MapSchema {
  return { kind: 'map', value };
}

/** The type's name as Go's `reflect.Type.String` prints it. */
export function goTypeName(schema: Schema): string {
  if (schema.name !== undefined) return schema.name;
  switch (schema.kind) {
    case 'list':
      return `[]${goTypeName(schema.item)}`;
    case 'map':
      return `map[string]${goTypeName(schema.value)}`;
    case 'float':
      return 'float64';
    case 'any':
      return 'interface {}';
    default:
      return schema.kind;
  }
}
