/** Where the nodes of a document stand: what reports are correlated with (vcontext's tree). */
import type { YamlDocument, YamlNode } from './node.ts';
import type { Path, Position } from './schema.ts';

/**
 * A document seen as a tree of places. What an alias stands for has no places of its own, and a merged key neither:
 * they are those of the alias and of the mapping.
 */
export type PositionTree = YamlNode;

/** The tree of `document`; undefined if it is empty. */
export function positionTree(document: YamlDocument): PositionTree | undefined {
  return document.root;
}

/** The node at `path`, or undefined if the document has none there. */
export function selectNode(tree: PositionTree, path: Path): PositionTree | undefined {
  let node: PositionTree | undefined = tree;
  for (const step of path) {
    node = childOf(node, step);
    if (node === undefined) return undefined;
  }
  return node;
}

/** Position of the value at `path`, or of the deepest node above it that exists. */
export function position(tree: PositionTree, path: Path): Position {
  let node = tree;
  for (const step of path) {
    const child = childOf(node, step);
    if (child === undefined) break;
    node = child;
  }
  return { line: node.line, column: node.column };
}

/** Position of the key that the last step of `path` names, or of the deepest node above it that exists. */
export function keyPosition(tree: PositionTree, path: Path): Position {
  const parent = selectNode(tree, path.slice(0, -1));
  const name = path.at(-1);
  if (parent?.kind === 'map' && typeof name === 'string') {
    const index = indexOfKey(parent, name);
    const key = parent.items[index];
    if (key !== undefined) return { line: key.line, column: key.column };
  }
  return position(tree, path.slice(0, -1));
}

function childOf(node: YamlNode, step: string | number): YamlNode | undefined {
  if (node.kind === 'list' && typeof step === 'number') return node.items[step];
  if (node.kind === 'map' && typeof step === 'string') {
    const index = indexOfKey(node, step);
    return index < 0 ? undefined : node.items[index + 1];
  }
  return undefined;
}

/** Index of a key by its text; of keys with the same text (an alias and a scalar, say) the last counts. */
function indexOfKey(map: YamlNode, text: string): number {
  for (let i = map.items.length - 2; i >= 0; i -= 2) {
    if (map.items[i]!.value === text) return i;
  }
  return -1;
}
