/** Tokens → the graph of nodes of the first document of a stream, by YAML 1.1's grammar. */
import { parserError } from './error.ts';
import type { YamlDocument, YamlNode } from './node.ts';
import { stepCollection } from './parse-collection.ts';
import { emptyNode, longTagPrefix, type Parser, parseNode } from './parse-node.ts';
import { Scanner } from './scanner.ts';
import { readSource } from './source.ts';
import type { Token } from './token.ts';

export interface ParseOptions {
  /** Read on to where the next document begins, as the first go-yaml did: an error there is one of the whole text. */
  readonly reachesNextDocument?: boolean;
}

/** Parses the first document of `source`, as go-yaml does. Throws {@link YamlError} with the code `syntax`. */
export function parseYaml(source: string | Uint8Array, options: ParseOptions = {}): YamlDocument {
  const parser: Parser = {
    scanner: new Scanner(readSource(source)),
    anchors: new Map(),
    tagPrefixes: new Map(),
    frames: [],
  };
  const { scanner, frames } = parser;
  scanner.peek();
  scanner.take();
  if (!startDocument(parser)) return { root: undefined };
  const root = parseRoot(parser);
  while (frames.length > 0) stepCollection(parser, frames[frames.length - 1]!);
  // The token after the document decides whether the document is whole.
  scanner.peek();
  if (options.reachesNextDocument === true) startNextDocument(parser);
  return { root };
}

/** Reads up to the content of a document; false at the end of the stream. */
function startDocument(parser: Parser): boolean {
  const { scanner } = parser;
  while (scanner.peek().kind === 'document-end') scanner.take();
  const token = scanner.peek();
  if (token.kind === 'stream-end') return false;
  const isExplicit = /^(version-directive|tag-directive|document-start)$/.test(token.kind);
  readDirectives(parser);
  if (isExplicit) takeDocumentStart(parser);
  return true;
}

/** What follows the first document has to begin as another one, if there is anything. */
function startNextDocument(parser: Parser): void {
  const { scanner, tagPrefixes } = parser;
  tagPrefixes.clear();
  while (scanner.peek().kind === 'document-end') scanner.take();
  if (scanner.peek().kind === 'stream-end') return;
  readDirectives(parser);
  takeDocumentStart(parser);
}

function takeDocumentStart({ scanner }: Parser): void {
  const start = scanner.peek();
  if (start.kind !== 'document-start') throw parserError('did not find expected <document start>', 0, start);
  scanner.take();
}

function readDirectives(parser: Parser): void {
  const { scanner, tagPrefixes } = parser;
  let hasVersion = false;
  for (let token = scanner.peek(); ; token = scanner.peek()) {
    if (token.kind === 'version-directive') {
      checkVersion(token, hasVersion);
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

function checkVersion(token: Token, isSecond: boolean): void {
  if (isSecond) throw parserError('found duplicate %YAML directive', 0, token);
  if (token.value !== '1.1') throw parserError('found incompatible YAML document', 0, token);
}

function parseRoot(parser: Parser): YamlNode {
  const token = parser.scanner.peek();
  if (/^(version-directive|tag-directive|document-start|document-end|stream-end)$/.test(token.kind)) {
    return emptyNode(token);
  }
  return parseNode(parser, true, false);
}
