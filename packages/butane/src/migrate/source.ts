// Reads the old config: mappings whose keys are ticked off, so that what nobody asked for is reported.
import { snakeCase } from '../snake-case.ts';
import type { Path, YamlNode } from '../yaml/index.ts';
import type { MigrationNote, NoteCode, NoteKind } from './notes.ts';
import { hasAction, isAction } from './template-actions.ts';

/** A value of the old config and where it stands. */
export interface Source {
  readonly node: YamlNode;
  readonly path: Path;
}

/** Follows aliases; one that contains itself ends at a mapping or list that is read once. */
export function targetOf(node: YamlNode): YamlNode {
  let target = node;
  while (target.kind === 'alias' && target.target !== undefined) target = target.target;
  return target;
}

/** Collects notes. */
export class Notes {
  readonly list: MigrationNote[] = [];

  add(kind: NoteKind, code: NoteCode, at: Source, message: string): void {
    const { line, column } = at.node;
    this.list.push({ kind, code, path: at.path, line, column, message });
  }

  lost(code: NoteCode, at: Source, message: string): void {
    this.add('lost', code, at, message);
  }

  check(code: NoteCode, at: Source, message: string): void {
    this.add('check', code, at, message);
  }
}

interface Member {
  readonly name: string;
  readonly key: YamlNode;
  readonly value: YamlNode;
  readonly index: number;
  taken: boolean;
}

/** A template action between two keys. */
export interface LineAction {
  readonly index: number;
  readonly action: string;
  readonly before: string | undefined;
  readonly at: Source;
}

/** A mapping; keys of Ignition's JSON (`wipeTable`) are read by their names in YAML (`wipe_table`). */
export class SourceMap {
  readonly at: Source;
  readonly notes: Notes;
  readonly #members: readonly Member[];

  constructor(at: Source, notes: Notes) {
    this.at = at;
    this.notes = notes;
    const { items } = targetOf(at.node);
    const members: Member[] = [];
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      members.push({ name: snakeCase(key.value), key, value: items[i + 1]!, index: i, taken: isAction(key.value) });
    }
    this.#members = members;
  }

  /** The value of a key, which is ticked off; nothing where it is absent or null. */
  take(name: string): Source | undefined {
    const member = this.#members.find((each) => each.name === name);
    if (member === undefined) return undefined;
    member.taken = true;
    const target = targetOf(member.value);
    if (isNull(target)) return undefined;
    return { node: member.value, path: [...this.at.path, name] };
  }

  /** Where a key stands among the others; behind them where it is absent. */
  indexOf(name: string | undefined): number {
    return this.#members.find((each) => each.name === name)?.index ?? Number.POSITIVE_INFINITY;
  }

  has(name: string): boolean {
    return this.#members.some((each) => each.name === name);
  }

  names(): readonly string[] {
    return this.#members.filter(({ key }) => !isAction(key.value)).map(({ name }) => name);
  }

  /** Actions that stand between the keys; `before` is the key that follows. */
  actions(): readonly LineAction[] {
    return this.#members
      .filter(({ key }) => isAction(key.value))
      .map(({ index, key }) => {
        const before = this.#members.find((each) => each.index > index && !isAction(each.key.value))?.name;
        return { index, action: key.value, before, at: { node: key, path: this.at.path } };
      });
  }

  /** Reports the keys that nobody asked for. */
  reportRest(): void {
    for (const { name, key, taken } of this.#members) {
      if (taken) continue;
      this.notes.lost('unknown-key', { node: key, path: [...this.at.path, name] }, `unknown key ${key.value}`);
    }
  }

  /** The value as a mapping. */
  takeMap(name: string): SourceMap | undefined {
    const found = this.take(name);
    return found === undefined ? undefined : asMap(found, this.notes);
  }

  takeList(name: string): readonly Source[] {
    const found = this.take(name);
    if (found === undefined) return [];
    const { kind, items } = targetOf(found.node);
    if (kind === 'list') return items.map((node, i) => ({ node, path: [...found.path, i] }));
    this.notes.lost('wrong-type', found, `${name} is no list`);
    return [];
  }

  /** The text of a scalar. */
  takeText(name: string): string | undefined {
    const found = this.take(name);
    if (found === undefined) return undefined;
    const { kind, value } = targetOf(found.node);
    if (kind === 'scalar') return value;
    this.notes.lost('wrong-type', found, `${name} is no text`);
    return undefined;
  }

  takeFlag(name: string): boolean | undefined {
    const text = this.takeText(name);
    if (text !== undefined && hasAction(text)) {
      const message = `${name} is decided by a template action, and was taken for false`;
      this.notes.lost('template-action', this.take(name)!, message);
    }
    return text === undefined ? undefined : /^(?:y|yes|true|on)$/i.test(text);
  }
}

export function asMap(at: Source, notes: Notes): SourceMap | undefined {
  const { kind } = targetOf(at.node);
  if (kind === 'map') return new SourceMap(at, notes);
  notes.lost('wrong-type', at, `${String(at.path.at(-1) ?? 'the config')} is no mapping`);
  return undefined;
}

function isNull({ kind, value, style, tag }: YamlNode): boolean {
  return kind === 'scalar' && style === 'plain' && tag === '' && /^(?:|~|null|Null|NULL)$/.test(value);
}
