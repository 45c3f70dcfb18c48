// What a template refers to: for messages like "this template needs .ssh_keys, which no group has".
import type { Node, Statement, Tree } from './node.ts';
import { positionAt } from './position.ts';

/** A field, variable, function or template that a template names. */
export interface Reference {
  readonly kind: 'field' | 'variable' | 'function' | 'template';
  /** `.a.b` is `a.b`, `$x.a` is `$x.a`; functions and templates by their name. */
  readonly name: string;
  /** The parts of a field or variable: `['a', 'b']`, `['$x', 'a']`. */
  readonly path: readonly string[];
  /** Whether it is a part of the data that the template is executed with: not inside `with`, `range` or another template. */
  readonly root: boolean;
  readonly line: number;
  /** Bytes before it on its line. */
  readonly column: number;
}

/** What a tree refers to, in the order of the text. `hasData`: its dot is the data of the execution. */
export function treeReferences(tree: Tree, hasData = true): Reference[] {
  const found: (Reference & { readonly offset: number })[] = [];
  const pending: { readonly node: Node; readonly root: boolean }[] = tree.root.nodes.map((node) => ({
    node,
    root: hasData,
  }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, root } = next;
    const reference = referenceOf(node, root, hasData);
    if (reference !== undefined) {
      found.push({ ...reference, ...positionAt(tree.text, node.position), offset: node.position });
    }
    for (const child of childrenOf(node, root)) pending.push(child);
  }
  found.sort((a, b) => a.offset - b.offset);
  return found.map(({ offset: _, ...reference }) => reference);
}

function referenceOf(node: Node, root: boolean, hasData: boolean): Omit<Reference, 'line' | 'column'> | undefined {
  switch (node.kind) {
    case 'field':
      return { kind: 'field', name: node.names.join('.'), path: node.names, root };
    case 'variable':
      return { kind: 'variable', name: node.names.join('.'), path: node.names, root: hasData && node.names[0] === '$' };
    case 'identifier':
      return { kind: 'function', name: node.name, path: [], root };
    case 'template':
      return { kind: 'template', name: node.name, path: [], root };
    default:
      return undefined;
  }
}

function childrenOf(node: Node, root: boolean): { readonly node: Node; readonly root: boolean }[] {
  const within = (nodes: readonly Node[], sameDot = root) => nodes.map((child) => ({ node: child, root: sameDot }));
  switch (node.kind) {
    case 'action':
      return within([node.pipe]);
    case 'template':
      return node.pipe === undefined ? [] : within([node.pipe]);
    case 'pipe':
      return within(node.commands);
    case 'command':
      return within(node.args);
    case 'chain':
      return within([node.operand]);
    case 'if':
    case 'with':
    case 'range': {
      const otherwise: readonly Statement[] = node.elseList?.nodes ?? [];
      return [...within([node.pipe]), ...within(node.list.nodes, root && node.kind === 'if'), ...within(otherwise)];
    }
    default:
      return [];
  }
}
