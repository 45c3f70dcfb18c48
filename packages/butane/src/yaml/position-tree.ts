/** Where every node of a document stands: what reports are correlated with. */
import type { Path, Position } from './schema.ts';

/**
 * A node's position and those of its children.
 *
 * `leaf` is a scalar or an alias: what an alias stands for has no positions of its own (vcontext).
 */
export type PositionTree =
  | { readonly kind: 'leaf'; readonly position: Position }
  | { readonly kind: 'list'; readonly position: Position; readonly children: readonly PositionTree[] }
  | {
      readonly kind: 'map';
      readonly position: Position;
      readonly children: ReadonlyMap<string, PositionTree>;
      readonly keys: ReadonlyMap<string, Position>;
    };

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
  return node.position;
}

/** Position of the key that the last step of `path` names; falls back as {@link position} does. */
export function keyPosition(tree: PositionTree, path: Path): Position {
  const parent = selectNode(tree, path.slice(0, -1));
  const key = path.at(-1);
  if (parent?.kind === 'map' && typeof key === 'string') {
    const found = parent.keys.get(key);
    if (found !== undefined) return found;
  }
  return position(tree, path.slice(0, -1));
}

function childOf(node: PositionTree, step: string | number): PositionTree | undefined {
  if (node.kind === 'map' && typeof step === 'string') return node.children.get(step);
  if (node.kind === 'list' && typeof step === 'number') return node.children[step];
  return undefined;
}
