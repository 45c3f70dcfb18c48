// What a statement costs: steps by its size, so that a loop over a long one is bounded too.
import type { Node } from './node.ts';

/** Parts of an action that are together as dear as a statement. */
const partsPerStep = 8;

const weights = new WeakMap<Node, number>();

/** Steps for one execution of the statement, without the lists in it. */
export function weightOf(statement: Node): number {
  let weight = weights.get(statement);
  if (weight === undefined) {
    weight = 1 + Math.floor(partsOf(statement) / partsPerStep);
    weights.set(statement, weight);
  }
  return weight;
}

/** How many operands, commands and pipelines there are. Pipelines nest deeper than JavaScript may recurse. */
function partsOf(statement: Node): number {
  let parts = 0;
  const pending: Node[] = [statement];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    parts++;
    for (const child of childrenOf(node)) pending.push(child);
  }
  return parts - 1;
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'action':
    case 'if':
    case 'with':
    case 'range':
      return [node.pipe];
    case 'template':
      return node.pipe === undefined ? [] : [node.pipe];
    case 'pipe':
      return node.commands;
    case 'command':
      return node.args;
    case 'chain':
      return [node.operand];
    default:
      return [];
  }
}
