// How Go prints a node of the syntax tree in an error: the source, with its white space made regular.
import { quote } from '@matchbox/gotext';
import type { ChainNode, Node, Operand, PipeNode, Statement } from './node.ts';

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

/** A node's text, with the nodes in it still to be printed. */
type Pieces = (Node | string)[];

function piecesOf(node: Node): Pieces {
  switch (node.kind) {
    case 'chain':
      return [...parenthesized(node.operand), fieldsText(node.names)];
    case 'command':
      return join(node.args.map(parenthesized), ' ');
    case 'pipe':
      return piecesOfPipe(node);
    case 'text':
    case 'action':
    case 'template':
    case 'break':
    case 'continue':
    case 'if':
    case 'with':
    case 'range':
      return piecesOfStatement(node);
    default:
      return [leafText(node)];
  }
}

function piecesOfStatement(node: Statement): Pieces {
  switch (node.kind) {
    case 'text':
      return [quote(node.text)];
    case 'action':
      return ['{{', node.pipe, '}}'];
    case 'template':
      return ['{{template ', quote(node.name), ...(node.pipe ? [' ', node.pipe] : []), '}}'];
    case 'break':
    case 'continue':
      return [`{{${node.kind}}}`];
    default:
      return [`{{${node.kind} `, node.pipe, '}}'];
  }
}

function leafText(node: Exclude<Operand, ChainNode | PipeNode>): string {
  switch (node.kind) {
    case 'bool':
      return String(node.value);
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'number':
      return node.constant.text;
    case 'string':
      return node.literal;
    case 'identifier':
      return node.name;
    case 'field':
      return fieldsText(node.names);
    case 'variable':
      return node.names.join('.');
  }
}

function fieldsText(names: readonly string[]): string {
  return names.map((name) => `.${name}`).join('');
}

function parenthesized(node: Node): Pieces {
  return node.kind === 'pipe' ? ['(', node, ')'] : [node];
}

function piecesOfPipe(pipe: PipeNode): Pieces {
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

function join(groups: readonly (readonly (Node | string)[])[], separator: string): Pieces {
  return groups.flatMap((group, index) => (index === 0 ? [...group] : [separator, ...group]));
}
