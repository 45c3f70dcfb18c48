/** Tokens → the graph of nodes of the first document of a stream, by YAML 1.1's grammar. */
import { documentError, parserError, type YamlError } from './error.ts';
import type { ScalarStyle, YamlDocument, YamlNode } from './node.ts';
import { Scanner } from './scanner.ts';
import { readSource } from './source.ts';
import type { Token, TokenKind } from './token.ts';

/** What may stand next in a collection that is being read. */
type State =
  | 'block-entry'
  | 'indentless-entry'
  | 'block-key'
  | 'block-value'
  | 'flow-entry'
  | 'flow-key'
  | 'flow-value'
  | 'flow-no-value'
  | 'pair-key'
  | 'pair-value'
  | 'pair-end';

/** A collection that is being read. The stack of them is explicit, since documents may be 10,000 levels deep. */
interface Frame {
  readonly items: YamlNode[];
  /** Line of the token that opened it, from 0. */
  readonly line: number;
  state: State;
  first: boolean;
}

interface Parser {
  readonly scanner: Scanner;
  readonly anchors: Map<string, YamlNode>;
  readonly tagPrefixes: Map<string, string>;
  readonly frames: Frame[];
}

const longTagPrefix = 'tag:yaml.org,2002:';

/** Parses the first document of `source`, as go-yaml does. Throws {@link YamlError} with the code `syntax`. */
export function parseYaml(source: string | Uint8Array): YamlDocument {
  const parser: Parser = {
    scanner: new Scanner(readSource(source)),
    anchors: new Map(),
    tagPrefixes: new Map(),
    frames: [],
  };
  const { scanner } = parser;
  scanner.peek();
  scanner.take();
  if (!startDocument(parser)) return { root: undefined };
  const root = parseRoot(parser);
  while (parser.frames.length > 0) step(parser, parser.frames[parser.frames.length - 1]!);
  // The token after the document decides whether the document is whole.
  scanner.peek();
  return { root };
}

// Documents

/** Reads up to the content of a document; false at the end of the stream. */
function startDocument(parser: Parser): boolean {
  const { scanner } = parser;
  while (scanner.peek().kind === 'document-end') scanner.take();
  const token = scanner.peek();
  if (token.kind === 'stream-end') return false;
  const isExplicit = /^(version-directive|tag-directive|document-start)$/.test(token.kind);
  readDirectives(parser);
  if (isExplicit) {
    const start = scanner.peek();
    if (start.kind !== 'document-start') throw parserError('did not find expected <document start>', 0, start);
    scanner.take();
  }
  return true;
}

function readDirectives(parser: Parser): void {
  const { scanner, tagPrefixes } = parser;
  let hasVersion = false;
  for (let token = scanner.peek(); ; token = scanner.peek()) {
    if (token.kind === 'version-directive') {
      if (hasVersion) throw parserError('found duplicate %YAML directive', 0, token);
      if (token.value !== '1.1') throw parserError('found incompatible YAML document', 0, token);
      hasVersion = true;
    } else if (token.kind === 'tag-directive') {
      if (tagPrefixes.has(token.handle)) throw parserError('found duplicate %TAG directive', 0, token);
      tagPrefixes.set(token.handle, token.value);
    } else break;
    scanner.take();
  }
  if (!tagPrefixes.has('!')) tagPrefixes.set('!', '!');
  if (!tagPrefixes.has('!!')) tagPrefixes.set('!!', longTagPrefix);
}

function parseRoot(parser: Parser): YamlNode {
  const token = parser.scanner.peek();
  if (/^(version-directive|tag-directive|document-start|document-end|stream-end)$/.test(token.kind)) {
    return emptyNode(token);
  }
  return parseNode(parser, true, false);
}

// Nodes

function newNode(
  kind: YamlNode['kind'],
  line: number,
  column: number,
  tag: string,
  value: string,
  style: ScalarStyle,
  items: YamlNode[],
  target?: YamlNode,
): YamlNode {
  return { kind, line: line + 1, column: column + 1, tag, value, style, items, target };
}

const noItems: YamlNode[] = [];

/** The null that stands where a value is left out; `shift` 1 puts it behind the one-character token. */
function emptyNode(token: Token, shift = 0): YamlNode {
  return newNode('scalar', token.line, token.column + shift, '', '', 'plain', noItems);
}

/** What a node may have before its content. */
interface Properties {
  /** The first token of the node, be it a property or content. */
  readonly start: Token;
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
}

/** Reads a node; of a collection only the beginning, the rest is left to its frame. */
function parseNode(parser: Parser, isBlock: boolean, allowsIndentless: boolean): YamlNode {
  const { scanner } = parser;
  const first = scanner.peek();
  if (first.kind === 'alias') return parseAlias(parser, first);
  const { start, anchor, tag } = parseProperties(parser, first);
  const token = scanner.peek();
  if (allowsIndentless && token.kind === 'block-entry') {
    return startCollection(parser, 'list', 'indentless-entry', start, token, anchor, tag);
  }
  switch (token.kind) {
    case 'scalar': {
      scanner.take();
      const node = newNode('scalar', start.line, start.column, tag ?? '', token.value, token.style, noItems);
      return define(parser, anchor, node);
    }
    case 'flow-sequence-start':
      return startCollection(parser, 'list', 'flow-entry', start, token, anchor, tag);
    case 'flow-mapping-start':
      return startCollection(parser, 'map', 'flow-key', start, token, anchor, tag);
    case 'block-sequence-start':
      if (isBlock) return startCollection(parser, 'list', 'block-entry', start, token, anchor, tag);
      break;
    case 'block-mapping-start':
      if (isBlock) return startCollection(parser, 'map', 'block-key', start, token, anchor, tag);
      break;
    default:
  }
  if (anchor === undefined && tag === undefined) {
    throw parserError('did not find expected node content', start.line, token);
  }
  return define(parser, anchor, newNode('scalar', start.line, start.column, tag ?? '', '', 'plain', noItems));
}

function parseAlias(parser: Parser, token: Token): YamlNode {
  parser.scanner.take();
  const target = parser.anchors.get(token.value);
  if (target === undefined)
    throw documentError(`unknown anchor '${token.value}' referenced`, {
      line: token.line + 1,
      column: token.column + 1,
    });
  return newNode('alias', token.line, token.column, '', token.value, 'plain', noItems, target);
}

/** Reads an anchor and a tag, in either order. */
function parseProperties(parser: Parser, first: Token): Properties {
  const { scanner } = parser;
  let anchor: string | undefined;
  let tag: Token | undefined;
  let token = first;
  for (;;) {
    if (token.kind === 'anchor' && anchor === undefined) anchor = token.value;
    else if (token.kind === 'tag' && tag === undefined) tag = token;
    else break;
    scanner.take();
    token = scanner.peek();
  }
  return { start: first, anchor, tag: tag === undefined ? undefined : resolveTag(parser, tag, first) };
}

/** A tag in its short form; `!` and none at all are both empty, which is not undefined. */
function resolveTag(parser: Parser, tag: Token, start: Token): string {
  let full = tag.value;
  if (tag.handle !== '') {
    const prefix = parser.tagPrefixes.get(tag.handle);
    if (prefix === undefined) throw parserError('found undefined tag handle', start.line, tag);
    full = prefix + tag.value;
  }
  if (full === '!') return '';
  return full.startsWith(longTagPrefix) ? `!!${full.slice(longTagPrefix.length)}` : full;
}

function startCollection(
  parser: Parser,
  kind: 'list' | 'map',
  state: State,
  start: Token,
  token: Token,
  anchor?: string,
  tag = '',
): YamlNode {
  const items: YamlNode[] = [];
  const node = newNode(kind, start.line, start.column, tag, '', 'plain', items);
  parser.frames.push({ items, line: token.line, state, first: state !== 'indentless-entry' });
  return define(parser, anchor, node);
}

function define(parser: Parser, anchor: string | undefined, node: YamlNode): YamlNode {
  if (anchor !== undefined) parser.anchors.set(anchor, node);
  return node;
}

// Collections

/** Reads the next part of the innermost collection. */
function step(parser: Parser, frame: Frame): void {
  if (frame.first) {
    parser.scanner.peek();
    parser.scanner.take();
  }
  steps[frame.state](parser, frame);
  frame.first = false;
}

const steps: Readonly<Record<State, (parser: Parser, frame: Frame) => void>> = {
  'block-entry': stepBlockEntry,
  'indentless-entry': stepIndentlessEntry,
  'block-key': stepBlockKey,
  'block-value': stepBlockValue,
  'flow-entry': stepFlowEntry,
  'flow-key': stepFlowKey,
  'flow-value': (parser, frame) => stepFlowValue(parser, frame, false),
  'flow-no-value': (parser, frame) => stepFlowValue(parser, frame, true),
  'pair-key': stepPairKey,
  'pair-value': stepPairValue,
  'pair-end': (parser) => {
    parser.scanner.peek();
    parser.frames.pop();
  },
};

/** Reads what follows the indicator `token`: a node, or nothing if one of `ends` comes, which is a null behind it. */
function parseBehind(parser: Parser, token: Token, ends: readonly TokenKind[], allowsIndentless: boolean): YamlNode {
  parser.scanner.take();
  if (ends.includes(parser.scanner.peek().kind)) return emptyNode(token, 1);
  return parseNode(parser, true, allowsIndentless);
}

function stepBlockEntry(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  if (token.kind === 'block-entry') {
    frame.items.push(parseBehind(parser, token, ['block-entry', 'block-end'], false));
  } else if (token.kind === 'block-end') {
    end(parser);
  } else throw parserError("did not find expected '-' indicator", frame.line, token);
}

function stepIndentlessEntry(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  if (token.kind === 'block-entry') {
    frame.items.push(parseBehind(parser, token, ['block-entry', 'key', 'value', 'block-end'], false));
  } else parser.frames.pop();
}

function stepBlockKey(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  if (token.kind === 'key') {
    frame.state = 'block-value';
    frame.items.push(parseBehind(parser, token, ['key', 'value', 'block-end'], true));
  } else if (token.kind === 'block-end') {
    end(parser);
  } else throw parserError('did not find expected key', frame.line, token);
}

function stepBlockValue(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  frame.state = 'block-key';
  frame.items.push(
    token.kind === 'value' ? parseBehind(parser, token, ['key', 'value', 'block-end'], true) : emptyNode(token),
  );
}

function stepFlowEntry(parser: Parser, frame: Frame): void {
  let token = parser.scanner.peek();
  if (token.kind !== 'flow-sequence-end') {
    if (!frame.first) token = takeSeparator(parser, frame, token, "did not find expected ',' or ']'");
    if (token.kind === 'key') {
      // `[a: b]`: a mapping of one pair, without braces.
      frame.items.push(startCollection(parser, 'map', 'pair-key', token, token));
      return;
    }
    if (token.kind !== 'flow-sequence-end') {
      frame.items.push(parseNode(parser, false, false));
      return;
    }
  }
  end(parser);
}

function stepFlowKey(parser: Parser, frame: Frame): void {
  let token = parser.scanner.peek();
  if (token.kind !== 'flow-mapping-end') {
    if (!frame.first) token = takeSeparator(parser, frame, token, "did not find expected ',' or '}'");
    if (token.kind === 'key') {
      parser.scanner.take();
      frame.state = 'flow-value';
      const next = parser.scanner.peek();
      const isMissing = /^(value|flow-entry|flow-mapping-end)$/.test(next.kind);
      frame.items.push(isMissing ? emptyNode(next) : parseNode(parser, false, false));
      return;
    }
    if (token.kind !== 'flow-mapping-end') {
      frame.state = 'flow-no-value';
      frame.items.push(parseNode(parser, false, false));
      return;
    }
  }
  end(parser);
}

function takeSeparator(parser: Parser, frame: Frame, token: Token, problem: string): Token {
  if (token.kind !== 'flow-entry') throw parserError(problem, frame.line, token);
  parser.scanner.take();
  return parser.scanner.peek();
}

function stepFlowValue(parser: Parser, frame: Frame, isMissing: boolean): void {
  const { scanner } = parser;
  let token = scanner.peek();
  frame.state = 'flow-key';
  if (!isMissing && token.kind === 'value') {
    scanner.take();
    token = scanner.peek();
    if (token.kind !== 'flow-entry' && token.kind !== 'flow-mapping-end') {
      frame.items.push(parseNode(parser, false, false));
      return;
    }
  }
  frame.items.push(emptyNode(token));
}

function stepPairKey(parser: Parser, frame: Frame): void {
  const { scanner } = parser;
  const token = scanner.peek();
  frame.state = 'pair-value';
  if (token.kind === 'value' || token.kind === 'flow-entry' || token.kind === 'flow-sequence-end') {
    // Quirk: go-yaml (as libyaml) takes this token, so that `[? : a]` is an error; so do we.
    scanner.take();
    frame.items.push(emptyNode(token, 1));
  } else frame.items.push(parseNode(parser, false, false));
}

function stepPairValue(parser: Parser, frame: Frame): void {
  const { scanner } = parser;
  let token = scanner.peek();
  frame.state = 'pair-end';
  if (token.kind === 'value') {
    scanner.take();
    token = scanner.peek();
    if (token.kind !== 'flow-entry' && token.kind !== 'flow-sequence-end') {
      frame.items.push(parseNode(parser, false, false));
      return;
    }
  }
  frame.items.push(emptyNode(token));
}

function end(parser: Parser): void {
  parser.scanner.take();
  parser.frames.pop();
}
