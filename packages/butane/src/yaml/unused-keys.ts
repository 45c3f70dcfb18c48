/** Keys of a document that no field of the schema stands for. */
import type { YamlNode } from './node.ts';
import type { PositionTree } from './position-tree.ts';
import type { Path, Position, Schema, StructSchema } from './schema.ts';

/**
 * `unused`: the mapping has the key `key`, the struct has no such field but those `known`; `position` is that of the key.
 * `mismatch`: there is a struct in the decoded value where the document has no mapping but an alias or a null, so
 * keys below it cannot be judged; `position` is that of the node.
 */
export type UnusedKey = {
  readonly path: Path;
  readonly position: Position;
} & (
  | { readonly kind: 'unused'; readonly key: string; readonly known: readonly string[] }
  | { readonly kind: 'mismatch' }
);

/**
 * Compares a decoded value with the document it came from, structs before what they contain and fields in the order
 * of the schema. The keys of one mapping come in the order of the document.
 *
 * Quirk: an element of a list is compared with the element of the document at the same index, even if null elements
 * were left out before it (Butane, config/util/util.go, TranslateBytes, by vcontext's validate/validate.go).
 */
export function findUnusedKeys(tree: PositionTree, value: unknown, schema: Schema): UnusedKey[] {
  const found: UnusedKey[] = [];
  visit(found, { path: [], node: tree, value }, schema);
  return found;
}

/** A node of the document, and what was decoded from it. */
interface Place {
  readonly path: Path;
  readonly node: YamlNode;
  readonly value: unknown;
}

function visit(found: UnusedKey[], place: Place, schema: Schema): void {
  const { path, node, value } = place;
  if (schema.kind === 'list') {
    if (node.kind !== 'list' || !Array.isArray(value)) return;
    value.forEach((item: unknown, i) => {
      const inner = node.items[i];
      if (inner !== undefined) visit(found, { path: [...path, i], node: inner, value: item }, schema.item);
    });
  } else if (schema.kind === 'struct') {
    // A struct behind a pointer is only there if it was decoded.
    if (schema.isPointer !== true || value !== undefined) visitStruct(found, place, schema);
  }
}

function visitStruct(found: UnusedKey[], { path, node, value }: Place, schema: StructSchema): void {
  if (node.kind !== 'map') {
    found.push({ kind: 'mismatch', path, position: { line: node.line, column: node.column } });
    return;
  }
  const values = new Map<string, YamlNode>();
  const unused = new Map<string, Position>();
  for (let i = 0; i < node.items.length; i += 2) {
    const key = node.items[i]!;
    if (Object.hasOwn(schema.fields, key.value)) values.set(key.value, node.items[i + 1]!);
    else unused.set(key.value, { line: key.line, column: key.column });
  }
  for (const [key, position] of unused) {
    found.push({ kind: 'unused', path: [...path, key], key, known: Object.keys(schema.fields), position });
  }
  const fields = (value ?? {}) as Record<string, unknown>;
  for (const name in schema.fields) {
    const inner = values.get(name);
    const field = schema.fields[name]!;
    if (inner !== undefined && (field.kind === 'struct' || field.kind === 'list')) {
      visit(found, { path: [...path, name], node: inner, value: fields[name] }, field);
    }
  }
}
