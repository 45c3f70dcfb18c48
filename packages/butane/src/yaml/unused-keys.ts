/** Keys of a document that no field of the schema stands for. */
import type { YamlNode } from './node.ts';
import type { PositionTree } from './position-tree.ts';
import type { Path, Position, Schema, StructSchema } from './schema.ts';

/**
 * `unused`: the mapping has the key `key`, the struct has no such field; `position` is that of the key.
 * `mismatch`: there is a struct in the decoded value where the document has no mapping but an alias or a null, so
 * keys below it cannot be judged; `position` is that of the node.
 */
export interface UnusedKey {
  readonly kind: 'unused' | 'mismatch';
  readonly path: Path;
  /** Only for `unused`. */
  readonly key?: string;
  readonly position: Position;
}

/**
 * Compares a decoded value with the document it came from, structs before what they contain and fields in the order
 * of the schema. The keys of one mapping come in the order of the document.
 *
 * Quirk: an element of a list is compared with the element of the document at the same index, even if null elements
 * were left out before it.
 */
export function findUnusedKeys(tree: PositionTree, value: unknown, schema: Schema): UnusedKey[] {
  const found: UnusedKey[] = [];
  visit(found, [], tree, value, schema);
  return found;
}

function visit(found: UnusedKey[], path: Path, node: YamlNode | undefined, value: unknown, schema: Schema): void {
  if (node === undefined) return;
  if (schema.kind === 'list') {
    if (node.kind !== 'list' || !Array.isArray(value)) return;
    value.forEach((item: unknown, i) => {
      visit(found, [...path, i], node.items[i], item, schema.item);
    });
  } else if (schema.kind === 'struct') {
    // A struct behind a pointer is only there if it was decoded.
    if (schema.isPointer !== true || value !== undefined) visitStruct(found, path, node, value, schema);
  }
}

function visitStruct(found: UnusedKey[], path: Path, node: YamlNode, value: unknown, schema: StructSchema): void {
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
  for (const [key, position] of unused) found.push({ kind: 'unused', path: [...path, key], key, position });
  const fields = (value ?? {}) as Record<string, unknown>;
  for (const name in schema.fields) {
    const node = values.get(name);
    const field = schema.fields[name]!;
    if (node !== undefined && (field.kind === 'struct' || field.kind === 'list')) {
      visit(found, [...path, name], node, fields[name], field);
    }
  }
}
