// Checks a data URL as the Go package dataurl does, with its texts.
import { base64Fault, decodeBase64, unquote } from '@matchbox/gotext';

/** What is wrong with a data URL in the words of Go's dataurl package, or `undefined`. */
export function dataUrlFault(url: string): string | undefined {
  const lexer = new DataUrl(url);
  return lexer.header() ?? lexer.data();
}

/** RFC 2045's token characters. */
const token = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]$/;
const mediaTypes = /^(text|image|audio|video|application|message|multipart)/;
/** Everything of ASCII but control characters and RFC 2396's delimiters and unwise ones; `%` is checked later. */
const urlText = /^[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*$/;
const base64Text = /^[A-Za-z0-9+/=\n]*$/;

class DataUrl {
  private readonly url: string;
  private position = 'data:'.length;
  private base64 = false;

  constructor(url: string) {
    this.url = url;
  }

  /** Leaves the position behind the comma. */
  header(): string | undefined {
    if (!this.url.startsWith('data:')) return 'missing data prefix';
    const first = this.peek();
    if (first === undefined) return 'missing comma before data';
    if (first !== ';' && first !== ',') {
      if (!token.test(first)) return 'invalid character after data prefix';
      const fault = this.mediaType(first);
      if (fault !== undefined) return fault;
    }
    while (this.peek() === ';') {
      const fault = this.parameter();
      if (fault !== undefined) return fault;
    }
    const next = this.peek();
    if (next === undefined) return 'missing comma before data';
    if (next !== ',') return 'expected semicolon or comma';
    this.position++;
    return undefined;
  }

  data(): string | undefined {
    const data = this.url.slice(this.position);
    if (this.base64) {
      if (!base64Text.test(data)) return 'invalid data character';
      const decoded = decodeBase64(data);
      return 'faultAt' in decoded ? base64Fault(decoded.faultAt) : undefined;
    }
    return urlText.test(data) ? percentFault(data) : 'invalid data character';
  }

  private mediaType(first: string): string | undefined {
    const start = this.position;
    // Quirk: dataurl takes any second character of a type that begins with x as read already (vincent-petithory/dataurl, lex.go, lexAfterDataPrefix).
    const startsWithX = first === 'x' || first === 'X';
    if (startsWithX) this.position += 1 + String.fromCodePoint(this.url.codePointAt(start + 1) ?? 0).length;
    const extension = startsWithX && this.url[start + 1] === '-';
    this.skipTokens();
    const next = this.peek();
    if (next === undefined) return 'missing media type slash';
    if (next !== '/') return 'invalid character for media type';
    if (!extension && !mediaTypes.test(this.url.slice(start, this.position))) return 'invalid media type';
    this.position++;
    this.skipTokens();
    const end = this.peek();
    if (end === undefined) return 'incomplete media type';
    return end === ';' || end === ',' ? undefined : 'invalid character for media subtype';
  }

  private parameter(): string | undefined {
    this.position++;
    const first = this.peek();
    if (first === undefined || first === '=' || first === ',') return 'unterminated parameter sequence';
    const start = this.position;
    this.skipTokens();
    const next = this.peek();
    if (next === undefined) return 'unterminated parameter sequence';
    if (next === ',') {
      const encoding = this.url.slice(start, this.position);
      if (encoding !== 'base64') return `expected base64, got ${encoding}`;
      this.base64 = true;
      return undefined;
    }
    if (next !== '=') return 'invalid character for parameter attribute';
    this.position++;
    return this.peek() === '"' ? this.quotedValue() : this.value();
  }

  private value(): string | undefined {
    const start = this.position;
    const first = this.peek();
    if (first === undefined) return 'missing comma before data';
    if (!token.test(first)) return 'invalid character for parameter value';
    this.skipTokens();
    const next = this.peek();
    if (next === undefined) return 'missing comma before data';
    if (next !== ';' && next !== ',') return 'invalid character for parameter value';
    return percentFault(this.url.slice(start, this.position));
  }

  private quotedValue(): string | undefined {
    const start = ++this.position;
    const fault = this.skipQuoted();
    if (fault !== undefined) return fault;
    const value = this.url.slice(start, this.position);
    this.position++;
    if (unquote(`"${value}"`) === undefined) return 'invalid syntax';
    const next = this.peek();
    if (next === undefined) return 'missing comma before data';
    return next === ';' || next === ',' ? undefined : 'expected semicolon or comma';
  }

  /** To the quote that ends the text. @returns what is wrong with it */
  private skipQuoted(): string | undefined {
    for (;;) {
      const next = this.peek();
      if (next === undefined) return 'unclosed quoted string';
      if (next > '\u007f') return 'invalid character for parameter value';
      if (next === '"') return undefined;
      this.position++;
      if (next !== '\\') continue;
      const escaped = this.peek();
      // Quirk: dataurl (lex.go, lexEscapedChar) compares the end of input (-1) with the ASCII range first, and so reads on.
      if (escaped === undefined) return 'unclosed quoted string';
      if (escaped > '\u007f') return 'invalid escaped character';
      this.position++;
    }
  }

  private skipTokens(): void {
    for (let next = this.peek(); next !== undefined && token.test(next); next = this.peek()) this.position++;
  }

  private peek(): string | undefined {
    return this.url[this.position];
  }
}

function percentFault(text: string): string | undefined {
  for (let i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 3)) {
    for (const digit of [text[i + 1], text[i + 2]]) {
      if (digit === undefined) return 'rfc2396: unexpected end of unescape sequence';
      if (!/^[0-9a-fA-F]$/.test(digit)) return 'rfc2396: invalid char 0x25 in unescape sequence';
    }
  }
  return undefined;
}
