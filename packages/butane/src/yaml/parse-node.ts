/** Nodes of a document: aliases, properties, scalars, and the beginnings of collections. */
import { documentError, parserError } from './error.ts';
import type { ScalarStyle, YamlNode } from './node.ts';
import type { Scanner } from './scanner.ts';
import type { Token, TokenKind } from './token.ts';

/** What may stand next in a collection that is being read. */
export type State =
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
export interface Frame {
  readonly items: YamlNode[];
  /** Line of the token that opened it, from 0. */
  readonly line: number;
  state: State;
  first: boolean;
}

export interface Parser {
  readonly scanner: Scanner;
  readonly anchors: Map<string, YamlNode>;
  readonly tagPrefixes: Map<string, string>;
  readonly frames: Frame[];
}

export const longTagPrefix = 'tag:yaml.org,2002:';

const noItems: YamlNode[] = [];

/** Where a token stands, from 0. */
type Spot = Pick<Token, 'line' | 'column'>;

function scalarNode(at: Spot, tag: string, value: string, style: ScalarStyle): YamlNode {
  const { line, column } = at;
  return { kind: 'scalar', line: line + 1, column: column + 1, tag, value, style, items: noItems, target: undefined };
}

/** The null that stands where a value is left out; `shift` 1 puts it behind the one-character token. */
export function emptyNode({ line, column }: Token, shift = 0): YamlNode {
  return scalarNode({ line, column: column + shift }, '', '', 'plain');
}

/** What a node may have before its content. */
interface Properties {
  /** The first token of the node, be it a property or content. */
  readonly start: Token;
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
}

/** What a collection is and where its reading begins. */
interface Opening {
  readonly kind: 'list' | 'map';
  readonly state: State;
  readonly isBlock: boolean;
}

const openings: { readonly [K in TokenKind]?: Opening } = {
  'flow-sequence-start': { kind: 'list', state: 'flow-entry', isBlock: false },
  'flow-mapping-start': { kind: 'map', state: 'flow-key', isBlock: false },
  'block-sequence-start': { kind: 'list', state: 'block-entry', isBlock: true },
  'block-mapping-start': { kind: 'map', state: 'block-key', isBlock: true },
};
const indentless: Opening = { kind: 'list', state: 'indentless-entry', isBlock: true };
const pair: Opening = { kind: 'map', state: 'pair-key', isBlock: false };

/** Reads a node; of a collection only the beginning, the rest is left to its frame. */
export function parseNode(parser: Parser, isBlock: boolean, allowsIndentless: boolean): YamlNode {
  const { scanner } = parser;
  const first = scanner.peek();
  if (first.kind === 'alias') return parseAlias(parser, first);
  const properties = parseProperties(parser, first);
  const { start, anchor, tag } = properties;
  const token = scanner.peek();
  if (token.kind === 'scalar') {
    scanner.take();
    return define(parser, anchor, scalarNode(start, tag ?? '', token.value, token.style));
  }
  if (allowsIndentless && token.kind === 'block-entry') return startCollection(parser, indentless, properties, token);
  const opening = openings[token.kind];
  if (opening !== undefined && (isBlock || !opening.isBlock)) {
    return startCollection(parser, opening, properties, token);
  }
  if (anchor === undefined && tag === undefined) {
    throw parserError('did not find expected node content', start.line, token);
  }
  return define(parser, anchor, scalarNode(start, tag ?? '', '', 'plain'));
}

function parseAlias(parser: Parser, { line, column, value }: Token): YamlNode {
  parser.scanner.take();
  const target = parser.anchors.get(value);
  if (target === undefined) {
    throw documentError(`unknown anchor '${value}' referenced`, { line: line + 1, column: column + 1 });
  }
  return { kind: 'alias', line: line + 1, column: column + 1, tag: '', value, style: 'plain', items: noItems, target };
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

/** `[a: b]`: a mapping of one pair, without braces. */
export function startPair(parser: Parser, token: Token): YamlNode {
  return startCollection(parser, pair, { start: token, anchor: undefined, tag: undefined }, token);
}

function startCollection(parser: Parser, opening: Opening, properties: Properties, token: Token): YamlNode {
  const { kind, state } = opening;
  const { start, anchor, tag = '' } = properties;
  const items: YamlNode[] = [];
  const { line, column } = start;
  const node: YamlNode = {
    kind,
    line: line + 1,
    column: column + 1,
    tag,
    value: '',
    style: 'plain',
    items,
    target: undefined,
  };
  parser.frames.push({ items, line: token.line, state, first: state !== 'indentless-entry' });
  return define(parser, anchor, node);
}

function define(parser: Parser, anchor: string | undefined, node: YamlNode): YamlNode {
  if (anchor !== undefined) parser.anchors.set(anchor, node);
  return node;
}
