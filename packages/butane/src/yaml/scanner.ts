/**
 * Text → tokens, by YAML 1.1's rules of indentation and simple keys.
 *
 * This is a scanner of our own because the errors are part of what users compare: go-yaml (as libyaml before it)
 * notices an error at the token where its own scanner stumbles, and measured on the recorded documents another
 * parser (eemeli/yaml) agrees about the line in 23 of 53 broken ones and accepts 11 of them.
 */
import { contentStart } from './content-start.ts';
import { Cursor, charCode, isBlank, isBreak, isSpaceOrEnd, type Mark } from './cursor.ts';
import type { ScalarStyle } from './node.ts';
import { scanBlockScalar, scanPlainScalar, scanQuotedScalar } from './scan-scalar.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-tag.ts';
import type { Source } from './source.ts';
import type { Token, TokenKind } from './token.ts';

/** Where a key without `?` may have started: decided only when a `:` follows. */
interface SimpleKey {
  possible: boolean;
  /** It stands where only a key can stand, so a `:` must follow. */
  readonly required: boolean;
  readonly tokenNumber: number;
  readonly mark: Mark;
}

/** go-yaml's limit, for indentation and flow collections separately. */
const maxDepth = 10_000;
/** A simple key is on one line and at most this long. */
const maxSimpleKeyLength = 1024;
/**
 * Quirk: to attach comments, go-yaml scans this many tokens further than it needs, so an error there wins over one
 * of the grammar before it.
 */
const tokensAhead = 2;
/** Quirk: go-yaml looks this many characters ahead for a further comment line. */
const commentWindow = 512;

export class Scanner {
  private readonly cursor: Cursor;
  private tokens: Token[] = [];
  private head = 0;
  /** How many tokens the parser has taken. */
  private taken = 0;
  private available = false;
  private started = false;
  /** Column of the innermost block collection, -1 outside. */
  private indent = -1;
  private readonly indents: number[] = [];
  private flowLevel = 0;
  private simpleKeyAllowed = true;
  /** One for the block context and one for each open flow collection. */
  private readonly simpleKeys: SimpleKey[] = [];
  /** Token number → index in {@link simpleKeys} of the key that was saved with it. */
  private readonly simpleKeyByToken = new Map<number, number>();

  constructor(source: Source) {
    this.cursor = new Cursor(source);
  }

  /** The next token, without taking it. */
  peek(): Token {
    if (!this.available) this.fetchMore();
    return this.tokens[this.head]!;
  }

  /** Takes the token that was peeked at. */
  take(): void {
    this.available = false;
    this.taken++;
    this.head++;
    if (this.head === 1024) {
      this.tokens = this.tokens.slice(this.head);
      this.head = 0;
    }
  }

  private fetchMore(): void {
    for (;;) {
      if (this.tokens.length - this.head > tokensAhead) {
        // A simple key in front of the queue must be decided first: a KEY token may have to go before it.
        const level = this.simpleKeyByToken.get(this.taken);
        const key = level === undefined ? undefined : this.simpleKeys[level];
        if (key === undefined || !this.isValid(key)) break;
      }
      this.fetchNext();
    }
    this.available = true;
  }

  private fetchNext(): void {
    const { cursor } = this;
    if (!this.started) {
      this.started = true;
      this.simpleKeys.push({ possible: false, required: false, tokenNumber: 0, mark: cursor.mark() });
      this.append('stream-start', cursor);
      return;
    }
    const end = cursor.mark();
    this.skipToNextToken();
    this.unrollIndent(cursor.column, end);
    cursor.need(4);
    const code = cursor.code;
    if (code === charCode.end) this.fetchStreamEnd();
    else if (cursor.column === 0 && code === 0x25) this.fetchDirective();
    else if (cursor.atDocumentMarker()) this.fetchDocumentMarker(code === 0x2d ? 'document-start' : 'document-end');
    else this.fetchContent(code);
  }

  private fetchContent(code: number): void {
    const { cursor } = this;
    const start = contentStart(code, isSpaceOrEnd(cursor.ahead(1)), this.flowLevel > 0);
    switch (start) {
      case 'flow-sequence-start':
      case 'flow-mapping-start':
        this.fetchFlowStart(start);
        break;
      case 'flow-sequence-end':
      case 'flow-mapping-end':
        this.fetchFlowEnd(start);
        break;
      case 'flow-entry':
        this.fetchFlowEntry();
        break;
      case 'block-entry':
        this.fetchBlockEntry();
        break;
      case 'key':
        this.fetchKey();
        break;
      case 'value':
        this.fetchValue();
        break;
      case 'alias':
      case 'anchor':
      case 'tag':
        this.fetchProperty(start);
        break;
      case 'single-quoted':
      case 'double-quoted':
        this.fetchQuoted(start);
        break;
      case 'literal':
      case 'folded':
        this.fetchBlockScalar(start);
        break;
      case 'plain':
        this.fetchPlain();
        break;
      case undefined:
        throw cursor.error('found character that cannot start any token');
    }
  }

  /** Skips white space, comments and line breaks; a new line allows a simple key in block context. */
  private skipToNextToken(): void {
    const { cursor } = this;
    if (cursor.index === 0 && cursor.code === 0xfeff) cursor.skip();
    for (;;) {
      cursor.need(1);
      while (cursor.code === charCode.space || (cursor.code === charCode.tab && this.tabsAllowed())) cursor.skip();
      if (cursor.code === 0x23) this.skipComments();
      if (!isBreak(cursor.code)) return;
      cursor.need(2);
      cursor.skipBreak();
      if (this.flowLevel === 0) this.simpleKeyAllowed = true;
    }
  }

  /** A tab may separate tokens, but not where it would be indentation. */
  private tabsAllowed(): boolean {
    return this.flowLevel > 0 || !this.simpleKeyAllowed;
  }

  /**
   * Skips a comment and those that follow it.
   *
   * Quirk: between comments go-yaml skips white space of any kind, so a tab that would be refused elsewhere may
   * indent a comment that follows another.
   */
  private skipComments(): void {
    const { cursor } = this;
    for (;;) {
      cursor.skipLine();
      let offset = 0;
      while (offset < commentWindow && isSpaceBetweenComments(cursor.ahead(offset))) offset++;
      if (cursor.ahead(offset) !== 0x23 || offset >= commentWindow) return;
      const comment = cursor.index + offset;
      while (cursor.index < comment) {
        if (isBreak(cursor.code)) {
          cursor.skipBreak();
          if (this.flowLevel === 0) this.simpleKeyAllowed = true;
        } else cursor.skip();
      }
    }
  }

  /** Quirk: a comment right behind a token is skipped whatever white space is before it, tabs too. */
  private skipCommentBehindToken(): void {
    const { cursor } = this;
    let offset = 0;
    while (offset < commentWindow && isBlank(cursor.ahead(offset))) offset++;
    if (cursor.ahead(offset) === 0x23) cursor.skipLine();
  }

  private append(kind: TokenKind, mark: { line: number; column: number }): void {
    this.tokens.push(newToken(kind, mark));
  }

  // Simple keys

  private get simpleKey(): SimpleKey {
    return this.simpleKeys[this.simpleKeys.length - 1]!;
  }

  private isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { cursor } = this;
    if (key.mark.line === cursor.line && key.mark.index + maxSimpleKeyLength >= cursor.index) return true;
    if (key.required) throw cursor.errorAt("could not find expected ':'", key.mark);
    key.possible = false;
    return false;
  }

  private saveSimpleKey(): void {
    if (!this.simpleKeyAllowed) return;
    const { cursor } = this;
    this.removeSimpleKey();
    const key: SimpleKey = {
      possible: true,
      required: this.flowLevel === 0 && this.indent === cursor.column,
      tokenNumber: this.nextTokenNumber(),
      mark: cursor.mark(),
    };
    this.simpleKeys[this.simpleKeys.length - 1] = key;
    this.simpleKeyByToken.set(key.tokenNumber, this.simpleKeys.length - 1);
  }

  private removeSimpleKey(): void {
    const key = this.simpleKey;
    if (!key.possible) return;
    if (key.required) throw this.cursor.errorAt("could not find expected ':'", key.mark);
    key.possible = false;
    this.simpleKeyByToken.delete(key.tokenNumber);
  }

  private nextTokenNumber(): number {
    return this.taken + this.tokens.length - this.head;
  }

  // Indentation

  /** Opens a block collection at `mark` if it is further right than the one around it. */
  private rollIndent(kind: TokenKind, mark: { line: number; column: number }, tokenNumber?: number): void {
    if (this.flowLevel > 0 || this.indent >= mark.column) return;
    this.indents.push(this.indent);
    this.indent = mark.column;
    if (this.indents.length > maxDepth) {
      throw this.cursor.error(`exceeded max depth of ${maxDepth}`, this.simpleKey.mark);
    }
    this.insert(newToken(kind, mark), tokenNumber);
  }

  /** Closes the block collections that are further right than `column`; they ended at `mark`. */
  private unrollIndent(column: number, mark: { line: number; column: number }): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      this.append('block-end', mark);
      this.indent = this.indents.pop()!;
    }
  }

  private insert(token: Token, tokenNumber?: number): void {
    // Quirk: a key whose token was taken already is put at the end; the grammar refuses it there.
    if (tokenNumber === undefined || tokenNumber < this.taken) this.tokens.push(token);
    else this.tokens.splice(this.head + tokenNumber - this.taken, 0, token);
  }

  // Tokens

  private fetchStreamEnd(): void {
    this.cursor.endLine();
    this.unrollIndent(-1, this.cursor);
    this.removeSimpleKey();
    this.simpleKeyAllowed = false;
    this.append('stream-end', this.cursor);
  }

  private fetchDirective(): void {
    this.unrollIndent(-1, this.cursor);
    this.removeSimpleKey();
    this.simpleKeyAllowed = false;
    this.tokens.push(scanDirective(this.cursor));
  }

  private fetchDocumentMarker(kind: TokenKind): void {
    this.unrollIndent(-1, this.cursor);
    this.removeSimpleKey();
    this.simpleKeyAllowed = false;
    this.append(kind, this.cursor);
    this.cursor.skip(3);
  }

  private fetchFlowStart(kind: TokenKind): void {
    const { cursor } = this;
    this.saveSimpleKey();
    const mark = cursor.mark();
    this.simpleKeys.push({ possible: false, required: false, tokenNumber: this.nextTokenNumber(), mark });
    this.flowLevel++;
    if (this.flowLevel > maxDepth) throw cursor.error(`exceeded max depth of ${maxDepth}`);
    this.simpleKeyAllowed = true;
    this.append(kind, mark);
    cursor.skip();
  }

  private fetchFlowEnd(kind: TokenKind): void {
    this.removeSimpleKey();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      this.simpleKeyByToken.delete(this.simpleKeys.pop()!.tokenNumber);
    }
    this.simpleKeyAllowed = false;
    this.append(kind, this.cursor);
    this.cursor.skip();
  }

  private fetchFlowEntry(): void {
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.append('flow-entry', this.cursor);
    this.cursor.skip();
  }

  private fetchBlockEntry(): void {
    const { cursor } = this;
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) throw cursor.error('block sequence entries are not allowed in this context');
      this.rollIndent('block-sequence-start', cursor);
    }
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.append('block-entry', cursor);
    cursor.skip();
  }

  private fetchKey(): void {
    const { cursor } = this;
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) throw cursor.error('mapping keys are not allowed in this context');
      this.rollIndent('block-mapping-start', cursor);
    }
    this.removeSimpleKey();
    this.simpleKeyAllowed = this.flowLevel === 0;
    this.append('key', cursor);
    cursor.skip();
    this.skipCommentBehindToken();
  }

  private fetchValue(): void {
    const { cursor } = this;
    const key = this.simpleKey;
    if (this.isValid(key)) {
      this.insert(newToken('key', key.mark), key.tokenNumber);
      this.rollIndent('block-mapping-start', key.mark, key.tokenNumber);
      key.possible = false;
      this.simpleKeyByToken.delete(key.tokenNumber);
      this.simpleKeyAllowed = false;
    } else {
      if (this.flowLevel === 0) {
        if (!this.simpleKeyAllowed) throw cursor.error('mapping values are not allowed in this context');
        this.rollIndent('block-mapping-start', cursor);
      }
      this.simpleKeyAllowed = this.flowLevel === 0;
    }
    this.append('value', cursor);
    cursor.skip();
    this.skipCommentBehindToken();
  }

  private fetchProperty(kind: 'alias' | 'anchor' | 'tag'): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    this.tokens.push(kind === 'tag' ? scanTag(this.cursor) : scanAnchor(this.cursor, kind));
  }

  private fetchQuoted(style: 'single-quoted' | 'double-quoted'): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    const mark = this.cursor.mark();
    this.tokens.push(newToken('scalar', mark, scanQuotedScalar(this.cursor, style), style));
  }

  private fetchBlockScalar(style: 'literal' | 'folded'): void {
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    const mark = this.cursor.mark();
    this.tokens.push(newToken('scalar', mark, scanBlockScalar(this.cursor, style, this.indent), style));
  }

  private fetchPlain(): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    const mark = this.cursor.mark();
    const { value, endsLine } = scanPlainScalar(this.cursor, this.flowLevel > 0, this.indent + 1);
    if (endsLine) this.simpleKeyAllowed = true;
    this.tokens.push(newToken('scalar', mark, value));
  }
}

/** Line breaks that are not ASCII end the search for a further comment. */
function isSpaceBetweenComments(code: number): boolean {
  return isBlank(code) || code === charCode.lineFeed || code === charCode.carriageReturn;
}

function newToken(
  kind: TokenKind,
  mark: { readonly line: number; readonly column: number },
  value = '',
  style: ScalarStyle = 'plain',
): Token {
  return { kind, line: mark.line, column: mark.column, value, handle: '', style };
}
