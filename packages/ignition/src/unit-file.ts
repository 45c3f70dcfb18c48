// Reads a systemd unit file as the Go package go-systemd does: only as far as to say what is wrong with it, or which sections have options.
import { decodeBytes, decodeText, encodeText, isSpace, quote, trimSpace } from '@matchbox/gotext';

export type UnitFile = { readonly sections: ReadonlySet<string> } | { readonly fault: string };

/** The names of the sections that hold at least one option, or go-systemd's error. */
export function parseUnitFile(text: string): UnitFile {
  const lexer = new Lexer(encodeText(text));
  const fault = lexer.run();
  return fault === undefined ? { sections: lexer.sections } : { fault };
}

const lineMax = 2048;
const bufferSize = 4096;
const sign = { lineFeed: 0x0a, carriageReturn: 0x0d, backslash: 0x5c, leftBracket: 0x5b, equals: 0x3d } as const;

/** What is read next: each but the end is a method of the lexer. */
type Step = 'outside' | 'sectionName' | 'sectionSuffix' | 'comment' | 'inside' | 'optionName' | 'optionValue' | 'end';

class Lexer {
  readonly sections = new Set<string>();
  private readonly bytes: Uint8Array;
  private position = 0;
  /**
   * End of what Go's bufio.Reader would hold by now.
   *
   * Quirk: go-systemd (unit/deserialize.go) looks for over-long lines only in what happens to be buffered (2048 bytes or more), so that a long
   * line near the end of a file passes. We count along.
   */
  private buffered = 0;
  /** The first line break that is not behind us, as far as it was looked for. */
  private lineBreak = -1;
  private section = '';
  private afterComment: Step = 'outside';

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  run(): string | undefined {
    let step: Step = 'outside';
    while (step !== 'end') {
      if (this.lineTooLong()) return `line too long (max ${lineMax} bytes)`;
      const next: Step | { readonly fault: string } = this[step]();
      if (typeof next !== 'string') return next.fault;
      step = next;
    }
    return undefined;
  }

  private lineTooLong(): boolean {
    if (this.buffered - this.position < lineMax) return false;
    if (this.lineBreak < this.position) this.lineBreak = this.nextBreak();
    return this.lineBreak >= this.position + lineMax;
  }

  /** Offset of the next line feed or carriage return, far away if there is none. */
  private nextBreak(): number {
    for (let i = this.position; i < this.bytes.length; i++) {
      if (this.bytes[i] === sign.lineFeed || this.bytes[i] === sign.carriageReturn) return i;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Everything before the first section is passed over, comments as a whole. */
  private outside(): Step {
    const first = this.skipCharacter();
    if (first === undefined) return 'end';
    if (first === sign.leftBracket) return 'sectionName';
    if (!isComment(first)) return 'outside';
    this.afterComment = 'outside';
    return 'comment';
  }

  private sectionName(): Step | { readonly fault: string } {
    const name = this.readUntil(0x5d);
    if (name.at(-1) !== 0x5d) return { fault: 'unable to find end of section' };
    this.section = decodeText(name.subarray(0, -1));
    return 'sectionSuffix';
  }

  private sectionSuffix(): Step | { readonly fault: string } {
    const rest = this.readLine();
    if (rest.length === 0) return 'inside';
    const garbage = trimSpace(decodeBytes(rest));
    if (garbage === '') return 'inside';
    // Quirk: go-systemd prints a field that it never sets as the section's name (unit/deserialize.go, lexSectionSuffixFunc).
    return { fault: `found garbage after section name : ${quote(garbage)}` };
  }

  private comment(): Step {
    for (;;) {
      const line = this.readLine();
      const last = line.at(-1) === 0x20 ? line.at(-2) : line.at(-1);
      if (last !== sign.backslash) return this.afterComment;
    }
  }

  private inside(): Step {
    const start = this.position;
    const first = this.skipCharacter();
    if (first === undefined) return 'end';
    if (isSpace(decodeText(this.bytes.subarray(start, this.position)))) return 'inside';
    if (first === sign.leftBracket) return 'sectionName';
    if (isComment(first)) {
      this.afterComment = 'inside';
      return 'comment';
    }
    this.position = start;
    return 'optionName';
  }

  private optionName(): Step | { readonly fault: string } {
    for (;;) {
      const first = this.skipCharacter();
      if (first === undefined) return { fault: 'EOF' };
      if (first === sign.lineFeed || first === sign.carriageReturn) {
        return { fault: 'unexpected newline encountered while parsing option name' };
      }
      if (first === sign.equals) return 'optionValue';
    }
  }

  private optionValue(): Step {
    const line = this.readLine();
    if (line[line.length - 1] === sign.backslash && trimSpace(decodeText(line)) !== '') return 'optionValue';
    this.sections.add(this.section);
    return 'inside';
  }

  /** Moves over a character and returns its first byte; undefined at the end. */
  private skipCharacter(): number | undefined {
    if (this.position >= this.buffered || (this.bytes[this.position]! >= 0x80 && this.buffered - this.position < 4)) {
      this.fill();
    }
    const first = this.bytes[this.position];
    if (first === undefined) return undefined;
    this.position += first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return first;
  }

  /** Through the next `delimiter`, or to the end of the file. */
  private readUntil(delimiter: number): Uint8Array {
    const start = this.position;
    const found = this.bytes.indexOf(delimiter, start);
    const end = found < 0 ? this.bytes.length : found + 1;
    // bufio takes whole buffers until the delimiter is among what it holds.
    while (this.buffered < end) {
      if (this.buffered - this.position >= bufferSize) this.position = this.buffered;
      this.fill();
    }
    if (found < 0) this.buffered = end;
    this.position = end;
    return this.bytes.subarray(start, end);
  }

  private readLine(): Uint8Array {
    let line = this.readUntil(sign.lineFeed);
    if (line[line.length - 1] === sign.carriageReturn) line = line.subarray(0, -1);
    return line[line.length - 1] === sign.lineFeed ? line.subarray(0, -1) : line;
  }

  private fill(): void {
    this.buffered = Math.min(this.bytes.length, this.position + bufferSize);
  }
}

function isComment(byte: number): boolean {
  return byte === 0x23 || byte === 0x3b;
}
