// A text without what no check looks at, so that one of many that are alike need be checked.
import {
  type Entry,
  entryOf,
  isBlank,
  isBlockHeader,
  isEmptyLine,
  isEnded,
  isPrintable,
  itemOf,
  literalText,
  textOf,
  withoutValues,
} from './shape-line.ts';

/**
 * Two texts of one shape are both checked without a remark, or neither is: they differ only in what files contain and in what
 * the options of units say, which neither Butane nor Ignition judges. What is said of a text with remarks holds for it alone.
 *
 * @returns undefined where a text is written in a way that is not read here
 *
 * @example
 * const text = 'storage:\n  files:\n    - path: /etc/hostname\n      contents:\n        inline: node1\n';
 * shapeOf(text) === shapeOf(text.replace('node1', 'node2')) // true
 */
export function shapeOf(text: string): string | undefined {
  return outlineOf(text)?.shape;
}

/** What a text says where its shape says nothing: a whole scalar. */
export interface Hole extends HoleValue {
  /** The lines of the text that have it, `end` not included. */
  readonly start: number;
  readonly end: number;
  /** What the first of them has before it; all of that line where the value begins in the next one. */
  readonly before: string;
}

export interface HoleValue {
  readonly kind: 'contents' | 'unit';
  readonly value: string;
}

export interface Outline {
  readonly shape: string;
  readonly text: string;
  /** In the order of the text; undefined where one is written in a way of which the value is not read here. */
  readonly holes: readonly Hole[] | undefined;
  /** Where the text says what its shape does not, whether that can be read or not. */
  readonly gaps: readonly Gap[];
}

/** A part of a text that may be another one without its shape being another. */
export type Gap = LineGap | BlockGap;

interface LineGap extends Part {
  readonly is: 'line';
}

export interface BlockGap extends Part {
  readonly is: 'block';
  readonly kind: Hole['kind'];
  readonly block: Block;
  /** What the shape says of its lines, if anything. */
  readonly pieces: readonly string[];
  /** That is the lines as they are. */
  readonly isRaw: boolean;
}

interface Part {
  /** Where it begins and where the text goes on; behind the text's end where it goes to the end. */
  readonly from: number;
  readonly to: number;
}

/** A block scalar, of which the content has not been read. */
interface Block {
  readonly header: string;
  /** Of the collection that it is in; the content is indented more. */
  readonly column: number;
  readonly path: string;
}

/** The shape of a text, and what stands where the shape says nothing. */
export function outlineOf(text: string): Outline | undefined {
  // It stands for what is left out, and no text has it that is YAML.
  return text.includes(anyText) ? undefined : new OutlineReader(text).read();
}

/** Where files' contents stand; nobody reads them. */
const unreadKey = 'inline';
const unread = new Set([`storage/files/contents/${unreadKey}`, `storage/files/append/${unreadKey}`]);
const units = new Set(['systemd/units/contents', 'systemd/units/dropins/contents']);

const anyText = '\0';

class OutlineReader {
  private readonly text: string;
  private readonly lines: LineCursor;
  /** The keys that a line is below, with their columns, which grow. */
  private readonly keys: Entry[] = [];
  private readonly shape: string[] = [];
  private readonly holes: Hole[] = [];
  private readonly gaps: Gap[] = [];
  private isWhole = true;

  constructor(text: string) {
    this.text = text;
    this.lines = new LineCursor(text, 0);
  }

  read(): Outline | undefined {
    while (!this.lines.isAtEnd) if (!this.readLine(this.lines.take())) return undefined;
    const { text, gaps } = this;
    const holes = this.isWhole && isWholeText(text) ? this.holes : undefined;
    return { shape: this.shape.join('\n'), text, holes, gaps };
  }

  /** @returns whether this is a line of which it is known how it is read */
  private readLine(line: string): boolean {
    if (isEmptyLine(line)) return this.keep(line);
    const entry = entryOf(line);
    if (entry === undefined) return this.readItem(line);
    const { column, value } = entry;
    while (this.keys.length > 0 && this.keys.at(-1)!.column >= column) this.keys.pop();
    this.keys.push(entry);
    if (isBlockHeader(value)) return this.readBlock({ header: line, column, path: this.path() });
    const text = this.isUnread() ? textOf(value) : undefined;
    return text === undefined ? isEnded(value) && this.keep(line) : this.leaveOut(line, value, text);
  }

  private readItem(line: string): boolean {
    const item = itemOf(line);
    if (item === undefined) return false;
    const { column, value } = item;
    return isBlockHeader(value)
      ? this.readBlock({ header: line, column, path: '' })
      : isEnded(value) && this.keep(line);
  }

  private readBlock(block: Block): boolean {
    const { at: from, number: start } = this.lines;
    const content = takeContent(this.lines, block.column);
    if (content === undefined) return false;
    this.shape.push(block.header);
    const kind = kindOf(block, content);
    const pieces = kind === 'unit' ? withoutValues(content) : content;
    if (kind === 'contents') this.shape.push(anyText);
    else this.shape.push(...pieces);
    if (kind === undefined) return true;
    this.gaps.push({ is: 'block', from, to: this.lines.at, kind, block, pieces, isRaw: pieces === content });
    const value = literalText(block.header, content);
    const end = start + content.findLastIndex((line) => line !== '') + 1;
    if (value === undefined) this.isWhole = false;
    else this.holes.push({ kind, value, start, end, before: '' });
    return true;
  }

  /** A value that ends its line. */
  private leaveOut(line: string, value: string, text: string): true {
    const before = line.slice(0, -value.length);
    const { at, number } = this.lines;
    this.gaps.push({ is: 'line', from: at - 1 - value.length, to: at - 1 });
    this.holes.push({ kind: 'contents', value: text, start: number - 1, end: number, before });
    return this.keep(before + anyText);
  }

  private keep(line: string): true {
    this.shape.push(line);
    return true;
  }

  /** To look at the last key alone spares most lines their path. */
  private isUnread(): boolean {
    return this.keys.at(-1)!.name === unreadKey && unread.has(this.path());
  }

  private path(): string {
    return this.keys.length === 0 || this.keys[0]!.column > 0 ? '' : this.keys.map(({ name }) => name).join('/');
  }
}

/** A block that ends with the text and not with a line has no line break at its end. */
export function isWholeText(text: string): boolean {
  return text === '' || text.endsWith('\n');
}

/** Of which kind a block is where the shape does not say all of it. */
function kindOf({ header, path }: Block, content: readonly string[]): Hole['kind'] | undefined {
  const isText = content.some((line) => !isBlank(line)) && content.every(isPrintable);
  if (isText && unread.has(path)) return 'contents';
  return isText && header.endsWith(' |') && units.has(path) ? 'unit' : undefined;
}

/** @returns undefined where lines are indented less than the first one, or empty ones more */
function takeContent(lines: LineCursor, column: number): string[] | undefined {
  const content: string[] = [];
  let indent = 0;
  for (; !lines.isAtEnd; lines.take()) {
    const line = lines.peek();
    const at = line.search(/[^ ]/);
    if (at < 0 ? line.length > (indent || column) && indent === 0 : at > column && at < indent) return undefined;
    if (at >= 0 && at <= column) break;
    if (at >= 0 && indent === 0) indent = at;
    content.push(line);
  }
  return content;
}

/** The lines of a text, from one of them on; what is behind the last line break is one, too. */
class LineCursor {
  private readonly text: string;
  /** Where the next line begins. */
  at: number;
  /** How many were taken. */
  number = 0;
  private end = -1;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at > this.text.length;
  }

  peek(): string {
    if (this.end < this.at) {
      const end = this.text.indexOf('\n', this.at);
      this.end = end < 0 ? this.text.length : end;
    }
    return this.text.slice(this.at, this.end);
  }

  take(): string {
    const line = this.peek();
    this.at = this.end + 1;
    this.number++;
    return line;
  }
}
