// A text without what no check looks at, so that one of many that are alike need be checked.

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
export interface Hole {
  readonly kind: 'contents' | 'unit';
  readonly value: string;
  /** The lines of the text that have it, `end` not included. */
  readonly start: number;
  readonly end: number;
  /** What the first of them has before it; all of that line where the value begins in the next one. */
  readonly before: string;
}

export interface Outline {
  readonly shape: string;
  readonly lines: readonly string[];
  /** In the order of the text; undefined where one is written in a way of which the value is not read here. */
  readonly holes: readonly Hole[] | undefined;
}

/** The shape of a text, and what stands where the shape says nothing. */
export function outlineOf(text: string): Outline | undefined {
  // It stands for what is left out, and no text has it that is YAML.
  return text.includes(anyText) ? undefined : new OutlineReader(text).read();
}

const entryLine = /^( *)((?:- +)*)("[\w./-]+"|'[\w./-]+'|[A-Za-z_][\w./-]*):(?: +(.*))?$/;
const itemLine = /^( *(?:- +)*)- +(.*)$/;
const emptyLine = /^ *(?:#.*)?$/;
/** A block scalar whose indentation is that of its first line. */
const blockHeader = /^[|>][+-]?(?: +#.*)?$/;
/** Values that end in their line: none, quoted ones, and plain ones, of which the first character says that they are nothing else. */
const endedValue = /^(?:(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')?(?: *(?<= |^)#.*)?|[^\s&*!%@`"'[\]{}|>?#,:-].*|-[^\s].*)$/;
/** A text that is one word, of no other type. */
const plainText = /^(?!(?:true|false|null)$)[A-Za-z](?:[A-Za-z0-9._/@+=:-]*[A-Za-z0-9._/@+=-])?$/i;
const quotedText = /^(?:"[ !#-[\]-~]+"|'[ -&(-~]+')$/;
const printable = /^[ -~]*$/;
/** An option of a unit that ends in its line. */
const unitOption = /^( *[A-Za-z][A-Za-z0-9-]*=)[ -~]*[!-[\]-~]$/;
/** go-systemd refuses longer ones than twice this. */
const longestLine = 1000;

/** Where files' contents stand; nobody reads them. */
const unreadKey = 'inline';
const unread = new Set([`storage/files/contents/${unreadKey}`, `storage/files/append/${unreadKey}`]);
const units = new Set(['systemd/units/contents', 'systemd/units/dropins/contents']);

const anyText = '\0';

class OutlineReader {
  private readonly lines: readonly string[];
  private next = 0;
  /** The keys that a line is below, with their columns, which grow. */
  private readonly keys: { readonly column: number; readonly name: string }[] = [];
  private readonly shape: string[] = [];
  private readonly holes: Hole[] = [];
  private isWhole = true;

  constructor(text: string) {
    this.lines = text.split('\n');
  }

  read(): Outline | undefined {
    while (this.next < this.lines.length) {
      const line = this.lines[this.next++]!;
      if (!this.readLine(line)) return undefined;
    }
    // A block that ends with the text and not with a line has no line break at its end.
    const isWhole = this.isWhole && this.lines.at(-1) === '';
    return { shape: this.shape.join('\n'), lines: this.lines, holes: isWhole ? this.holes : undefined };
  }

  /** @returns whether this is a line of which it is known how it is read */
  private readLine(line: string): boolean {
    if (emptyLine.test(line)) return this.keep(line);
    const entry = entryLine.exec(line);
    if (entry === null) return this.readItem(line);
    const [, indent = '', dashes = '', name = '', value = ''] = entry;
    const column = indent.length + dashes.length;
    while (this.keys.length > 0 && this.keys.at(-1)!.column >= column) this.keys.pop();
    this.keys.push({ column, name: /^["']/.test(name) ? name.slice(1, -1) : name });
    if (blockHeader.test(value)) return this.readBlock(line, column, this.path());
    const isAny = this.isUnread() && (plainText.test(value) || quotedText.test(value));
    return isAny ? this.leaveOut(line, value) : isEnded(value) && this.keep(line);
  }

  private readItem(line: string): boolean {
    const item = itemLine.exec(line);
    if (item === null) return false;
    const [, before = '', value = ''] = item;
    if (blockHeader.test(value)) return this.readBlock(line, before.length, '');
    return isEnded(value) && this.keep(line);
  }

  /** @param column of the collection that the text is in; the text is indented more */
  private readBlock(header: string, column: number, path: string): boolean {
    const start = this.next;
    const content = this.takeContent(column);
    if (content === undefined) return false;
    this.shape.push(header);
    const isText = content.some((line) => line.trim() !== '') && content.every((line) => printable.test(line));
    if (isText && unread.has(path)) {
      this.leaveOutBlock('contents', header, content, start);
      return this.keep(anyText);
    }
    if (isText && / \|$/.test(header) && units.has(path)) {
      this.leaveOutBlock('unit', header, content, start);
      this.shape.push(...withoutValues(content));
    } else this.shape.push(...content);
    return true;
  }

  /** A value that ends its line. */
  private leaveOut(line: string, value: string): true {
    const before = line.slice(0, -value.length);
    const text = /^["']/.test(value) ? value.slice(1, -1) : value;
    this.holes.push({ kind: 'contents', value: text, start: this.next - 1, end: this.next, before });
    return this.keep(before + anyText);
  }

  private leaveOutBlock(kind: Hole['kind'], header: string, content: readonly string[], start: number): void {
    const value = literalText(header, content);
    const end = start + content.findLastIndex((line) => line !== '') + 1;
    if (value === undefined) this.isWhole = false;
    else this.holes.push({ kind, value, start, end, before: '' });
  }

  /** @returns undefined where lines are indented less than the first one, or empty ones more */
  private takeContent(column: number): string[] | undefined {
    const content: string[] = [];
    let indent = 0;
    for (; this.next < this.lines.length; this.next++) {
      const line = this.lines[this.next]!;
      const at = line.search(/[^ ]/);
      if (at < 0 ? line.length > (indent || column) && indent === 0 : at > column && at < indent) return undefined;
      if (at >= 0 && at <= column) break;
      if (at >= 0 && indent === 0) indent = at;
      content.push(line);
    }
    return content;
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

/** @returns undefined for another block than a plain literal one */
function literalText(header: string, content: readonly string[]): string | undefined {
  const [, chomping] = / \|(-?)$/.exec(header) ?? [];
  if (chomping === undefined) return undefined;
  const indent = content.find((line) => line !== '')!.search(/[^ ]/);
  const lines = content.map((line) => line.slice(indent));
  while (lines.at(-1) === '') lines.pop();
  // A line of blanks is content or none by how many they are.
  const isPlain = content.every((line) => line === '' || line.trim() !== '');
  return isPlain ? lines.join('\n') + (chomping === '' ? '\n' : '') : undefined;
}

function isEnded(value: string): boolean {
  return /^[[{]/.test(value) ? isWholeFlow(value) : endedValue.test(value);
}

/** Whether a list or map in brackets ends with the line, and has nothing in it but words and quoted texts. */
function isWholeFlow(value: string): boolean {
  let depth = 0;
  let before = '';
  for (let i = 0; i < value.length; i++) {
    const character = value[i]!;
    if (character === ' ') continue;
    if (/[#&*!|>%@`\\?]/.test(character)) return false;
    const end = /["']/.test(character) ? endOfQuoted(value, i, before) : i;
    if (end < 0) return false;
    i = end;
    depth += bracket(character);
    if (depth === 0 && bracket(character) < 0) return i === value.length - 1;
    before = character;
  }
  return false;
}

function bracket(character: string): -1 | 0 | 1 {
  if (character === '[' || character === '{') return 1;
  return character === ']' || character === '}' ? -1 : 0;
}

/** @returns -1 for a text that does not end, has an escape in it, or stands in the middle of a word */
function endOfQuoted(value: string, start: number, before: string): number {
  if (!'[{,:'.includes(before)) return -1;
  const end = value.indexOf(value[start]!, start + 1);
  return end >= 0 && value.slice(start, end).includes('\\') ? -1 : end;
}

/** A unit's lines; of options only the names, as long as no line goes on in the next one. */
function withoutValues(lines: readonly string[]): readonly string[] {
  if (lines.some((line) => line.length > longestLine || line.trimEnd().endsWith('\\'))) return lines;
  return lines.map((line) => unitOption.exec(line)?.[1] ?? line);
}
