/**
 * Text → tokens, by YAML 1.1's rules of indentation and simple keys.
 *
 * This is a scanner of our own because the errors are part of what users compare: go-yaml (as libyaml before it)
 * notices an error at the token where its own scanner stumbles, and measured on the recorded documents another
 * parser (eemeli/yaml) agrees about the line in 23 of 53 broken ones and accepts 11 of them.
 */
import { contentStart } from './content-start.ts';
import { Cursor, charCode, isSpaceOrEnd } from './cursor.ts';
import type { ScalarStyle } from './node.ts';
import { scanBlockScalar, scanPlainScalar, scanQuotedScalar } from './scan-scalar.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-tag.ts';
import { SimpleKeys } from './simple-keys.ts';
import { skipCommentBehindToken, skipToNextToken } from './skip-space.ts';
import type { Source } from './source.ts';
import type { Token, TokenKind } from './token.ts';
import { TokenQueue } from './token-queue.ts';

/** go-yaml's limit, for indentation and flow collections separately. */
const maxDepth = 10_000;
/**
 * Quirk: to attach comments, go-yaml (scannerc.go, yaml_parser_fetch_more_tokens) scans this many tokens further than it needs, so an error there wins over one
 * of the grammar before it.
 */
const tokensAhead = 2;

export class Scanner {
  private readonly cursor: Cursor;
  private readonly queue = new TokenQueue();
  private readonly simpleKeys: SimpleKeys;
  private simpleKeyAllowed = true;
  private available = false;
  private started = false;
  /** Column of the innermost block collection, -1 outside. */
  private indent = -1;
  private readonly indents: number[] = [];
  private flowLevel = 0;

  constructor(source: Source) {
    this.cursor = new Cursor(source);
    this.simpleKeys = new SimpleKeys(this.cursor);
  }

  /** The next token, without taking it. */
  peek(): Token {
    if (!this.available) this.fetchMore();
    return this.queue.first();
  }

  /** Takes the token that was peeked at. */
  take(): void {
    this.available = false;
    this.queue.take();
  }

  private fetchMore(): void {
    const { queue, simpleKeys } = this;
    // A simple key in front of the queue must be decided first.
    while (queue.length <= tokensAhead || simpleKeys.isUndecided(queue.taken)) this.fetchNext();
    this.available = true;
  }

  private fetchNext(): void {
    const { cursor } = this;
    if (!this.started) {
      this.started = true;
      this.simpleKeys.open(0, cursor.mark());
      this.append('stream-start', cursor);
      return;
    }
    const end = cursor.mark();
    this.simpleKeyAllowed = skipToNextToken(cursor, this.flowLevel > 0, this.simpleKeyAllowed);
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

  private append(kind: TokenKind, mark: { line: number; column: number }): void {
    this.queue.push(newToken(kind, mark));
  }

  private saveSimpleKey(): void {
    if (!this.simpleKeyAllowed) return;
    this.simpleKeys.save(this.queue.nextNumber, this.flowLevel === 0 && this.indent === this.cursor.column);
  }

  // Indentation

  /** Opens a block collection at the cursor where its entries (`what`, in words) begin; in flow context there is none. */
  private openBlock(kind: TokenKind, what: string): void {
    if (this.flowLevel > 0) return;
    if (!this.simpleKeyAllowed) throw this.cursor.error(`${what} are not allowed in this context`);
    this.rollIndent(kind, this.cursor);
  }

  /** Opens a block collection at `mark` if it is further right than the one around it. */
  private rollIndent(
    kind: TokenKind,
    mark: { line: number; column: number },
    tokenNumber = this.queue.nextNumber,
  ): void {
    if (this.flowLevel > 0 || this.indent >= mark.column) return;
    this.indents.push(this.indent);
    this.indent = mark.column;
    if (this.indents.length > maxDepth) {
      throw this.cursor.error(`exceeded max depth of ${maxDepth}`, this.simpleKeys.current.mark);
    }
    this.queue.insert(newToken(kind, mark), tokenNumber);
  }

  /** Closes the block collections that are further right than `column`; they ended at `mark`. */
  private unrollIndent(column: number, mark: { line: number; column: number }): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      this.append('block-end', mark);
      this.indent = this.indents.pop()!;
    }
  }

  /** Closes all block collections; what comes next is no key. */
  private endBlocks(): void {
    this.unrollIndent(-1, this.cursor);
    this.simpleKeys.remove();
    this.simpleKeyAllowed = false;
  }

  // Tokens

  private fetchStreamEnd(): void {
    this.cursor.endLine();
    this.endBlocks();
    this.append('stream-end', this.cursor);
  }

  private fetchDirective(): void {
    this.endBlocks();
    this.queue.push(scanDirective(this.cursor));
  }

  private fetchDocumentMarker(kind: TokenKind): void {
    this.endBlocks();
    this.append(kind, this.cursor);
    this.cursor.skip(3);
  }

  private fetchFlowStart(kind: TokenKind): void {
    const { cursor } = this;
    this.saveSimpleKey();
    const mark = cursor.mark();
    this.simpleKeys.open(this.queue.nextNumber, mark);
    this.flowLevel++;
    if (this.flowLevel > maxDepth) throw cursor.error(`exceeded max depth of ${maxDepth}`);
    this.simpleKeyAllowed = true;
    this.append(kind, mark);
    cursor.skip();
  }

  private fetchFlowEnd(kind: TokenKind): void {
    this.simpleKeys.remove();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      this.simpleKeys.close();
    }
    this.simpleKeyAllowed = false;
    this.append(kind, this.cursor);
    this.cursor.skip();
  }

  private fetchFlowEntry(): void {
    this.simpleKeys.remove();
    this.simpleKeyAllowed = true;
    this.append('flow-entry', this.cursor);
    this.cursor.skip();
  }

  private fetchBlockEntry(): void {
    const { cursor } = this;
    this.openBlock('block-sequence-start', 'block sequence entries');
    this.simpleKeys.remove();
    this.simpleKeyAllowed = true;
    this.append('block-entry', cursor);
    cursor.skip();
  }

  private fetchKey(): void {
    const { cursor } = this;
    this.openBlock('block-mapping-start', 'mapping keys');
    this.simpleKeys.remove();
    this.simpleKeyAllowed = this.flowLevel === 0;
    this.append('key', cursor);
    cursor.skip();
    skipCommentBehindToken(cursor);
  }

  private fetchValue(): void {
    const { cursor } = this;
    const key = this.simpleKeys.current;
    if (this.simpleKeys.isValid(key)) {
      this.queue.insert(newToken('key', key.mark), key.tokenNumber);
      this.rollIndent('block-mapping-start', key.mark, key.tokenNumber);
      this.simpleKeys.forget(key);
      this.simpleKeyAllowed = false;
    } else {
      this.openBlock('block-mapping-start', 'mapping values');
      this.simpleKeyAllowed = this.flowLevel === 0;
    }
    this.append('value', cursor);
    cursor.skip();
    skipCommentBehindToken(cursor);
  }

  private fetchProperty(kind: 'alias' | 'anchor' | 'tag'): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    this.queue.push(kind === 'tag' ? scanTag(this.cursor) : scanAnchor(this.cursor, kind));
  }

  private fetchQuoted(style: 'single-quoted' | 'double-quoted'): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    const mark = this.cursor.mark();
    this.queue.push(newToken('scalar', mark, scanQuotedScalar(this.cursor, style), style));
  }

  private fetchBlockScalar(style: 'literal' | 'folded'): void {
    this.simpleKeys.remove();
    this.simpleKeyAllowed = true;
    const mark = this.cursor.mark();
    this.queue.push(newToken('scalar', mark, scanBlockScalar(this.cursor, style, this.indent), style));
  }

  private fetchPlain(): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    const mark = this.cursor.mark();
    const { value, endsLine } = scanPlainScalar(this.cursor, this.flowLevel > 0, this.indent + 1);
    if (endsLine) this.simpleKeyAllowed = true;
    this.queue.push(newToken('scalar', mark, value));
  }
}

function newToken(
  kind: TokenKind,
  mark: { readonly line: number; readonly column: number },
  value = '',
  style: ScalarStyle = 'plain',
): Token {
  return { kind, line: mark.line, column: mark.column, value, handle: '', style };
}
