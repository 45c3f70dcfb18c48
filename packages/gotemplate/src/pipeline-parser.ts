// Parses pipelines: declarations, commands, operands. Parentheses nest 10,000 deep, so it keeps a stack of its own.
import { canonical, quote, unquote } from '@matchbox/gotext';
import type { ChainNode, CommandNode, Operand, PipeNode } from './node.ts';
import { type NumberResult, parseCharConstant, parseComplexConstant, parseNumberConstant } from './number-constant.ts';
import { type ParseContext, variableNode } from './parse-context.ts';
import type { Token, TokenKind } from './token.ts';
import type { TokenReader } from './token-reader.ts';

const maxParenDepth = 10_000;

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  '.',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

const nonExecutable: ReadonlySet<Operand['kind']> = new Set<Operand['kind']>([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
]);

/** A pipeline that is not complete; all but the innermost wait for one in parentheses. */
interface OpenPipe {
  readonly pipe: PipeNode;
  readonly context: string;
  readonly end: TokenKind;
  command: CommandNode | undefined;
}

/** Parses a pipeline up to `end`, which is consumed. `what` names it in errors. */
export function parsePipeline(context: ParseContext, what: string, end: TokenKind): PipeNode {
  const open: OpenPipe[] = [openPipe(context, what, end)];
  for (;;) {
    const current = open.at(-1)!;
    if (current.command === undefined) {
      const done = startCommand(context, current);
      if (done === undefined) continue;
      open.pop();
      declare(context, done, open.length > 0);
      const outer = open.at(-1);
      if (outer === undefined) return done;
      outer.pipe.depth = Math.max(outer.pipe.depth, done.depth + 1);
      context.parenDepth--;
      continueCommand(context, outer, done);
      continue;
    }
    context.tokens.peekNonSpace();
    const token = context.tokens.nextNonSpace();
    if (token.kind === 'leftParen') {
      if (context.parenDepth >= maxParenDepth) context.fail('max expression depth exceeded');
      context.parenDepth++;
      open.push(openPipe(context, 'parenthesized pipeline', 'rightParen'));
    } else continueCommand(context, current, parseTerm(context, token));
  }
}

/** Gives the variables of a complete pipeline their places. */
function declare(context: ParseContext, pipe: PipeNode, inside: boolean): void {
  if (pipe.declared.length === 0 || pipe.assigns) return;
  pipe.declared.forEach((variable, index) => {
    pipe.declared[index] = { ...variable, slot: context.scope.declare(variable.names[0]!) };
  });
  if (inside) context.declaresInside = true;
}

function openPipe(context: ParseContext, what: string, end: TokenKind): OpenPipe {
  const { position } = context.tokens.peekNonSpace();
  const pipe: PipeNode = { kind: 'pipe', position, commands: [], declared: [], assigns: false, depth: 1 };
  parseDeclarations(context, pipe, what);
  return { pipe, context: what, end, command: undefined };
}

function parseDeclarations(context: ParseContext, pipe: PipeNode, what: string): void {
  const { tokens } = context;
  for (;;) {
    const variable = tokens.peekNonSpace();
    if (variable.kind !== 'variable') return;
    const mark = readDeclarationMark(tokens, variable);
    if (mark === undefined) return;
    if (mark !== 'char') pipe.assigns = mark === 'assign';
    pipe.declared.push(variableNode(context, variable));
    context.scope.name(variable.value);
    if (mark !== 'char') return;
    if (what !== 'range' || pipe.declared.length >= 2) context.fail(`too many declarations in ${what}`);
    const after = tokens.peekNonSpace().kind;
    if (after !== 'variable' && after !== 'rightDelim' && after !== 'rightParen') {
      context.fail('range can only initialize variables');
    }
  }
}

/** The `=`, `:=` or comma behind a variable, read; undefined, and the variable unread, if it is no declaration. */
function readDeclarationMark(tokens: TokenReader, variable: Token): 'assign' | 'declare' | 'char' | undefined {
  tokens.next();
  // "$x foo" needs three tokens of look-ahead, since the space is one.
  const adjacent = tokens.peek();
  const { kind, value } = tokens.peekNonSpace();
  if (kind === 'assign' || kind === 'declare' || (kind === 'char' && value === ',')) {
    tokens.nextNonSpace();
    return kind;
  }
  if (adjacent.kind === 'space') tokens.backup3(variable, adjacent);
  else tokens.backup2(variable);
  return undefined;
}

/** Starts the next command, or returns the pipeline if it is complete. */
function startCommand(context: ParseContext, current: OpenPipe): PipeNode | undefined {
  const token = context.tokens.nextNonSpace();
  if (token.kind === current.end) {
    checkPipeline(context, current);
    return current.pipe;
  }
  if (!operandKinds.has(token.kind)) context.unexpected(token, current.context);
  context.tokens.backup();
  current.command = { kind: 'command', position: context.tokens.peekNonSpace().position, args: [] };
  return undefined;
}

function checkPipeline(context: ParseContext, { pipe, context: what }: OpenPipe): void {
  if (pipe.commands.length === 0) context.fail(`missing value for ${what}`);
  const stage = pipe.commands.findIndex((command, index) => index > 0 && nonExecutable.has(command.args[0]!.kind));
  if (stage > 0) context.fail(`non executable command in pipeline stage ${stage + 1}`);
}

/** Adds an operand to the command, with the fields that follow it; ends the command if it is complete. */
function continueCommand(context: ParseContext, current: OpenPipe, term: Operand | undefined): void {
  const { tokens } = context;
  const command = current.command!;
  if (term !== undefined) command.args.push(withFields(context, term));
  const token = tokens.next();
  if (token.kind === 'space') return;
  if (token.kind === 'rightDelim' || token.kind === 'rightParen') tokens.backup();
  else if (token.kind !== 'pipe') context.unexpected(token, 'operand');
  if (command.args.length === 0) context.fail('empty command');
  current.pipe.commands.push(command);
  current.command = undefined;
}

function withFields(context: ParseContext, term: Operand): Operand {
  const { tokens } = context;
  const first = tokens.peek();
  if (first.kind !== 'field') return term;
  const names: string[] = [];
  while (tokens.peek().kind === 'field') names.push(tokens.next().value.slice(1));
  switch (term.kind) {
    case 'field':
    case 'variable':
      return { ...term, position: first.position, names: [...term.names, ...names] };
    case 'bool':
    case 'string':
    case 'number':
    case 'nil':
    case 'dot':
      return context.fail(`unexpected . after term ${quote(termText(term))}`);
    default:
      return { kind: 'chain', position: first.position, operand: term, names } satisfies ChainNode;
  }
}

function termText(term: Operand): string {
  if (term.kind === 'bool') return String(term.value);
  if (term.kind === 'string') return term.literal;
  if (term.kind === 'number') return term.constant.text;
  return term.kind === 'dot' ? '.' : 'nil';
}

/** The operand that a token is, or undefined (and the token put back) if it is none. */
function parseTerm(context: ParseContext, token: Token): Operand | undefined {
  const { position, value } = token;
  switch (token.kind) {
    case 'identifier':
      if (!context.source.hasFunction(value)) context.fail(`function ${quote(value)} not defined`, value);
      return { kind: 'identifier', position, name: value };
    case '.':
      return { kind: 'dot', position };
    case 'nil':
      return { kind: 'nil', position };
    case 'variable':
      if (!context.scope.has(value)) context.fail(`undefined variable ${quote(value)}`);
      return variableNode(context, token);
    case 'field':
      return { kind: 'field', position, names: [value.slice(1)] };
    default:
      return parseConstant(context, token);
  }
}

function parseConstant(context: ParseContext, { kind, position, value }: Token): Operand | undefined {
  switch (kind) {
    case 'bool':
      return { kind, position, value: value === 'true' };
    case 'charConstant':
      return numberTerm(context, position, parseCharConstant(value));
    case 'complex':
      return numberTerm(context, position, parseComplexConstant(value));
    case 'number':
      return numberTerm(context, position, parseNumberConstant(value));
    case 'string':
    case 'rawString': {
      const text = unquote(value);
      if (text === undefined) return context.fail('invalid syntax');
      return { kind: 'string', position, literal: value, value: canonical(text) };
    }
    default:
      context.tokens.backup();
      return undefined;
  }
}

function numberTerm(context: ParseContext, position: number, result: NumberResult): Operand {
  if ('error' in result) return context.fail(result.error);
  return { kind: 'number', position, constant: result };
}
