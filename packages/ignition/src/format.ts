// Writes a config as Go's encoding/json does: the schema's key order, its omissions, its escapes.
import { quoteJson } from '@matchbox/gotext';
import { type ConfigObject, type ConfigValue, isObject } from './config.ts';
import { type Field, fieldsOf, scalarOf } from './schema.ts';
import type { SpecVersion } from './version.ts';

export interface FormatOptions {
  /**
   * What to do with a struct whose fields are all empty. `keep` writes `{}` as encoding/json does (so does the matchbox
   * server); `omit` leaves it out as Butane does.
   */
  readonly emptyStructs: 'keep' | 'omit';
  /** Text for one level of indentation; without it everything is on one line. */
  readonly indent?: string;
}

/**
 * The canonical JSON text of a config, without a final newline.
 *
 * @param config - in the shape of `version`; keys that the version does not have are left out
 */
export function formatConfig(config: ConfigObject, version: SpecVersion, options: FormatOptions): string {
  const writer: Writer = { version, keep: options.emptyStructs === 'keep', indent: options.indent };
  return writeStruct(config, 'Config', writer, '');
}

interface Writer {
  readonly version: SpecVersion;
  readonly keep: boolean;
  readonly indent: string | undefined;
}

function writeStruct(value: ConfigObject, struct: string, writer: Writer, margin: string): string {
  const inner = writer.indent === undefined ? '' : margin + writer.indent;
  const colon = writer.indent === undefined ? ':' : ': ';
  const members: string[] = [];
  for (const field of fieldsOf(struct, writer.version) ?? []) {
    const text = writeField(value[field.name], field, writer, inner);
    if (text !== undefined) members.push(`"${field.name}"${colon}${text}`);
  }
  return bracket(['{', '}'], members, writer, margin);
}

function writeField(value: ConfigValue | undefined, field: Field, writer: Writer, margin: string): string | undefined {
  const found = value ?? undefined;
  if (field.list) {
    if (!Array.isArray(found)) return field.required ? 'null' : undefined;
    if (found.length === 0 && !field.required) return undefined;
    return writeList(found, field.type, writer, margin);
  }
  const scalar = scalarOf(field.type);
  return scalar === undefined
    ? writeStructField(found, field, writer, margin)
    : writeScalarField(found, field, zero[scalar]);
}

function writeStructField(
  value: ConfigValue | undefined,
  field: Field,
  writer: Writer,
  margin: string,
): string | undefined {
  if (value === undefined && field.pointer) return undefined;
  const text = writeStruct(isObject(value) ? value : {}, field.type, writer, margin);
  const optional = !writer.keep && !field.required && !field.pointer;
  // A struct of 3.0.0 has a field that is written even where it is empty; without any value it is left out all the same.
  return optional && (text === '{}' || text === writeStruct({}, field.type, writer, margin)) ? undefined : text;
}

const zero = { string: '""', int: '0', bool: 'false' } as const;

function writeScalarField(value: ConfigValue | undefined, field: Field, zeroText: string): string | undefined {
  if (field.required) return value === undefined ? (field.pointer ? 'null' : zeroText) : writeScalar(value);
  if (value === undefined) return undefined;
  const text = writeScalar(value);
  return !field.pointer && text === zeroText ? undefined : text;
}

function writeList(items: readonly ConfigValue[], type: string, writer: Writer, margin: string): string {
  const inner = writer.indent === undefined ? '' : margin + writer.indent;
  const struct = scalarOf(type) === undefined;
  const texts = items.map((item) =>
    struct ? writeStruct(isObject(item) ? item : {}, type, writer, inner) : writeScalar(item),
  );
  return bracket(['[', ']'], texts, writer, margin);
}

function bracket(
  [open, close]: readonly [string, string],
  members: readonly string[],
  writer: Writer,
  margin: string,
): string {
  if (members.length === 0) return open + close;
  if (writer.indent === undefined) return open + members.join(',') + close;
  const inner = `\n${margin}${writer.indent}`;
  return `${open}${inner}${members.join(`,${inner}`)}\n${margin}${close}`;
}

function writeScalar(value: ConfigValue): string {
  return typeof value === 'string' ? quoteJson(value) : String(value);
}
