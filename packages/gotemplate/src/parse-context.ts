// What the parser knows while it reads one tree: its tokens, the variables in sight, how deep it is; and how it fails.
import { TemplateError } from './error.ts';
import type { Lexer } from './lexer.ts';
import type { VariableNode } from './node.ts';
import { positionAt } from './position.ts';
import type { Token, TokenKind } from './token.ts';
import { formatToken, TokenReader } from './token-reader.ts';

/** What is common to all trees of one text. */
export interface ParseSource {
  readonly parseName: string;
  readonly text: string;
  readonly lexer: Lexer;
  readonly hasFunction: (name: string) => boolean;
}

/** State of one tree being parsed. */
export class ParseContext {
  readonly source: ParseSource;
  readonly tokens: TokenReader;
  readonly scope = new Scope();
  rangeDepth = 0;
  parenDepth = 0;
  /** Line of the action being read; 0 outside of one. */
  actionLine = 0;
  declaresInside = false;

  constructor(source: ParseSource) {
    this.source = source;
    this.tokens = new TokenReader(source.lexer);
  }

  /** Throws Go's error for the token read last. */
  fail(message: string, missingFunction?: string): never {
    const { parseName, text } = this.source;
    const { line, position } = this.tokens;
    throw new TemplateError({
      code: 'parse',
      message: `template: ${parseName}:${line}: ${message}`,
      name: parseName,
      line,
      column: positionAt(text, position).column,
      missingFunction,
    });
  }

  /** Throws Go's error for a token that does not belong here, or the lexer's own. */
  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${formatToken(token)} in ${context}`);
    const elsewhere = this.actionLine !== 0 && this.actionLine !== token.line;
    const started = `started at ${this.source.parseName}:${this.actionLine}`;
    if (!elsewhere) this.fail(token.value);
    this.fail(`${token.value}${token.value.endsWith(' action') ? '' : ' in action'} ${started}`);
  }

  expect(kind: TokenKind, context: string): Token {
    const token = this.tokens.nextNonSpace();
    if (token.kind !== kind) this.unexpected(token, context);
    return token;
  }
}

/** The variables in sight: by name, and with the place that each will have on the stack. */
class Scope {
  private readonly visible: string[] = ['$'];
  private readonly counts = new Map<string, number>([['$', 1]]);
  private readonly stack: string[] = ['$'];
  private readonly slots = new Map<string, number[]>([['$', [0]]]);

  /** Makes the name usable in the text. Go does so before the value is parsed, and for `=` too. */
  name(variable: string): void {
    this.visible.push(variable);
    this.counts.set(variable, (this.counts.get(variable) ?? 0) + 1);
  }

  /** Gives the variable a place on the stack, once its pipeline is complete. */
  declare(variable: string): number {
    const slot = this.stack.length;
    const slots = this.slots.get(variable);
    if (slots === undefined) this.slots.set(variable, [slot]);
    else slots.push(slot);
    this.stack.push(variable);
    return slot;
  }

  has(variable: string): boolean {
    return (this.counts.get(variable) ?? 0) > 0;
  }

  slotOf(variable: string): number {
    return this.slots.get(variable)?.at(-1) ?? -1;
  }

  mark(): ScopeMark {
    return { visible: this.visible.length, stack: this.stack.length };
  }

  /** Forgets what came after the mark. */
  pop(mark: ScopeMark): void {
    while (this.visible.length > mark.visible) {
      const name = this.visible.pop()!;
      this.counts.set(name, this.counts.get(name)! - 1);
    }
    this.popPlaces(mark);
  }

  /**
   * Frees the places on the stack that came after the mark, but leaves the names in sight.
   * Quirk: to Go's parser a variable of the first branch is still there in `{{else}}`; executing it then fails (text/template/parse/parse.go, parseControl).
   */
  popPlaces(mark: ScopeMark): void {
    while (this.stack.length > mark.stack) this.slots.get(this.stack.pop()!)!.pop();
  }
}

/** A state of a {@link Scope} to come back to. */
export interface ScopeMark {
  readonly visible: number;
  readonly stack: number;
}

/** A use or declaration of a variable at a token. */
export function variableNode(context: ParseContext, token: Token): VariableNode {
  const names = [token.value];
  return { kind: 'variable', position: token.position, names, slot: context.scope.slotOf(token.value) };
}
