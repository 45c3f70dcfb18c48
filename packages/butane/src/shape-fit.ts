// Whether a text has the shape of one that was read before: seen by comparing the two, in a fraction of the time of reading it.
import { type BlockGap, type Gap, type HoleValue, isWholeText, type Outline } from './shape.ts';
import { literalForm, longestOption, optionName, textOf } from './shape-line.ts';

/** A text that has an outline's shape. */
export interface Fit {
  /** What it says where the shape says nothing; undefined where that is written in a way that is not read here. */
  readonly holes: readonly HoleValue[] | undefined;
}

/**
 * Compares a text with one of which the outline is known.
 *
 * @returns undefined where it has another shape, or differs from the known text in more than what it says in the gaps
 */
export function fitOutline({ text: known, gaps }: Outline, text: string): Fit | undefined {
  const holes: HoleValue[] = [];
  let isWhole = isWholeText(text);
  let at = 0;
  let knownAt = 0;
  for (const gap of gaps) {
    const fixed = known.slice(knownAt, gap.from);
    if (!hasAt(text, fixed, at)) return undefined;
    const filled = fillGap(gap, text, at + fixed.length);
    if (filled === undefined) return undefined;
    if (filled.value === undefined) isWhole = false;
    else holes.push({ kind: gap.is === 'line' ? 'contents' : gap.kind, value: filled.value });
    at = filled.to;
    knownAt = gap.to;
  }
  const isSameEnd = known.length - knownAt === text.length - at && hasAt(text, known.slice(knownAt), at);
  return isSameEnd ? { holes: isWhole ? holes : undefined } : undefined;
}

/** As `startsWith` does, which takes twenty times as long for texts of some hundred characters. */
function hasAt(text: string, part: string, at: number): boolean {
  return text.slice(at, at + part.length) === part;
}

interface Filled {
  /** Where the text goes on. */
  readonly to: number;
  readonly value: string | undefined;
}

function fillGap(gap: Gap, text: string, from: number): Filled | undefined {
  if (gap.is === 'block') return new BlockReader(gap, text, from).read();
  const to = endOfLine(text, from);
  const value = textOf(text.slice(from, to));
  return value === undefined ? undefined : { to, value };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

const space = 0x20;
const lineBreak = 0x0a;
const backslash = 0x5c;

/** Reads character by character, since a block has many lines and regular expressions take their time with each. */
class BlockReader {
  private readonly gap: BlockGap;
  private readonly text: string;
  private at: number;
  private line = 0;
  /** Of the first line that is not blank. */
  private indent = 0;
  private hasBlanks = false;
  private value = '';
  /** Of lines before the next one. */
  private breaks = '';

  constructor(gap: BlockGap, text: string, from: number) {
    this.gap = gap;
    this.text = text;
    this.at = from;
  }

  /** @returns undefined where it is not known that the shape is the same */
  read(): Filled | undefined {
    const { text, gap } = this;
    while (this.at <= text.length) {
      let start = this.at;
      while (text.charCodeAt(start) === space) start++;
      const indent = start - this.at;
      const isBlank = start >= text.length || text.charCodeAt(start) === lineBreak;
      if (!isBlank && indent <= gap.block.column) break;
      const end = isBlank ? this.readBlank(start) : this.readLine(start, indent);
      if (end === undefined) return undefined;
      this.at = end + 1;
    }
    const isSame = this.indent > 0 && (gap.kind === 'contents' || this.line === gap.pieces.length);
    return isSame ? { to: this.at, value: this.literal() } : undefined;
  }

  /** @returns the line's end; undefined where the block would be indented by this line */
  private readBlank(end: number): number | undefined {
    const size = end - this.at;
    if (this.indent === 0 && size > this.gap.block.column) return undefined;
    if (size > 0) this.hasBlanks = true;
    this.breaks += '\n';
    return this.isSameLine(end) ? end : undefined;
  }

  private readLine(start: number, indent: number): number | undefined {
    if (indent < this.indent) return undefined;
    if (this.indent === 0) this.indent = indent;
    const { text } = this;
    let end = start;
    let code = text.charCodeAt(end);
    while (code >= space && code <= 0x7e) code = text.charCodeAt(++end);
    if (end < text.length && code !== lineBreak) return undefined;
    this.value += this.breaks + text.slice(this.at + this.indent, end);
    this.breaks = '\n';
    return this.isSameLine(end) ? end : undefined;
  }

  /** Whether the shape says the same of a line as of the known one. */
  private isSameLine(end: number): boolean {
    const { kind, pieces, isRaw } = this.gap;
    if (kind === 'contents') return true;
    const piece = pieces[this.line++];
    const { at, text } = this;
    if (piece === undefined || !hasAt(text, piece, at)) return false;
    if (piece.length === end - at) return true;
    // Of options the shape has only the names.
    return !isRaw && optionName.test(piece) && isOptionEnd(text, at, end);
  }

  /** As `literalText` in `shape-line.ts` has it. */
  private literal(): string | undefined {
    const form = literalForm(this.gap.block.header);
    if (form === undefined || this.hasBlanks) return undefined;
    return form === 'stripped' ? this.value : `${this.value}\n`;
  }
}

/** Whether a line ends as an option does that ends in its line. */
function isOptionEnd(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  return end - start <= longestOption && last !== space && last !== backslash;
}
