// What is known of a line by itself, wherever in a text it stands.

/** A key and what stands behind it. */
export interface Entry {
  readonly column: number;
  readonly name: string;
  readonly value: string;
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
/** What `withoutValues` leaves of one. */
export const optionName = /^ *[A-Za-z][A-Za-z0-9-]*=$/;
/** go-systemd refuses longer ones than twice this. */
export const longestOption = 1000;

/** Whether there is nothing but spaces and a comment. */
export function isEmptyLine(line: string): boolean {
  return emptyLine.test(line);
}

export function entryOf(line: string): Entry | undefined {
  const entry = entryLine.exec(line);
  if (entry === null) return undefined;
  const [, indent = '', dashes = '', name = '', value = ''] = entry;
  return { column: indent.length + dashes.length, name: /^["']/.test(name) ? name.slice(1, -1) : name, value };
}

/** An item of a list that begins with no key. */
export function itemOf(line: string): Omit<Entry, 'name'> | undefined {
  const item = itemLine.exec(line);
  if (item === null) return undefined;
  const [, before = '', value = ''] = item;
  return { column: before.length, value };
}

export function isBlockHeader(value: string): boolean {
  return blockHeader.test(value);
}

/** @returns what a value says that is a text and ends in its line */
export function textOf(value: string): string | undefined {
  if (plainText.test(value)) return value;
  return quotedText.test(value) ? value.slice(1, -1) : undefined;
}

export function isBlank(line: string): boolean {
  return line.trim() === '';
}

export function isPrintable(line: string): boolean {
  return printable.test(line);
}

/** A unit's lines; of options only the names, as long as no line goes on in the next one. */
export function withoutValues(lines: readonly string[]): readonly string[] {
  if (lines.some((line) => line.length > longestOption || line.trimEnd().endsWith('\\'))) return lines;
  return lines.map((line) => unitOption.exec(line)?.[1] ?? line);
}

/** What a block says; undefined for another one than a plain literal. */
export function literalText(header: string, content: readonly string[]): string | undefined {
  const form = literalForm(header);
  if (form === undefined) return undefined;
  const indent = content.find((line) => line !== '')!.search(/[^ ]/);
  const lines = content.map((line) => line.slice(indent));
  while (lines.at(-1) === '') lines.pop();
  // A line of blanks is content or none by how many they are.
  const isPlain = content.every((line) => line === '' || !isBlank(line));
  return isPlain ? lines.join('\n') + (form === 'stripped' ? '' : '\n') : undefined;
}

/** Whether a plain literal block keeps the line break at its end; undefined for another block. */
export function literalForm(header: string): 'kept' | 'stripped' | undefined {
  if (header.endsWith(' |')) return 'kept';
  return header.endsWith(' |-') ? 'stripped' : undefined;
}

/** Whether a value ends in its line, and is none of the forms that are left to who reads YAML. */
export function isEnded(value: string): boolean {
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
