/** What a snapshot is made of, and how changes make the next one of it: by difference, sharing the rest. */
import { compareBytes } from '@matchbox/gotext';
import type { FileEntry, GroupEntry } from './file-entry.ts';
import { emptyGroupIndex, type GroupIndex, type GroupIndexEditor } from './group-index.ts';
import { isDescriptionKind, type Kind, kinds } from './kind.ts';
import { emptyMap, type MapEditor, type PersistentMap } from './persistent-map.ts';
import { emptyTable, type SortedTable } from './sorted-table.ts';
import type { Update } from './update.ts';

export interface SnapshotParts {
  readonly tables: Tables;
  /** Those files among them that are broken, as far as that is anybody's business. */
  readonly broken: Tables;
  readonly groups: GroupIndex;
  /**
   * Group file → other files of which upstream reads that one. They bring it forward to their own place in the order.
   * Quirk: upstream reads `<name without its last extension>.json` for whatever lies in the folder (matchbox/storage/filestore.go, GroupList and its like).
   */
  readonly aliases: PersistentMap<readonly string[]>;
}

export type Tables = { readonly [K in Kind]: SortedTable<FileEntry> };

export const emptyParts: SnapshotParts = {
  tables: tablesOf(() => emptyTable<FileEntry>()),
  broken: tablesOf(() => emptyTable<FileEntry>()),
  groups: emptyGroupIndex,
  aliases: emptyMap(),
};

export interface PartsEditor {
  update(update: Update): void;
  /** The editor is not to be used any more. */
  done(): SnapshotParts;
}

export function editParts(parts: SnapshotParts): PartsEditor {
  const tables = tablesOf((kind) => lazily(() => parts.tables[kind].edit()));
  const broken = tablesOf((kind) => lazily(() => parts.broken[kind].edit()));
  const groups = lazily(() => parts.groups.edit());
  const aliases = lazily(() => parts.aliases.edit());

  const order = (target: string) => {
    const others = aliases.get().get(target);
    return others === undefined ? target : [target, ...others].sort(compareBytes)[0]!;
  };

  const updateGroups = (name: string, before: FileEntry | undefined, after: FileEntry | undefined) => {
    const target = fileOf(name);
    if (target === name) {
      const place = order(name);
      replaceGroup(groups.get(), { entry: before, order: place }, { entry: after, order: place });
      return;
    }
    if ((before === undefined) === (after === undefined)) return;
    const entry = tables.groups.get().get(target);
    const was = order(target);
    changeAlias(aliases.get(), target, name, after !== undefined);
    if (order(target) !== was) replaceGroup(groups.get(), { entry, order: was }, { entry, order: order(target) });
  };

  return {
    update: ({ kind, name, entry }) => {
      const table = tables[kind].get();
      const before = entry === undefined ? table.delete(name) : table.set(entry);
      if (entry !== undefined && isBroken(entry)) broken[kind].get().set(entry);
      else if (before !== undefined && isBroken(before)) broken[kind].get().delete(name);
      if (kind === 'groups' && !name.includes('/')) updateGroups(name, before, entry);
    },
    done: () => ({
      tables: tablesOf((kind) => tables[kind].made()?.done() ?? parts.tables[kind]),
      broken: tablesOf((kind) => broken[kind].made()?.done() ?? parts.broken[kind]),
      groups: groups.made()?.done() ?? parts.groups,
      aliases: aliases.made()?.done() ?? parts.aliases,
    }),
  };
}

/** The file that upstream reads when it comes across this one. */
export function fileOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return `${dot < 0 ? name : name.slice(0, dot)}.json`;
}

interface Placed {
  readonly entry: FileEntry | undefined;
  readonly order: string;
}

function replaceGroup(groups: GroupIndexEditor, before: Placed, after: Placed): void {
  if (before.entry?.value !== undefined) groups.remove(before.entry as GroupEntry, before.order);
  if (after.entry?.value !== undefined) groups.add(after.entry as GroupEntry, after.order);
}

function changeAlias(aliases: MapEditor<readonly string[]>, target: string, name: string, isThere: boolean): void {
  const others = (aliases.get(target) ?? []).filter((each) => each !== name);
  if (isThere) aliases.set(target, [...others, name]);
  else if (others.length > 0) aliases.set(target, others);
  else aliases.delete(target);
}

/** Of what upstream would not read as a description nobody needs to know that it is none. */
function isBroken({ kind, name, fault }: FileEntry): boolean {
  return fault !== undefined && (!isDescriptionKind(kind) || name.endsWith('.json'));
}

function tablesOf<T>(make: (kind: Kind) => T): { readonly [K in Kind]: T } {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as { readonly [K in Kind]: T };
}

interface Lazy<T> {
  get(): T;
  /** undefined: nobody has asked for it. */
  made(): T | undefined;
}

function lazily<T>(make: () => T): Lazy<T> {
  let value: T | undefined;
  return {
    get: () => {
      value ??= make();
      return value;
    },
    made: () => value,
  };
}
