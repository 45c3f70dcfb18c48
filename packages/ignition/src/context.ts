// Looks up where in the JSON text a report's path is, and which keys of the text nobody reads.
import { type ConfigObject, objectAt, objectsAt } from './config.ts';
import type { JsonMember, JsonNode } from './json.ts';
import { formatPath, type ReportEntry, type ReportPath } from './report.ts';
import { fieldsOf, scalarOf } from './schema.ts';
import type { SpecVersion } from './version.ts';

/** An entry with the offset in the text that it is about. */
export interface LocatedEntry extends ReportEntry {
  readonly offset: number;
}

/** The JSON tree with one child for a key: of a repeated key the last. */
export class ContextTree {
  private readonly root: JsonNode;
  private readonly indexes = new WeakMap<JsonNode, ReadonlyMap<string, JsonMember>>();

  constructor(root: JsonNode) {
    this.root = root;
  }

  find(path: ReportPath): JsonNode | undefined {
    let node: JsonNode | undefined = this.root;
    for (const key of path) {
      node = node && this.child(node, key);
      if (node === undefined) return undefined;
    }
    return node;
  }

  /** Offset of the deepest value on the path that is there; containers count from behind their bracket. */
  locate(path: ReportPath): number {
    let node = this.root;
    for (const key of path) {
      const child = this.child(node, key);
      if (child === undefined) break;
      node = child;
    }
    return node.kind === 'object' || node.kind === 'array' ? node.start + 1 : node.start;
  }

  members(node: JsonNode): ReadonlyMap<string, JsonMember> {
    let index = this.indexes.get(node);
    if (index === undefined) {
      index = new Map(node.kind === 'object' ? node.members.map((member) => [member.key, member]) : []);
      this.indexes.set(node, index);
    }
    return index;
  }

  private child(node: JsonNode, key: string | number): JsonNode | undefined {
    if (typeof key === 'string') return this.members(node).get(key)?.value;
    return node.kind === 'array' ? node.items[key] : undefined;
  }
}

interface Walk {
  readonly version: SpecVersion;
  readonly tree: ContextTree;
  readonly report: LocatedEntry[];
}

/** A warning for every key of the text that the config's version does not have, or writes otherwise. */
export function unusedKeys(config: ConfigObject, version: SpecVersion, tree: ContextTree): LocatedEntry[] {
  const report: LocatedEntry[] = [];
  walk(config, 'Config', [], { version, tree, report });
  return report;
}

function walk(value: ConfigObject, struct: string, path: ReportPath, state: Walk): void {
  const fields = fieldsOf(struct, state.version) ?? [];
  const node = state.tree.find(path);
  if (node !== undefined) checkNode(node, new Set(fields.map((field) => field.name)), path, state);
  for (const { name, type, list, pointer } of fields) {
    if (scalarOf(type) !== undefined) continue;
    if (list) {
      for (const [i, item] of objectsAt(value, name).entries()) walk(item, type, [...path, name, i], state);
    } else if (value[name] !== undefined || !pointer) walk(objectAt(value, name), type, [...path, name], state);
  }
}

function checkNode(node: JsonNode, known: ReadonlySet<string>, path: ReportPath, state: Walk): void {
  if (node.kind !== 'object') {
    const at = formatPath(path);
    const message = `context tree does not match content tree at ${at}. Line and column reporting may be inconsistent. Unused keys may not be reported`;
    state.report.push({ kind: 'warning', rule: 'tree-mismatch', path, message, offset: state.tree.locate(path) });
    return;
  }
  for (const [key, member] of state.tree.members(node)) {
    if (known.has(key)) continue;
    const message = `unused key ${key}`;
    state.report.push({ kind: 'warning', rule: 'unused-key', path: [...path, key], message, offset: member.keyStart });
  }
}
