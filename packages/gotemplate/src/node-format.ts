// How Go prints a node of the syntax tree in an error: the source, with its white space made regular.
import type { Node, PipeNode } from './node.ts';
import { quote } from './quote.ts';

/** The node as text. Works with a stack of its own, since pipelines nest 10,000 deep. */
export function formatNode(node: Node): string {
  const parts: string[] = [];
  const pending: (Node | string)[] = [node];
  while (pending.length > 0) {
    const next = pending.pop()!;
    if (typeof next === 'string') parts.push(next);
    else for (const piece of piecesOf(next).reverse()) pending.push(piece);
  }
  return parts.join('');
}

function piecesOf(node: Node): (Node | string)[] {
  switch (node.kind) {
    case 'bool':
      return [String(node.value)];
    case 'dot':
      return ['.'];
    case 'nil':
      return ['nil'];
    case 'number':
      return [node.constant.text];
    case 'string':
      return [node.literal];
    case 'identifier':
      return [node.name];
    case 'field':
      return [node.names.map((name) => `.${name}`).join('')];
    case 'variable':
      return [node.names.join('.')];
    case 'chain':
      return [parenthesized(node.operand), node.names.map((name) => `.${name}`).join('')].flat();
    case 'command':
      return join(node.args.map(parenthesized), ' ');
    case 'pipe':
      return piecesOfPipe(node);
    case 'text':
      return [quote(node.text)];
    case 'action':
      return ['{{', node.pipe, '}}'];
    case 'template':
      return ['{{template ', quote(node.name), ...(node.pipe ? [' ', node.pipe] : []), '}}'];
    case 'break':
    case 'continue':
      return [`{{${node.kind}}}`];
    case 'if':
    case 'with':
    case 'range':
      return [`{{${node.kind} `, node.pipe, '}}'];
  }
}

function parenthesized(node: Node): (Node | string)[] {
  return node.kind === 'pipe' ? ['(', node, ')'] : [node];
}

function piecesOfPipe(pipe: PipeNode): (Node | string)[] {
  const declared =
    pipe.declared.length === 0
      ? []
      : [`${pipe.declared.map((variable) => variable.names.join('.')).join(', ')} ${pipe.assigns ? '=' : ':='} `];
  return [
    ...declared,
    ...join(
      pipe.commands.map((command) => [command]),
      ' | ',
    ),
  ];
}

function join(groups: readonly (readonly (Node | string)[])[], separator: string): (Node | string)[] {
  return groups.flatMap((group, index) => (index === 0 ? [...group] : [separator, ...group]));
}
