/** A place in the text of a YAML stream that moves forward, counting lines and columns. */
import { scannerError, type YamlError } from './error.ts';
import type { Source } from './source.ts';

/** A place in the text: `line` and `column` count from 0, the column counts characters. */
export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

export const charCode = {
  end: 0,
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  nextLine: 0x85,
  lineSeparator: 0x2028,
  paragraphSeparator: 0x2029,
} as const;

/** Space or tab. */
export function isBlank(code: number): boolean {
  return code === charCode.space || code === charCode.tab;
}

/** A line break of YAML 1.1: LF, CR, NEL, LS, PS. */
export function isBreak(code: number): boolean {
  return (
    code === charCode.lineFeed ||
    code === charCode.carriageReturn ||
    code === charCode.nextLine ||
    code === charCode.lineSeparator ||
    code === charCode.paragraphSeparator
  );
}

/** A line break or the end of the stream. */
export function isBreakOrEnd(code: number): boolean {
  return code === charCode.end || isBreak(code);
}

/** White space or the end of the stream: what ends a word. */
export function isSpaceOrEnd(code: number): boolean {
  return code <= charCode.space ? isBlank(code) || isBreakOrEnd(code) : code >= charCode.nextLine && isBreak(code);
}

/** Letters, digits, `_` and `-`: what names of anchors, handles and directives consist of. */
export function isWord(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d
  );
}

/** Longest look-ahead of any rule, so that reading past the end meets NULs, never NaN. */
const padding = '\0'.repeat(4);

/** The text with a place in it. A NUL stands at the end; it cannot occur before. */
export class Cursor {
  readonly text: string;
  index = 0;
  line = 0;
  private lineStart = 0;
  private readonly astral: boolean;
  /** LF ends every line: it can be searched for, which is faster than looking at each character. */
  private readonly plainBreaks: boolean;
  private readonly limit: number;
  private readonly fault: YamlError | undefined;

  constructor(source: Source) {
    this.text = source.text + padding;
    this.astral = /[\ud800-\udbff]/.test(source.text);
    this.plainBreaks = !/[\r\u0085\u2028\u2029]/.test(source.text);
    this.limit = source.limit;
    this.fault = source.fault;
  }

  get column(): number {
    return this.index - this.lineStart;
  }

  get code(): number {
    return this.text.charCodeAt(this.index);
  }

  /** Code of the character `offset` places ahead. */
  ahead(offset: number): number {
    return this.text.charCodeAt(this.index + offset);
  }

  mark(): Mark {
    return { index: this.index, line: this.line, column: this.column };
  }

  /** Makes sure that the next `count` characters are characters; throws if a fault of the source is among them. */
  need(count: number): void {
    if (this.index + count > this.limit && this.fault !== undefined) throw this.fault;
  }

  /** Moves over characters up to `end` that are no line breaks. */
  moveTo(end: number): void {
    if (this.astral) {
      for (let i = this.index; i < end; i++) {
        // A surrogate pair is one character but two units of a JavaScript string.
        if ((this.text.charCodeAt(i) & 0xfc00) === 0xdc00) this.lineStart++;
      }
    }
    this.index = end;
  }

  /** Moves over `count` characters that are ASCII and no line breaks. */
  skip(count = 1): void {
    this.index += count;
  }

  /** Moves over one line break and returns it as it counts in a scalar: LF, except for LS and PS. */
  skipBreak(): string {
    const code = this.code;
    if (code === charCode.end) return '';
    this.index += code === charCode.carriageReturn && this.ahead(1) === charCode.lineFeed ? 2 : 1;
    this.line++;
    this.lineStart = this.index;
    return code === charCode.lineSeparator || code === charCode.paragraphSeparator ? String.fromCharCode(code) : '\n';
  }

  /** Counts the end of the stream as a line break if there was none. */
  endLine(): void {
    if (this.column === 0) return;
    this.line++;
    this.lineStart = this.index;
  }

  skipBlanks(): void {
    while (isBlank(this.code)) this.index++;
  }

  /** Moves to the end of the line. */
  skipLine(): void {
    this.moveTo(this.endOfLine());
  }

  private endOfLine(): number {
    if (this.plainBreaks) {
      const lineFeed = this.text.indexOf('\n', this.index);
      return lineFeed < 0 ? this.text.length - padding.length : lineFeed;
    }
    let end = this.index;
    while (!isBreakOrEnd(this.text.charCodeAt(end))) end++;
    return end;
  }

  /** Whether `---` or `...` stands here, at the beginning of a line. */
  atDocumentMarker(): boolean {
    if (this.index !== this.lineStart) return false;
    const code = this.code;
    return (
      (code === 0x2d || code === 0x2e) &&
      this.ahead(1) === code &&
      this.ahead(2) === code &&
      isSpaceOrEnd(this.ahead(3))
    );
  }

  /** An error noticed here, in a construct that started at `context`; of what never ends only the start is of interest. */
  error(problem: string, context: Mark | Cursor = this): YamlError {
    return scannerError(problem, context, this, this.code === charCode.end ? context : this);
  }

  /** An error about what started at `context`, noticed only here. */
  errorAt(problem: string, context: Mark): YamlError {
    return scannerError(problem, context, this, context);
  }
}
