/** JSON as Go's encoding/json reads it: its leniencies (none), its error texts, with the place of each value. */
import { decodeText, quoteCharacter, toWellFormed } from '@matchbox/gotext';

/** A decoded value; objects are maps, since `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** A value of a document and where it begins. Offsets count UTF-16 units of `JsonDocument.text`. */
export type JsonNode =
  | { readonly type: 'null'; readonly start: number }
  | { readonly type: 'bool'; readonly start: number; readonly value: boolean }
  | NumberNode
  | { readonly type: 'string'; readonly start: number; readonly value: string }
  | { readonly type: 'array'; readonly start: number; readonly items: readonly JsonNode[] }
  | ObjectNode;

type NumberNode = { readonly type: 'number'; readonly start: number; readonly text: string };

interface ObjectNode {
  readonly type: 'object';
  readonly start: number;
  readonly members: readonly JsonMember[];
  /** In a value that was skimmed: the first number beyond float64, at any depth. */
  readonly overflow?: NumberNode | undefined;
}

export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly node: JsonNode;
}

export interface JsonDocument {
  readonly text: string;
  readonly root: JsonNode;
}

/**
 * `syntax`: no JSON; `type`: a value of another type than its field; `id`, `mac`: a description that may not be without one,
 * or has none; `network`: a network that cannot be served.
 */
export type JsonErrorCode = 'syntax' | 'type' | 'id' | 'mac' | 'network';

/** Where something stands that may not stand there, as Go's scanner says it. */
const places = {
  value: 'looking for beginning of value',
  key: 'looking for beginning of object key string',
  afterKey: 'after object key',
  afterMember: 'after object key:value pair',
  afterItem: 'after array element',
  afterAll: 'after top-level value',
  string: 'in string',
  escape: 'in string escape code',
  hexEscape: 'in \\u hexadecimal character escape',
  integer: 'in numeric literal',
  fraction: 'after decimal point in numeric literal',
  exponent: 'in exponent of numeric literal',
} as const;

type Place = keyof typeof places;

/** What keeps a text from being JSON. */
export interface JsonSyntax {
  readonly place: Place | 'literal' | 'depth';
  /** The character; empty at the end of the text. */
  readonly found: string;
}

/** What is wrong with a JSON document: the message is Go's, `offset` the place in the text. */
export class JsonError extends Error {
  readonly code: JsonErrorCode;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** Of the code `syntax`. */
  readonly syntax: JsonSyntax | undefined;

  constructor(message: string, text: string, offset: number, what: Exclude<JsonErrorCode, 'syntax'> | JsonSyntax) {
    super(message);
    this.name = 'JsonError';
    this.code = typeof what === 'string' ? what : 'syntax';
    this.syntax = typeof what === 'string' ? undefined : what;
    this.offset = offset;
    const { line, column } = positionAt(text, offset);
    this.line = line;
    this.column = column;
  }
}

/** Line and column of an offset, both from 1; columns count characters. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 };
}

/** Go stops at 10,000; what nests deeper than this is no description of a machine, and our stack is shorter than Go's. */
const maxDepth = 2000;

interface Reader {
  readonly text: string;
  /** Key of the root's members that are skimmed, in lower case. */
  readonly skimmed: string | undefined;
  /** false while one of these is read: only whether it is right is asked. */
  keeps: boolean;
  overflow: NumberNode | undefined;
  at: number;
  depth: number;
}

/**
 * @param skimmed key of the root's members, in lower case, whose content nobody asks for: it is checked, and comes empty. A
 * tree of a text takes ten times its memory, which with 100,000 texts keeps the garbage collector busy.
 * @throws JsonError with Go's text for what is not JSON
 */
export function parseJson(bytes: Uint8Array, skimmed?: string): JsonDocument {
  const text = decodeText(bytes);
  const reader: Reader = { text, skimmed, keeps: true, overflow: undefined, at: 0, depth: 0 };
  const root = readValue(reader);
  skipSpace(reader);
  if (reader.at < text.length) throw unexpected(reader, 'afterAll');
  return { text, root };
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const unit = reader.text.charCodeAt(reader.at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
    reader.at++;
  }
}

function readValue(reader: Reader): JsonNode {
  skipSpace(reader);
  const start = reader.at;
  const first = reader.text[start];
  if (first === '{') return nested(reader, readObject);
  if (first === '[') return nested(reader, readArray);
  if (first === '"') {
    const value = readString(reader);
    return reader.keeps ? { type: 'string', start, value } : anyString;
  }
  if (first === '-' || isDigit(first)) return takeNumber(reader, start);
  if (first === 't') return readWord(reader, 'true', { type: 'bool', start, value: true });
  if (first === 'f') return readWord(reader, 'false', { type: 'bool', start, value: false });
  if (first === 'n') return readWord(reader, 'null', { type: 'null', start });
  throw unexpected(reader, 'value');
}

const anyString: JsonNode = { type: 'string', start: 0, value: '' };
const anyNumber: JsonNode = { type: 'number', start: 0, text: '0' };

function takeNumber(reader: Reader, start: number): JsonNode {
  const text = readNumber(reader);
  if (!reader.keeps && Number.isFinite(Number(text))) return anyNumber;
  const node: NumberNode = { type: 'number', start, text };
  if (!reader.keeps) reader.overflow ??= node;
  return node;
}

function isSkimmed({ depth, skimmed }: Reader, key: string): boolean {
  return depth === 1 && skimmed !== undefined && key.toLowerCase() === skimmed;
}

/** The value of a member that is skimmed: its type, and what a reader of numbers would stumble over. */
function skim(reader: Reader): JsonNode {
  skipSpace(reader);
  const start = reader.at;
  reader.keeps = false;
  reader.overflow = undefined;
  const node = readValue(reader);
  reader.keeps = true;
  return node.type === 'object' ? { ...node, overflow: reader.overflow } : { ...node, start };
}

function nested(reader: Reader, read: (reader: Reader) => JsonNode): JsonNode {
  if (++reader.depth > maxDepth) {
    throw new JsonError('exceeded max depth', reader.text, reader.at, {
      place: 'depth',
      found: reader.text[reader.at] ?? '',
    });
  }
  const node = read(reader);
  reader.depth--;
  return node;
}

function readObject(reader: Reader): JsonNode {
  const start = reader.at++;
  const members: JsonMember[] = [];
  if (takeEnd(reader, '}')) return { type: 'object', start, members };
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.at] !== '"') throw unexpected(reader, 'key');
    const keyStart = reader.at;
    const key = readString(reader);
    skipSpace(reader);
    if (reader.text[reader.at] !== ':') throw unexpected(reader, 'afterKey');
    reader.at++;
    const node = isSkimmed(reader, key) ? skim(reader) : readValue(reader);
    if (reader.keeps) members.push({ key, keyStart, node });
    if (takeEnd(reader, '}')) return { type: 'object', start, members };
    takeComma(reader, 'afterMember');
  }
}

function readArray(reader: Reader): JsonNode {
  const start = reader.at++;
  const items: JsonNode[] = [];
  if (takeEnd(reader, ']')) return { type: 'array', start, items };
  for (;;) {
    const item = readValue(reader);
    if (reader.keeps) items.push(item);
    if (takeEnd(reader, ']')) return { type: 'array', start, items };
    takeComma(reader, 'afterItem');
  }
}

/** @returns whether the end of an object or array comes next; it is behind the reader then */
function takeEnd(reader: Reader, end: '}' | ']'): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== end) return false;
  reader.at++;
  return true;
}

function takeComma(reader: Reader, place: 'afterMember' | 'afterItem'): void {
  if (reader.text[reader.at] !== ',') throw unexpected(reader, place);
  reader.at++;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readString(reader: Reader): string {
  const { text } = reader;
  const start = ++reader.at;
  let simple = true;
  for (;;) {
    const unit = text.charCodeAt(reader.at);
    if (unit === 0x22) break;
    if (unit === 0x5c) {
      simple = false;
      reader.at++;
      skipEscape(reader);
    } else {
      if (!(unit >= 0x20)) throw unexpected(reader, 'string');
      reader.at++;
    }
  }
  const end = reader.at++;
  if (!reader.keeps) return '';
  const raw = text.slice(start, end);
  return simple ? raw : unescapeString(raw);
}

function skipEscape(reader: Reader): void {
  const { text } = reader;
  if (text[reader.at] === 'u') {
    reader.at++;
    for (let i = 0; i < 4; i++, reader.at++) {
      if (!/^[0-9a-fA-F]$/.test(text[reader.at] ?? '')) throw unexpected(reader, 'hexEscape');
    }
  } else {
    if (!Object.hasOwn(escapes, text[reader.at] ?? '')) throw unexpected(reader, 'escape');
    reader.at++;
  }
}

/** A half of a surrogate pair alone becomes U+FFFD, as in Go. */
function unescapeString(raw: string): string {
  const value = raw.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? escapes[letter]! : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return toWellFormed(value);
}

function readNumber(reader: Reader): string {
  const start = reader.at;
  const { text } = reader;
  const digits = (place: Place) => {
    if (!isDigit(text[reader.at])) throw unexpected(reader, place);
    while (isDigit(text[reader.at])) reader.at++;
  };
  if (text[reader.at] === '-') reader.at++;
  if (text[reader.at] === '0') reader.at++;
  else digits('integer');
  if (text[reader.at] === '.') {
    reader.at++;
    digits('fraction');
  }
  if (text[reader.at] === 'e' || text[reader.at] === 'E') {
    reader.at++;
    if (text[reader.at] === '+' || text[reader.at] === '-') reader.at++;
    digits('exponent');
  }
  return text.slice(start, reader.at);
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function readWord(reader: Reader, word: string, node: JsonNode): JsonNode {
  for (let i = 1; i < word.length; i++) {
    if (reader.text[++reader.at] !== word[i]) {
      throw unexpected(reader, 'literal', `in literal ${word} (expecting ${quoteCharacter(word[i]!)})`);
    }
  }
  reader.at++;
  return node;
}

function unexpected(reader: Reader, place: Place): JsonError;
function unexpected(reader: Reader, place: 'literal', words: string): JsonError;
function unexpected({ text, at }: Reader, place: Place | 'literal', words?: string): JsonError {
  if (at >= text.length) return new JsonError('unexpected end of JSON input', text, at, { place, found: '' });
  const found = String.fromCodePoint(text.codePointAt(at)!);
  const where = place === 'literal' ? words : places[place];
  return new JsonError(`invalid character ${quoteCharacter(found)} ${where}`, text, at, { place, found });
}

/**
 * What Go decodes into an `interface{}`: numbers are float64, of equal keys the last wins.
 * @throws JsonError for a number beyond float64
 */
export function toValue(document: JsonDocument, node: JsonNode): JsonValue {
  switch (node.type) {
    case 'null':
      return null;
    case 'bool':
    case 'string':
      return node.value;
    case 'number':
      return toNumber(document, node);
    case 'array':
      return node.items.map((item) => toValue(document, item));
    case 'object':
      return new Map(node.members.map((member) => [member.key, toValue(document, member.node)]));
  }
}

/** @throws JsonError for a number beyond float64 */
export function toNumber(document: JsonDocument, node: NumberNode): number {
  const value = Number(node.text);
  if (Number.isFinite(value)) return value;
  const message = `json: cannot unmarshal number ${node.text} into Go value of type float64`;
  throw new JsonError(message, document.text, node.start, 'type');
}
