// Reads JSON as Go's encoding/json does, with byte positions and with Go's texts for what is wrong.
import { decodeBytes, decodeText, encodeBytes, encodeText, quoteCharacter, toWellFormed } from '@matchbox/gotext';

/** A value with the offsets of its first byte and of the byte after its last. */
export type JsonNode = JsonScalar | JsonArray | JsonObject;

export interface JsonScalar {
  readonly kind: 'string' | 'number' | 'bool' | 'null';
  readonly start: number;
  readonly end: number;
  /** The string's text; for the others the text as it is written. */
  readonly text: string;
}

export interface JsonArray {
  readonly kind: 'array';
  readonly start: number;
  readonly items: readonly JsonNode[];
}

export interface JsonObject {
  readonly kind: 'object';
  readonly start: number;
  /** In the order of the text, repetitions included. */
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly value: JsonNode;
}

/** Text that is not JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Offset of the byte after the one that is wrong; the length of the text where it ends too early. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Go's limit. */
const maxDepth = 10_000;

/**
 * Parses one JSON text. Time and memory are linear in its length, and no depth overflows the stack.
 *
 * @throws {@link JsonSyntaxError}
 */
export function parseJson(bytes: Uint8Array): JsonNode {
  return new Parser(bytes).parse();
}

export function isJson(text: string): boolean {
  try {
    parseJson(encodeText(text));
    return true;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}

interface OpenArray {
  readonly kind: 'array';
  readonly start: number;
  readonly items: JsonNode[];
}

interface OpenObject {
  readonly kind: 'object';
  readonly start: number;
  readonly members: JsonMember[];
  key: string;
  keyStart: number;
}

const quote = 0x22;
const backslash = 0x5c;
const closers = { array: 0x5d, object: 0x7d } as const;
const literals: Readonly<Record<string, 'bool' | 'null'>> = { true: 'bool', false: 'bool', null: 'null' };

class Parser {
  private readonly bytes: Uint8Array;
  private position = 0;
  private readonly open: (OpenArray | OpenObject)[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  parse(): JsonNode {
    let value = this.value();
    for (;;) {
      // Here `value` is complete; it belongs to the innermost open container.
      const container = this.open.at(-1);
      if (container === undefined) break;
      this.append(container, value);
      value = this.next(container) ?? this.value();
    }
    this.skipSpace();
    if (this.position < this.bytes.length) throw this.unexpected('after top-level value');
    return value;
  }

  private append(container: OpenArray | OpenObject, value: JsonNode): void {
    if (container.kind === 'array') container.items.push(value);
    else container.members.push({ key: container.key, keyStart: container.keyStart, value });
  }

  /** After an element: the closed container, or `undefined` when another element follows. */
  private next(container: OpenArray | OpenObject): JsonNode | undefined {
    this.skipSpace();
    const byte = this.bytes[this.position];
    if (byte === 0x2c) {
      this.position++;
      if (container.kind === 'object') this.key(container);
      return undefined;
    }
    if (byte !== closers[container.kind]) {
      throw this.unexpected(container.kind === 'array' ? 'after array element' : 'after object key:value pair');
    }
    return this.close(container);
  }

  private close(container: OpenArray | OpenObject): JsonNode {
    this.position++;
    this.open.pop();
    return container;
  }

  /** A scalar, an empty container, or the first scalar or empty container inside containers that stay open. */
  private value(): JsonNode {
    for (;;) {
      this.skipSpace();
      const byte = this.bytes[this.position];
      if (byte === 0x5b || byte === 0x7b) {
        const closed = this.enter(byte === 0x5b ? 'array' : 'object');
        if (closed !== undefined) return closed;
        continue;
      }
      return this.scalar(byte);
    }
  }

  private scalar(byte: number | undefined): JsonNode {
    if (byte === quote) {
      const start = this.position;
      const text = this.string();
      return { kind: 'string', start, end: this.position, text };
    }
    if (byte === 0x2d || isDigit(byte)) return this.number();
    if (byte === 0x74 || byte === 0x66 || byte === 0x6e) return this.literal(byte);
    throw this.unexpected('looking for beginning of value');
  }

  private enter(kind: 'array' | 'object'): JsonNode | undefined {
    if (this.open.length >= maxDepth) throw new JsonSyntaxError('exceeded max depth', this.position + 1);
    const start = this.position++;
    const container: OpenArray | OpenObject =
      kind === 'array' ? { kind, start, items: [] } : { kind, start, members: [], key: '', keyStart: 0 };
    this.open.push(container);
    this.skipSpace();
    if (this.bytes[this.position] === closers[kind]) return this.close(container);
    if (container.kind === 'object') this.key(container);
    return undefined;
  }

  private key(container: OpenObject): void {
    this.skipSpace();
    if (this.bytes[this.position] !== quote) throw this.unexpected('looking for beginning of object key string');
    container.keyStart = this.position;
    container.key = this.string();
    this.skipSpace();
    if (this.bytes[this.position] !== 0x3a) throw this.unexpected('after object key');
    this.position++;
  }

  private literal(first: number): JsonNode {
    const start = this.position;
    const text = first === 0x74 ? 'true' : first === 0x66 ? 'false' : 'null';
    for (const character of text) {
      if (this.bytes[this.position] !== character.charCodeAt(0)) {
        throw this.unexpected(`in literal ${text} (expecting '${character}')`);
      }
      this.position++;
    }
    return { kind: literals[text]!, start, end: this.position, text };
  }

  private number(): JsonNode {
    const start = this.position;
    if (this.bytes[this.position] === 0x2d) this.position++;
    if (this.bytes[this.position] === 0x30) this.position++;
    else this.digits();
    if (this.bytes[this.position] === 0x2e) {
      this.position++;
      this.digits();
    }
    if ((this.bytes[this.position]! | 0x20) === 0x65) {
      this.position++;
      const sign = this.bytes[this.position];
      if (sign === 0x2b || sign === 0x2d) this.position++;
      this.digits();
    }
    const text = decodeText(this.bytes.subarray(start, this.position));
    return { kind: 'number', start, end: this.position, text };
  }

  private digits(): void {
    if (!isDigit(this.bytes[this.position])) throw this.unexpected('in number (expecting digit)');
    while (isDigit(this.bytes[this.position])) this.position++;
  }

  private string(): string {
    const start = ++this.position;
    let escaped = false;
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte === quote) break;
      if (byte === undefined || byte < 0x20) throw this.unexpected('in string');
      if (byte !== backslash) {
        this.position++;
        continue;
      }
      escaped = true;
      this.escape();
    }
    const text = decodeText(this.bytes.subarray(start, this.position++));
    return escaped ? unescapeString(text) : text;
  }

  private escape(): void {
    const start = this.position;
    const character = this.bytes[start + 1];
    if (character === undefined) throw this.endOfInput();
    const length = character === 0x75 ? 6 : 2;
    if (this.isEscape(start, length)) {
      this.position += length;
      return;
    }
    const sequence = this.bytes.subarray(start, start + length);
    const text = decodeText(sequence);
    if (sequence.length < length && /^\\u[0-9a-fA-F]*$/.test(text)) throw this.endOfInput();
    throw new JsonSyntaxError(`invalid escape sequence \`${text}\` in string`, start + sequence.length);
  }

  private isEscape(start: number, length: number): boolean {
    if (length === 2) return simpleEscapes.has(this.bytes[start + 1]!);
    for (let i = start + 2; i < start + length; i++) if (!isHexDigit(this.bytes[i])) return false;
    return true;
  }

  private skipSpace(): void {
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.position++;
    }
  }

  private unexpected(where: string): JsonSyntaxError {
    if (this.position >= this.bytes.length) return this.endOfInput();
    const following = decodeBytes(this.bytes.subarray(this.position, this.position + 4));
    const character = String.fromCodePoint(following.codePointAt(0)!);
    const message = `invalid character ${quoteCharacter(character)} ${where}`;
    return new JsonSyntaxError(message, this.position + encodeBytes(character).length);
  }

  private endOfInput(): JsonSyntaxError {
    return new JsonSyntaxError('unexpected end of JSON input', this.bytes.length);
  }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescapeString(text: string): string {
  const whole = text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, character: string) =>
    hex === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return toWellFormed(whole);
}

/** What may stand behind a backslash: `"\\/bfnrt`. */
const simpleEscapes: ReadonlySet<number> = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

function isHexDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
