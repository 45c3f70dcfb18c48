// Hides the actions of a Go template from a YAML parser, and puts them back into the text that was made of it.

/** Characters of Unicode's private use area, between which an action's number stands. */
const open = '\ue000';
const close = '\ue001';
/** In front of what was alone on its line. */
const alone = '\ue002';
const token = /\ue002?\ue000(\d+)\ue001/g;
const lineToken = /^\ue002\ue000(\d+)\ue001$/;
const wholeToken = /^\ue000(\d+)\ue001$/;

export interface HiddenActions {
  /** The text with a token for each action; what is a line of its own has become an item or a key. */
  readonly yaml: string;
  /** The actions, as they are written. */
  readonly actions: readonly string[];
}

/** Whether a scalar or a key is a hidden action that was alone on its line. */
export function isAction(text: string): boolean {
  return lineToken.test(text);
}

/** Whether an action of its own line begins something that an `{{end}}` ends. */
export function opensBlock(text: string, actions: readonly string[]): boolean {
  const number = lineToken.exec(text)?.[1];
  return number !== undefined && blockAction.test(actions[Number(number)]!);
}

/** Whether a text has a hidden action somewhere. */
export function hasAction(text: string): boolean {
  return text.includes(open);
}

export function restoreActions(text: string, actions: readonly string[]): string {
  return text.replaceAll(token, (_, number: string) => actions[Number(number)]!);
}

/**
 * Replaces each action `{{…}}` by a token that is plain text to YAML.
 *
 * An action that is alone on its line stands between items of a list, between the keys of a mapping, or between the lines
 * of a text: it becomes an item, a key or a line there, at the indentation of what follows it. `{{else}}` and `{{end}}`
 * stand where the action stands that they belong to.
 */
export function hideActions(text: string): HiddenActions {
  const actions: string[] = [];
  const hidden = replaceActions(text, actions);
  const lines = hidden.split('\n');
  const places: Place[] = [];
  const result: string[] = [];
  const blocks = new BlockScalars();
  for (const [i, line] of lines.entries()) {
    const content = line.trim();
    const number = wholeToken.exec(content)?.[1];
    if (number === undefined) {
      blocks.pass(line);
      result.push(line);
      continue;
    }
    const action = actions[Number(number)]!;
    const place = /^\{\{-?\s*(?:end|else)\b/.test(action) ? places.at(-1) : placeOf(lines, i, blocks);
    if (place !== undefined && blockAction.test(action)) places.push(place);
    if (/^\{\{-?\s*end\b/.test(action)) places.pop();
    result.push(place === undefined ? line : write(alone + content, place));
  }
  return { yaml: result.join('\n'), actions };
}

const blockAction = /^\{\{-?\s*(?:if|range|with|block|define)\b/;

/** Quotes and comments may hold `}}`; an action that does not end is left to YAML to stumble over. */
function replaceActions(text: string, actions: string[]): string {
  let result = '';
  let from = 0;
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', from)) {
    const end = endOfAction(text, start + 2);
    if (end < 0) break;
    result += `${text.slice(from, start)}${open}${actions.length}${close}`;
    actions.push(text.slice(start, end));
    from = end;
  }
  return result + text.slice(from);
}

function endOfAction(text: string, from: number): number {
  const comment = /^-?\s*\/\*/.exec(text.slice(from, from + 8));
  if (comment !== null) {
    const end = text.indexOf('*/', from + comment[0].length);
    const close = end < 0 ? -1 : text.indexOf('}}', end);
    return close < 0 ? -1 : close + 2;
  }
  for (let i = from; i < text.length; i++) {
    const character = text[i]!;
    if (character === '}' && text[i + 1] === '}') return i + 2;
    if (character === '"' || character === '`') i = endOfQuoted(text, i, character);
    if (i < 0) return -1;
  }
  return -1;
}

/** Index of the closing quote; -1 without one. */
function endOfQuoted(text: string, start: number, quote: string): number {
  for (let i = start + 1; i < text.length; i++) {
    if (quote === '"' && text[i] === '\\') i++;
    else if (text[i] === quote) return i;
  }
  return -1;
}

interface Place {
  readonly indent: number;
  readonly as: 'item' | 'key' | 'text';
}

function write(content: string, { indent, as }: Place): string {
  const margin = ' '.repeat(indent);
  if (as === 'item') return `${margin}- ${content}`;
  return as === 'key' ? `${margin}${content}:` : margin + content;
}

/** Where an action stands that is followed by other lines. */
function placeOf(lines: readonly string[], at: number, blocks: BlockScalars): Place | undefined {
  const next = lines.slice(at + 1, at + 200).find((line) => {
    const content = line.trim();
    return content !== '' && !content.startsWith('#') && !wholeToken.test(content);
  });
  if (next === undefined) return undefined;
  const indent = indentOf(next);
  if (blocks.holds(indent)) return { indent: blocks.indent ?? indent, as: 'text' };
  return { indent, as: /^\s*-(\s|$)/.test(next) ? 'item' : 'key' };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Follows which lines are the text of a block scalar. */
class BlockScalars {
  /** Indentation of the text's lines, once one was seen. */
  indent: number | undefined;
  /** Indentation of the line with the indicator; undefined outside. */
  #parent: number | undefined;

  /** Whether a line of this indentation belongs to the text that is open. */
  holds(indent: number): boolean {
    return this.#parent !== undefined && indent > this.#parent;
  }

  pass(line: string): void {
    if (line.trim() === '') return;
    const indent = indentOf(line);
    if (this.holds(indent)) {
      this.indent ??= indent;
      return;
    }
    this.indent = undefined;
    this.#parent = /(?:^|[\s:-])[|>][-+0-9]{0,2}\s*(?:#.*)?$/.test(line) ? parentIndent(line) : undefined;
  }
}

/** `- contents: |`: what is deeper than the key is its text; the dash counts as indentation. */
function parentIndent(line: string): number {
  return /^\s*(?:-\s+)*/.exec(line)![0].length;
}
