// Parses a template's text into trees, one for the text itself and one for each define and block. Control structures may
// nest as deep as the text is long, so it keeps a stack of its own.

import { quote, unquote } from '@matchbox/gotext';
import { Lexer } from './lexer.ts';
import type { ListNode, PipeNode, Statement, TemplateNode, Tree } from './node.ts';
import { isEmptyTree } from './node.ts';
import { ParseContext, type ParseSource, type ScopeMark } from './parse-context.ts';
import { parsePipeline } from './pipeline-parser.ts';
import type { Token, TokenKind } from './token.ts';

/** How to read the text. */
export interface ParseTreesOptions {
  /** Name of the template, for errors. */
  readonly name: string;
  readonly leftDelim: string;
  readonly rightDelim: string;
  /** Whether there is a function of that name; others are refused. */
  readonly hasFunction: (name: string) => boolean;
}

/** A structure whose `{{end}}` has not come yet. */
type Open =
  | { readonly kind: 'root'; readonly context: ParseContext; list: ListNode }
  | { readonly kind: 'define'; readonly context: ParseContext; list: ListNode; readonly name: string }
  | {
      readonly kind: 'block';
      readonly context: ParseContext;
      list: ListNode;
      readonly outer: ParseContext;
      readonly node: TemplateNode;
    }
  | OpenControl;

interface OpenControl {
  readonly kind: 'if' | 'with' | 'range';
  readonly context: ParseContext;
  /** The list being filled: the body, then that of `{{else}}`. */
  list: ListNode;
  readonly body: ListNode;
  elseList: ListNode | undefined;
  readonly position: number;
  readonly pipe: PipeNode;
  readonly mark: ScopeMark;
  /** The scope after the pipeline, where both branches start. */
  readonly bodyMark: ScopeMark;
  /** From `{{else if}}`: its end is also the end of what is around it. */
  readonly chained: boolean;
}

/** Parses `text` (a Go string); throws TemplateError with Go's text. */
export function parseTrees(text: string, options: ParseTreesOptions): Map<string, Tree> {
  const { name, leftDelim, rightDelim, hasFunction } = options;
  const lexer = new Lexer(text, {
    leftDelim,
    rightDelim,
    breakOk: !hasFunction('break'),
    continueOk: !hasFunction('continue'),
  });
  const parser = new Parser({ parseName: name, text, lexer, hasFunction });
  return parser.parse();
}

class Parser {
  private readonly source: ParseSource;
  private readonly trees = new Map<string, Tree>();
  private readonly open: Open[] = [];

  constructor(source: ParseSource) {
    this.source = source;
  }

  parse(): Map<string, Tree> {
    const root = { kind: 'root', context: new ParseContext(this.source), list: newList(0) } as const;
    this.open.push(root);
    for (;;) {
      const top = this.open.at(-1)!;
      const { tokens } = top.context;
      if (top.kind === 'root') {
        if (tokens.peek().kind === 'eof') break;
        if (this.parseDefine(top.context)) continue;
      } else if (tokens.peekNonSpace().kind === 'eof') top.context.fail('unexpected EOF');
      this.parseStatement(top);
    }
    this.addTree(root.context, this.source.parseName, root.list);
    return this.trees;
  }

  /** Opens a definition if one starts here; only outside of everything else. */
  private parseDefine(outer: ParseContext): boolean {
    if (outer.tokens.peek().kind !== 'leftDelim') return false;
    const delim = outer.tokens.next();
    if (outer.tokens.nextNonSpace().kind !== 'define') {
      outer.tokens.backup2(delim);
      return false;
    }
    const context = new ParseContext(this.source);
    const token = context.tokens.nextNonSpace();
    const name = templateName(context, token, 'define clause');
    context.expect('rightDelim', 'define clause');
    this.open.push({ kind: 'define', context, list: newList(0), name });
    return true;
  }

  private parseStatement(top: Open): void {
    const { context } = top;
    const token = context.tokens.nextNonSpace();
    if (token.kind === 'text') {
      append(top, { kind: 'text', position: token.position, text: token.value });
      return;
    }
    if (token.kind !== 'leftDelim') context.unexpected(token, 'input');
    context.actionLine = token.line;
    this.parseAction(top);
  }

  private parseAction(top: Open): void {
    const { context } = top;
    const { tokens } = context;
    const token = tokens.nextNonSpace();
    switch (token.kind) {
      case 'if':
      case 'with':
      case 'range':
        this.openControl(context, token.kind, false);
        return;
      case 'block':
        this.openBlock(context);
        return;
      case 'else':
        this.parseElse(top);
        return;
      case 'end':
        context.expect('rightDelim', 'end');
        context.actionLine = 0;
        this.close(top);
        return;
      case 'break':
      case 'continue':
        append(top, parseJump(context, token, token.kind));
        break;
      case 'template':
        append(top, parseTemplate(context));
        break;
      default: {
        tokens.backup();
        const { position } = tokens.peek();
        append(top, { kind: 'action', position, pipe: parsePipeline(context, 'command', 'rightDelim') });
      }
    }
    context.actionLine = 0;
  }

  private openControl(context: ParseContext, kind: OpenControl['kind'], chained: boolean): void {
    const mark = context.scope.mark();
    const pipe = parsePipeline(context, kind, 'rightDelim');
    if (kind === 'range') context.rangeDepth++;
    const bodyMark = context.scope.mark();
    const body = newList(this.depth() + 1);
    const { position } = pipe;
    this.open.push({ kind, context, list: body, body, elseList: undefined, position, pipe, mark, bodyMark, chained });
  }

  /** How many structures of the current tree are open. */
  private depth(): number {
    return this.open.at(-1)!.list.depth;
  }

  private openBlock(outer: ParseContext): void {
    const token = outer.tokens.nextNonSpace();
    const name = templateName(outer, token, 'block clause');
    const pipe = parsePipeline(outer, 'block clause', 'rightDelim');
    const node: TemplateNode = { kind: 'template', position: token.position, name, pipe };
    this.open.push({ kind: 'block', context: new ParseContext(this.source), list: newList(0), outer, node });
  }

  private parseElse(top: Open): void {
    const { context } = top;
    const { tokens } = context;
    const next = tokens.peekNonSpace().kind;
    if (next !== 'if' && next !== 'with') context.expect('rightDelim', 'else');
    context.actionLine = 0;
    if (top.kind === 'root') context.fail('unexpected {{else}}');
    else if (top.kind === 'define') context.fail('unexpected {{else}} in define clause');
    else if (top.kind === 'block') top.outer.fail('unexpected {{else}} in block clause');
    else this.startElse(top, next);
  }

  private startElse(top: OpenControl, next: TokenKind): void {
    const { context } = top;
    if (top.elseList !== undefined) context.fail('expected end; found {{else}}');
    if (top.kind === 'range') context.rangeDepth--;
    context.scope.popPlaces(top.bodyMark);
    top.elseList = newList(top.list.depth);
    top.list = top.elseList;
    // `else if` of an if and `else with` of a with are a structure of their own within the else.
    if (next !== top.kind || top.kind === 'range') return;
    context.tokens.next();
    this.openControl(context, top.kind, true);
  }

  /** `{{end}}`: completes the innermost structure. */
  private close(top: Open): void {
    if (top.kind === 'root') {
      top.context.fail('unexpected {{end}}');
      return;
    }
    this.open.pop();
    if (top.kind === 'define') this.addTree(top.context, top.name, top.list);
    else if (top.kind === 'block') {
      this.addTree(top.context, top.node.name, top.list);
      append(this.open.at(-1)!, top.node);
      top.outer.actionLine = 0;
    } else this.closeControl(top);
  }

  /** Completes a control structure, and those around it that `{{else if}}` made. */
  private closeControl(innermost: OpenControl): void {
    for (let top = innermost; ; top = this.open.pop() as OpenControl) {
      if (top.kind === 'range' && top.elseList === undefined) top.context.rangeDepth--;
      top.context.scope.pop(top.mark);
      const { kind, position, pipe, body: list, elseList } = top;
      append(this.open.at(-1)!, { kind, position, pipe, list, elseList });
      if (!top.chained) return;
    }
  }

  private addTree(context: ParseContext, name: string, root: ListNode): void {
    const { parseName, text } = this.source;
    const tree: Tree = { name, parseName, text, root, declaresInside: context.declaresInside };
    const old = this.trees.get(name);
    if (old === undefined || isEmptyTree(old)) this.trees.set(name, tree);
    else if (!isEmptyTree(tree)) context.fail(`template: multiple definition of template ${quote(name)}`);
  }
}

function newList(depth: number): ListNode {
  return { kind: 'list', nodes: [], depth };
}

function append(open: Open, node: Statement): void {
  open.list.nodes.push(node);
}

function parseJump(context: ParseContext, token: Token, kind: 'break' | 'continue'): Statement {
  const next = context.tokens.nextNonSpace();
  if (next.kind !== 'rightDelim') context.unexpected(next, `{{${kind}}}`);
  if (context.rangeDepth === 0) context.fail(`{{${kind}}} outside {{range}}`);
  return { kind, position: token.position };
}

function parseTemplate(context: ParseContext): Statement {
  const { tokens } = context;
  const token = tokens.nextNonSpace();
  const name = templateName(context, token, 'template clause');
  let pipe: PipeNode | undefined;
  if (tokens.nextNonSpace().kind !== 'rightDelim') {
    tokens.backup();
    pipe = parsePipeline(context, 'template clause', 'rightDelim');
  }
  return { kind: 'template', position: token.position, name, pipe };
}

function templateName(context: ParseContext, token: Token, what: string): string {
  if (token.kind !== 'string' && token.kind !== 'rawString') context.unexpected(token, what);
  return unquote(token.value) ?? context.fail('invalid syntax');
}
