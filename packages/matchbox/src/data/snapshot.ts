/** The data directory at one moment: immutable, in memory, indexed. Machines are answered from it and nothing else. */
import type { BrokenFile, FileEntry, GroupEntry, NetworkEntry, ProfileEntry, TemplateEntry } from './file-entry.ts';
import { resolveName } from './file-name.ts';
import type { Labels } from './group-index.ts';
import { type Kind, kinds, type TemplateKind } from './kind.ts';
import { editParts, emptyParts, fileOf, type SnapshotParts } from './snapshot-parts.ts';
import type { SortedTable } from './sorted-table.ts';
import type { KindFaults } from './store.ts';
import type { TemplateLibrary } from './template-library.ts';

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
  /** Networks in force, in the order of their file names. */
  readonly networks: readonly NetworkEntry[];
  readonly broken: readonly BrokenFile[];
  /** What broken group and profile files do; `skip` is upstream's way: they are as good as not there. */
  readonly onBrokenGroup: 'hold' | 'skip';
  /** In which spec version Ignition configs older than 3.4.0 are sent: as 3.4.0, upstream's way, or as written. */
  readonly ignitionVersion: 'customary' | 'as-written';
  /** Which functions templates have besides Go's. */
  readonly templateLibrary: TemplateLibrary;
  /** Kinds whose folder cannot be read at the moment: `not_found`, `unreadable`, or `unavailable` if what is there is not believed. */
  readonly folderFaults: KindFaults;
  /** Files of each kind, broken ones too. */
  readonly counts: Readonly<Record<Kind, number>>;
  /** All files of a kind, broken ones too, in byte order of their names. */
  files<K extends Kind>(kind: K): readonly FileEntry<K>[];
  /** By file name relative to the kind's folder. */
  file<K extends Kind>(kind: K, name: string): FileEntry<K> | undefined;
  /** Whether files lie in a folder of this name. */
  hasFolder(kind: Kind, name: string): boolean;
  /** By id, that is by file name without `.json`; subfolders are reached with `/`. */
  group(id: string): GroupEntry | undefined;
  profile(id: string): ProfileEntry | undefined;
  template(kind: TemplateKind, name: string): TemplateEntry | undefined;
  /** @param labels undefined for a machine that says nothing at all: no selector is met, not even one that wants an empty value */
  select(labels: Labels | undefined): Selection;
}

export interface SnapshotOptions {
  readonly onBrokenGroup: 'hold' | 'skip';
  readonly ignitionVersion?: 'customary' | 'as-written' | undefined;
  readonly templateLibrary?: TemplateLibrary | undefined;
}

/** A snapshot of no files. */
export function emptySnapshot(options: SnapshotOptions): Snapshot {
  return new PartsSnapshot({ parts: emptyParts, folderFaults: new Map(), options, brokenBefore: [] });
}

/** A snapshot of these files, with nothing before it. */
export function createSnapshot(entries: Iterable<FileEntry>, options: SnapshotOptions): Snapshot {
  const editor = editParts(emptyParts);
  for (const entry of entries) editor.update({ kind: entry.kind, name: entry.name, entry });
  return nextSnapshot(emptySnapshot(options), editor.done(), new Map());
}

/** @param before the snapshot of which `parts` is an edited copy */
export function nextSnapshot(before: Snapshot, parts: SnapshotParts, folderFaults: KindFaults): Snapshot {
  if (!(before instanceof PartsSnapshot)) throw new TypeError('a snapshot follows one that was made here');
  const isSame = kinds.every((kind) => before.content.parts.broken[kind] === parts.broken[kind]);
  const { options } = before.content;
  return new PartsSnapshot({ parts, folderFaults, options, brokenBefore: isSame ? before.broken : undefined });
}

/** The same snapshot, but for what is said here; for those who ask what would be if. */
export function withChanges(snapshot: Snapshot, changes: Partial<Snapshot>): Snapshot {
  return Object.create(snapshot, Object.getOwnPropertyDescriptors(changes)) as Snapshot;
}

/** What the next snapshot is edited from. */
export function partsOf(snapshot: Snapshot): SnapshotParts {
  if (!(snapshot instanceof PartsSnapshot)) throw new TypeError('only a snapshot that was made here has parts');
  return snapshot.content.parts;
}

interface Content {
  readonly parts: SnapshotParts;
  readonly folderFaults: KindFaults;
  readonly options: SnapshotOptions;
  /** The broken files, if they are known already. */
  readonly brokenBefore: readonly BrokenFile[] | undefined;
}

/** Lists are made when somebody asks for them: machines never do. They are made of the content alone, see `withChanges`. */
class PartsSnapshot implements Snapshot {
  readonly content: Content;
  private readonly lists: {
    groups?: readonly GroupEntry[];
    profiles?: readonly ProfileEntry[];
    networks?: readonly NetworkEntry[];
    broken?: readonly BrokenFile[];
    holding?: readonly BrokenFile[];
  } = {};

  constructor(content: Content) {
    this.content = content;
    if (content.brokenBefore !== undefined) this.lists.broken = content.brokenBefore;
  }

  get groups(): readonly GroupEntry[] {
    this.lists.groups ??= candidates(this.content.parts.tables.groups as SortedTable<GroupEntry>);
    return this.lists.groups;
  }

  get profiles(): readonly ProfileEntry[] {
    this.lists.profiles ??= candidates(this.content.parts.tables.profiles as SortedTable<ProfileEntry>);
    return this.lists.profiles;
  }

  get networks(): readonly NetworkEntry[] {
    this.lists.networks ??= this.files('networks').filter(({ name, value }) => value !== undefined && isListed(name));
    return this.lists.networks;
  }

  get broken(): readonly BrokenFile[] {
    this.lists.broken ??= kinds.flatMap((kind) => this.content.parts.broken[kind].toArray().map(brokenFile));
    return this.lists.broken;
  }

  get onBrokenGroup(): 'hold' | 'skip' {
    return this.content.options.onBrokenGroup;
  }

  get ignitionVersion(): 'customary' | 'as-written' {
    return this.content.options.ignitionVersion ?? 'customary';
  }

  get templateLibrary(): TemplateLibrary {
    return this.content.options.templateLibrary ?? 'none';
  }

  get folderFaults(): KindFaults {
    return this.content.folderFaults;
  }

  get counts(): Readonly<Record<Kind, number>> {
    const { tables } = this.content.parts;
    return Object.fromEntries(kinds.map((kind) => [kind, tables[kind].size])) as Record<Kind, number>;
  }

  files<K extends Kind>(kind: K): readonly FileEntry<K>[] {
    return this.content.parts.tables[kind].toArray() as unknown as readonly FileEntry<K>[];
  }

  file<K extends Kind>(kind: K, name: string): FileEntry<K> | undefined {
    return this.content.parts.tables[kind].get(name) as FileEntry<K> | undefined;
  }

  hasFolder(kind: Kind, name: string): boolean {
    const prefix = `${name}/`;
    return this.content.parts.tables[kind].firstFrom(prefix)?.name.startsWith(prefix) ?? false;
  }

  group(id: string): GroupEntry | undefined {
    return this.described('groups', id);
  }

  profile(id: string): ProfileEntry | undefined {
    return this.described('profiles', id);
  }

  template(kind: TemplateKind, name: string): TemplateEntry | undefined {
    const resolved = resolveName(name);
    return resolved === undefined ? undefined : this.file<TemplateKind>(kind, resolved);
  }

  select(labels: Labels | undefined): Selection {
    const entry = this.content.parts.groups.select(labels);
    if (entry === undefined) return { outcome: 'none' };
    const isDefault = entry.value!.selector.size === 0;
    const files = isDefault ? this.holding : [];
    return files.length > 0 ? { outcome: 'hold', entry, files } : { outcome: 'group', entry };
  }

  private get holding(): readonly BrokenFile[] {
    const { parts, options } = this.content;
    this.lists.holding ??=
      options.onBrokenGroup === 'hold' ? parts.broken.groups.toArray().map(brokenFile).filter(holdsMachines) : [];
    return this.lists.holding;
  }

  private described<K extends 'groups' | 'profiles'>(kind: K, id: string): FileEntry<K> | undefined {
    // Quirk: an empty id is the file `.json`, since upstream only appends (matchbox/storage/filestore.go).
    const resolved = resolveName(`${id}.json`);
    return resolved === undefined ? undefined : this.file(kind, resolved);
  }
}

/**
 * The one place that says which broken files put machines on hold: a description of a group that is there, that upstream
 * would have read (not in a subfolder, named `.json`), and that never was good since the server runs. A FIFO or a device
 * never can be a group, so it holds nobody; nor does a broken profile, whose own groups are answered with the reason.
 */
function holdsMachines({ kind, name, fault, lastGood }: BrokenFile): boolean {
  return kind === 'groups' && !lastGood && fault.code !== 'not_a_file' && isListed(name);
}

/** Quirk: upstream lists a folder without its subfolders; only ids with `/` reach those (matchbox/storage/fs.go, readDir). */
function isListed(name: string): boolean {
  return !name.includes('/') && name.endsWith('.json');
}

/** Entries in the order in which upstream comes across them; see `SnapshotParts.aliases`. */
function candidates<K extends 'groups' | 'profiles'>(files: SortedTable<FileEntry<K>>): FileEntry<K>[] {
  const found = new Set<FileEntry<K>>();
  for (const file of files.toArray()) {
    if (file.name.includes('/')) continue;
    const target = fileOf(file.name);
    const entry = target === file.name ? file : files.get(target);
    if (entry?.value !== undefined) found.add(entry);
  }
  return [...found];
}

function brokenFile({ kind, name, fault, value }: FileEntry): BrokenFile {
  return { kind, name, fault: fault!, lastGood: value !== undefined };
}
