// The new config as a tree, and its text: keys in the order in which they were put, modes in octal, texts as blocks.
import { snakeCase } from '../snake-case.ts';
import { formatDoubleQuoted, formatScalar } from '../yaml/format-scalar.ts';
import type { YamlNode } from '../yaml/index.ts';
import { type Source, type SourceMap, targetOf } from './source.ts';
import { hasAction, isAction } from './template-actions.ts';

export type Out =
  /** Text that is quoted as it needs to be. */
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  /** Text that is written as it is: numbers, booleans, what was plain before. */
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Out[] }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  /** A template action on a line of its own. */
  | { readonly kind: 'action'; readonly text: string };

export interface Entry {
  /** Empty for an action. */
  readonly key: string;
  readonly value: Out;
}

export function text(value: string): Out {
  return { kind: 'text', text: value, quoted: false };
}

export function plain(value: string | number | boolean): Out {
  return { kind: 'plain', text: String(value) };
}

export function octal(mode: number): Out {
  return plain(`0${mode.toString(8)}`);
}

/** A value of the old config as it is. */
export function copyOf({ node }: Source): Out {
  return copyNode(node, { left: mostCopied });
}

/** Nothing in these configs is as large; aliases within aliases would have no end. */
const mostCopied = 100_000;

function copyNode(node: YamlNode, budget: { left: number }): Out {
  const target = targetOf(node);
  if (budget.left-- <= 0) return plain('null');
  if (target.kind === 'scalar') return scalarOf(target);
  const inner = (item: YamlNode): Out => copyNode(item, budget);
  if (target.kind === 'list') return { kind: 'list', items: target.items.map(inner) };
  const entries: Entry[] = [];
  for (let i = 0; i < target.items.length; i += 2) {
    entries.push(entryOf(target.items[i]!.value, inner(target.items[i + 1]!)));
  }
  return { kind: 'map', entries };
}

/** Keys of Ignition's JSON (`httpTotal`) have other names in YAML. */
function entryOf(key: string, value: Out): Entry {
  if (isAction(key)) return { key: '', value: { kind: 'action', text: key } };
  return { key: snakeCase(key), value };
}

function scalarOf({ value, style }: YamlNode): Out {
  if (isAction(value) && style === 'plain') return { kind: 'action', text: value };
  return style === 'plain' ? plain(value) : { kind: 'text', text: value, quoted: style.endsWith('quoted') };
}

/** Puts a mapping together, its entries and the actions between them in the order of the old one. */
export class OutMap {
  readonly #entries: { readonly index: number; readonly entry: Entry }[] = [];
  readonly #source: SourceMap | undefined;

  constructor(source?: SourceMap) {
    this.#source = source;
    for (const { index, action } of source?.actions() ?? []) {
      this.#entries.push({ index, entry: { key: '', value: { kind: 'action', text: action } } });
    }
  }

  /** Adds a value that comes from the key `from` of the old mapping; nothing and empty lists are left out. */
  put(key: string, value: Out | undefined, from: string | undefined = key): this {
    if (value === undefined || (value.kind === 'list' && value.items.length === 0)) return this;
    if (value.kind === 'map' && value.entries.length === 0) return this;
    const index = this.#source?.indexOf(from) ?? this.#entries.length;
    this.#entries.push({ index, entry: { key, value } });
    return this;
  }

  /** Takes over what has the same name and meaning in both. */
  copy(...keys: readonly string[]): this {
    for (const key of keys) {
      const found = this.#source?.take(key);
      if (found !== undefined) this.put(key, copyOf(found));
    }
    return this;
  }

  build(): Out {
    const inOrder = [...this.#entries].sort((a, b) => (a.index === b.index ? 0 : a.index - b.index));
    return { kind: 'map', entries: inOrder.map(({ entry }) => entry) };
  }
}

/** A mapping of one scalar each. */
export function mapOf(entries: Readonly<Record<string, Out | undefined>>): Out {
  const map = new OutMap();
  for (const [key, value] of Object.entries(entries)) map.put(key, value);
  return map.build();
}

/** The text of a mapping, with a final newline. */
export function writeMap(map: Out): string {
  return `${writeBlock(map, 0).slice(1)}\n`;
}

/** The lines of a collection at column `indent`, each behind a line break. */
function writeBlock(value: Out, indent: number): string {
  const margin = `\n${' '.repeat(indent)}`;
  if (value.kind === 'list') return value.items.map((item) => margin + writeItem(item, indent)).join('');
  if (value.kind !== 'map') return margin + writeInline(value, indent);
  return value.entries.map((entry) => margin + writeEntry(entry, indent)).join('');
}

function writeItem(item: Out, indent: number): string {
  if (item.kind === 'action') return item.text;
  if (isFilled(item)) {
    const block = writeBlock(item, indent + 2);
    // An action in front of the first key has to stay on its own line.
    const startsWithAction = item.kind === 'map' && item.entries[0]!.value.kind === 'action';
    return startsWithAction ? `-${block}` : `- ${block.slice(indent + 3)}`;
  }
  return `- ${writeInline(item, indent + 2)}`;
}

function writeEntry({ key, value }: Entry, indent: number): string {
  if (key === '' && value.kind === 'action') return value.text;
  const name = `${formatScalar(key, { indent, isKey: true })}:`;
  return isFilled(value) ? name + writeBlock(value, indent + 2) : `${name} ${writeInline(value, indent + 2)}`;
}

function isFilled(value: Out): boolean {
  return (value.kind === 'list' && value.items.length > 0) || (value.kind === 'map' && value.entries.length > 0);
}

function writeInline(value: Out, indent: number): string {
  switch (value.kind) {
    case 'plain':
    case 'action':
      return value.text;
    case 'list':
      return '[]';
    case 'map':
      return '{}';
    case 'text':
      return writeText(value.text, value.quoted, indent);
  }
}

/** What was quoted around an action stays so: nobody knows what it will be replaced by. */
function writeText(value: string, quoted: boolean, indent: number): string {
  const startsWithBreak = /^[\n\u2028\u2029]/.test(value);
  if (startsWithBreak || (quoted && hasAction(value))) return formatDoubleQuoted(value);
  return formatScalar(value, { indent, isKey: false });
}
