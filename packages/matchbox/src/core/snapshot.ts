/** The data directory at one moment: immutable, in memory, indexed. Machines are answered from it and nothing else. */
import { compareBytes } from './byte-string.ts';
import type { BrokenFile, FileEntry, GroupEntry, ProfileEntry, TemplateEntry } from './file-entry.ts';
import { indexGroups, type Labels } from './group-index.ts';
import { type Kind, kinds, type TemplateKind } from './kind.ts';
import { resolveName, type StoreError } from './store.ts';

/**
 * What matching comes to. `hold` means: a default group would win, but a group file is broken that never was good, and
 * this machine may be the one that file is about. It has to wait (503) rather than be installed by a default.
 */
export type Selection =
  | { readonly outcome: 'group'; readonly entry: GroupEntry }
  | { readonly outcome: 'none' }
  | { readonly outcome: 'hold'; readonly entry: GroupEntry; readonly files: readonly BrokenFile[] };

export interface Snapshot {
  /** Groups in force, in upstream's candidate order (that of their file names). */
  readonly groups: readonly GroupEntry[];
  readonly profiles: readonly ProfileEntry[];
  readonly broken: readonly BrokenFile[];
  /** What broken group and profile files do; `skip` is upstream's way: they are as good as not there. */
  readonly onBrokenGroup: 'hold' | 'skip';
  /** Kinds whose folder could not be listed: `not_found` or `unreadable`. */
  readonly folderFaults: ReadonlyMap<Kind, StoreError>;
  /** All files of a kind, broken ones too, in byte order of their names. */
  files<K extends Kind>(kind: K): readonly FileEntry<K>[];
  /** By file name relative to the kind's folder. */
  file<K extends Kind>(kind: K, name: string): FileEntry<K> | undefined;
  /** By id, that is by file name without `.json`; subfolders are reached with `/`. */
  group(id: string): GroupEntry | undefined;
  profile(id: string): ProfileEntry | undefined;
  template(kind: TemplateKind, name: string): TemplateEntry | undefined;
  select(labels: Labels): Selection;
}

/** Files by kind and name. */
export type FileTable = { readonly [K in Kind]: ReadonlyMap<string, FileEntry<K>> };

export interface SnapshotOptions {
  readonly onBrokenGroup: 'hold' | 'skip';
}

/** @param previous its lists and index are taken over for kinds that did not change */
export function createSnapshot(
  table: FileTable,
  folderFaults: ReadonlyMap<Kind, StoreError>,
  options: SnapshotOptions,
): Snapshot {
  const groups = candidates(table.groups);
  const index = indexGroups(groups);
  const broken = kinds.flatMap((kind) => brokenFiles(table[kind]));
  const holding = options.onBrokenGroup === 'hold' ? broken.filter(holdsMachines) : [];
  const sorted = new Map<Kind, readonly FileEntry[]>();
  const file = <K extends Kind>(kind: K, name: string): FileEntry<K> | undefined =>
    (table[kind] as ReadonlyMap<string, FileEntry<K>>).get(name);
  return {
    groups,
    profiles: candidates(table.profiles),
    broken,
    onBrokenGroup: options.onBrokenGroup,
    folderFaults,
    file,
    files: (kind) => {
      const list = sorted.get(kind) ?? sortedByName(table[kind] as ReadonlyMap<string, FileEntry>);
      sorted.set(kind, list);
      return list as never;
    },
    group: (id) => described(table.groups, id),
    profile: (id) => described(table.profiles, id),
    template: (kind, name) => {
      const resolved = resolveName(name);
      return resolved === undefined ? undefined : file<TemplateKind>(kind, resolved);
    },
    select: (labels) => {
      const entry = index.select(labels);
      if (entry === undefined) return { outcome: 'none' };
      const isDefault = entry.value!.selector.size === 0;
      return isDefault && holding.length > 0 ? { outcome: 'hold', entry, files: holding } : { outcome: 'group', entry };
    },
  };
}

/**
 * The one place that says which broken files put machines on hold: a description of a group that is there, that upstream
 * would have read (not in a subfolder, named `.json`), and that never was good since the server runs. A FIFO or a device
 * never can be a group, so it holds nobody; nor does a broken profile, whose own groups are answered with the reason.
 */
function holdsMachines({ kind, name, fault, lastGood }: BrokenFile): boolean {
  return kind === 'groups' && !lastGood && fault.code !== 'not_a_file' && isListed(name);
}

/** Quirk: upstream lists a folder without its subfolders; only ids with `/` reach those. */
function isListed(name: string): boolean {
  return !name.includes('/') && name.endsWith('.json');
}

/**
 * Entries in the order in which upstream comes across them.
 * Quirk: upstream reads `<name without its last extension>.json` for whatever lies in the folder, so that `a.bak` brings
 * `a.json` forward to its own place.
 */
function candidates<K extends 'groups' | 'profiles'>(files: ReadonlyMap<string, FileEntry<K>>): FileEntry<K>[] {
  const found = new Set<FileEntry<K>>();
  const listed = [...files.keys()].filter((name) => !name.includes('/')).sort(compareBytes);
  for (const name of listed) {
    const dot = name.lastIndexOf('.');
    const entry = files.get(`${dot < 0 ? name : name.slice(0, dot)}.json`);
    if (entry?.value !== undefined) found.add(entry);
  }
  return [...found];
}

function described<K extends 'groups' | 'profiles'>(files: ReadonlyMap<string, FileEntry<K>>, id: string) {
  // Quirk: an empty id is the file `.json`, since upstream only appends.
  const resolved = resolveName(`${id}.json`);
  return resolved === undefined ? undefined : files.get(resolved);
}

function brokenFiles(files: ReadonlyMap<string, FileEntry>): BrokenFile[] {
  const broken: BrokenFile[] = [];
  for (const { kind, name, fault, value } of files.values()) {
    if (fault === undefined || (isDescription(kind) && !name.endsWith('.json'))) continue;
    broken.push({ kind, name, fault, lastGood: value !== undefined });
  }
  return broken.sort((a, b) => compareBytes(a.name, b.name));
}

function isDescription(kind: Kind): boolean {
  return kind === 'groups' || kind === 'profiles';
}

function sortedByName(files: ReadonlyMap<string, FileEntry>): readonly FileEntry[] {
  return [...files.values()].sort((a, b) => compareBytes(a.name, b.name));
}
