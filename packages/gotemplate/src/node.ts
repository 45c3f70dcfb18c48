// The syntax tree. Positions are UTF-16 units in the tree's text; `position.ts` turns them into Go's lines and bytes.
import type { NumberConstant } from './number-constant.ts';

/** A part of an action that has a value. */
export type Operand =
  | { readonly kind: 'bool'; readonly position: number; readonly value: boolean }
  | { readonly kind: 'dot'; readonly position: number }
  | { readonly kind: 'nil'; readonly position: number }
  | { readonly kind: 'number'; readonly position: number; readonly constant: NumberConstant }
  | { readonly kind: 'string'; readonly position: number; readonly literal: string; readonly value: string }
  | FieldNode
  | VariableNode
  | IdentifierNode
  | ChainNode
  | PipeNode;

/** `.a.b`: fields of dot. */
export interface FieldNode {
  readonly kind: 'field';
  readonly position: number;
  readonly names: readonly string[];
}

/** `$x.a`: a variable, perhaps with fields. */
export interface VariableNode {
  readonly kind: 'variable';
  readonly position: number;
  /** The name with its `$`, then the fields. */
  readonly names: readonly string[];
  /** Place of the variable on the stack if no declaration can be skipped at run time; -1 if it has no value yet. */
  readonly slot: number;
}

/** A function's name. */
export interface IdentifierNode {
  readonly kind: 'identifier';
  readonly position: number;
  readonly name: string;
}

/** `(…).a.b` and `name.a`: fields of something that is not dot nor a variable. */
export interface ChainNode {
  readonly kind: 'chain';
  readonly position: number;
  readonly operand: Operand;
  readonly names: readonly string[];
}

/** One stage of a pipeline: a function or value, and arguments. */
export interface CommandNode {
  readonly kind: 'command';
  readonly position: number;
  readonly args: Operand[];
}

/** `$a, $b := x | y`. */
export interface PipeNode {
  readonly kind: 'pipe';
  readonly position: number;
  readonly commands: CommandNode[];
  readonly declared: VariableNode[];
  /** `=` rather than `:=`. */
  assigns: boolean;
  /** How many pipelines in parentheses are within each other here, this one included. */
  depth: number;
}

/** A sequence of statements. */
export interface ListNode {
  readonly kind: 'list';
  readonly nodes: Statement[];
  /** How many control structures of the same tree are around it. */
  readonly depth: number;
}

/** What stands between delimiters, and the text around. */
export type Statement = TextNode | ActionNode | ControlNode | TemplateNode | JumpNode;

/** Literal text. */
export interface TextNode {
  readonly kind: 'text';
  readonly position: number;
  readonly text: string;
}

/** `{{pipeline}}`. */
export interface ActionNode {
  readonly kind: 'action';
  readonly position: number;
  readonly pipe: PipeNode;
}

/** `{{if}}`, `{{with}}`, `{{range}}`. */
export interface ControlNode {
  readonly kind: 'if' | 'with' | 'range';
  readonly position: number;
  readonly pipe: PipeNode;
  readonly list: ListNode;
  elseList: ListNode | undefined;
}

/** `{{template "name" pipeline}}`; `{{block}}` becomes one too. */
export interface TemplateNode {
  readonly kind: 'template';
  readonly position: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

/** `{{break}}` and `{{continue}}`. */
export interface JumpNode {
  readonly kind: 'break' | 'continue';
  readonly position: number;
}

/** Whatever an error can be at. */
export type Node = Operand | CommandNode | Statement;

/** A parsed template: its statements and the text they came from. */
export interface Tree {
  readonly name: string;
  /** Name of the template whose text this is; `define` gives a tree another name, not another place. */
  readonly parseName: string;
  readonly text: string;
  readonly root: ListNode;
  /** Whether a declaration stands inside parentheses, where `and` and `or` may skip it. */
  readonly declaresInside: boolean;
}

/** Whether the tree would write nothing but white space. */
export function isEmptyTree(tree: Tree): boolean {
  return tree.root.nodes.every(
    (node) => node.kind === 'text' && /^[\s\x85]*$/.test(node.text.replaceAll('\ufeff', 'x')),
  );
}
