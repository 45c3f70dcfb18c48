/** Fields of the files that people write, from the JSON Schemas that editors complete and check them with. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { code, table } from './table.ts';

/** What our JSON Schemas say of a field; `$ref` leads to `#/$defs/NAME`. */
interface Described {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Described[];
  readonly items?: Described;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

interface Schema extends Described {
  readonly $id: string;
  readonly $defs?: Readonly<Record<string, Described>>;
}

const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));
const heads = ['field', 'type', 'what it is', 'for example'];

/** @returns a function that prints the fields of `schemas/NAME.schema.json` */
export function schemaTable(name: string): () => string {
  return () => {
    const schema = read(name);
    return `${schema.description}\n\n${table(heads, fieldRows(schema, schema, ''))}`;
  };
}

/** @returns a function that prints the fields of an object among the definitions of a schema */
export function definitionTable(name: string, definition: string): () => string {
  return () => {
    const schema = read(name);
    return table(heads, fieldRows(schema, objectOf(schema, schema.$defs?.[definition] ?? {}), ''));
  };
}

function read(name: string): Schema {
  return JSON.parse(readFileSync(`${folder}${name}.schema.json`, 'utf8'));
}

/** The object that something may be, among other things. */
function objectOf(root: Schema, described: Described): Described {
  const found = [described, ...(described.anyOf ?? [])].map((one) => resolved(root, one)).find((one) => one.properties);
  if (found === undefined) throw new Error(`${root.$id}: no object among ${JSON.stringify(described)}`);
  return found;
}

function fieldRows(root: Schema, schema: Described, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, described]) => {
    const field = resolved(root, described);
    if (field.description === undefined) throw new Error(`${root.$id}: nothing is said about ${prefix}${name}`);
    const required = schema.required?.includes(name) ? ', required' : '';
    const row = [
      code(`${prefix}${name}`),
      `${typeOf(root, field)}${required}`,
      // Braces are code, whoever reads them next.
      field.description.replace(/\{\{.*?\}\}|\$\{.*?\}/g, '`$&`'),
      (field.examples ?? []).map((example) => code(JSON.stringify(example))).join(', '),
    ];
    const items = resolved(root, field.items ?? {});
    if (items.properties) return [row, ...fieldRows(root, items, `${prefix}${name}[].`)];
    return [row, ...(field.properties ? fieldRows(root, field, `${prefix}${name}.`) : [])];
  });
}

function resolved(root: Schema, field: Described): Described {
  if (field.$ref === undefined) return field;
  const { $ref, ...own } = field;
  const target = $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], root) as Described;
  return { ...resolved(root, target), ...own };
}

function typeOf(root: Schema, field: Described): string {
  const types = [
    field.type ??
      field.enum?.map((value) => typeof value) ??
      field.anyOf?.map((one) => typeOf(root, resolved(root, one))) ??
      'any',
  ].flat();
  const names = types.map((type) => {
    return type === 'array' ? `list of ${typeOf(root, resolved(root, field.items ?? {}))}` : type;
  });
  return [...new Set(names)].join(' or ');
}
