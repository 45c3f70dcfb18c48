/** A data directory as the rules see it: the snapshot, the JSON documents with their positions, and who uses what. */
import type { Gzip } from '@matchbox/butane';
import type { FileEntry, GroupEntry } from '../../data/file-entry.ts';
import { type JsonDocument, type JsonNode, parseJson, positionAt } from '../../data/go-json.ts';
import { type Group, isPlainGroup } from '../../data/group.ts';
import { isDescriptionKind } from '../../data/kind.ts';
import type { Network } from '../../data/network-fields.ts';
import type { Profile } from '../../data/profile.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { Remark } from './finding.ts';
import { groupFields, profileFields, type UnknownField, unknownFields } from './known-fields.ts';

export interface ProjectOptions {
  /** Whether a path below `/assets/` is there; left out: assets are not looked for. */
  readonly assetExists?: ((path: string) => boolean) | undefined;
  readonly gzip?: Gzip | undefined;
  /** Files of `tests/`, which are no part of a snapshot. */
  readonly testFiles?: readonly TestFile[] | undefined;
  /** Called between groups while templates are rendered, which is what takes time. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface TestFile {
  /** `tests/node1.yaml` */
  readonly file: string;
  readonly text: string;
}

/** A group or profile file that is JSON. */
export interface Described<T> {
  readonly file: string;
  /** The file's name without `.json`. */
  readonly id: string;
  /** Parsed when a place in it is asked for: ten thousand trees at once would only be carried along. */
  readonly document: JsonDocument;
  readonly value: T;
  /** Keys that stand in one object once more. */
  readonly repeated: readonly Repeated[];
  /** Fields that do not exist. */
  readonly unknown: readonly UnknownField[];
  /** Fields that an unknown one may stand for: that they are missing is no finding of its own. */
  readonly doubts: ReadonlySet<string>;
}

export interface Repeated {
  readonly key: string;
  readonly offset: number;
  /** A field that is an object: Go decodes into the one that is there. */
  readonly isObject: boolean;
}

export interface Project extends ProjectOptions {
  readonly snapshot: Snapshot;
  readonly groups: readonly Described<Group>[];
  readonly profiles: readonly Described<Profile>[];
  readonly networks: readonly Described<Network>[];
  /** Of all profiles, broken ones too: what a misspelt name is compared with. */
  readonly profileIds: readonly string[];
  /** Groups that machines can get, in matching's order, without those whose selectors are in doubt. */
  readonly candidates: readonly Described<Group>[];
  /** Texts of files that are broken or doubtful: what they name may be in use. */
  readonly unclearTexts: readonly string[];
  profile(id: string): Described<Profile> | undefined;
  /** Groups by the profile that they name. */
  groupsOf(profileId: string): readonly Described<Group>[];
}

export function createProject(snapshot: Snapshot, options: ProjectOptions): Project {
  const groups = describe<Group>(snapshot.files('groups'), groupFields);
  const profiles = describe<Profile>(snapshot.files('profiles'), profileFields);
  const networks = describe<Network>(snapshot.files('networks'), undefined);
  const inForce = new Set(snapshot.groups.map((entry: GroupEntry) => `groups/${entry.name}`));
  const candidates = groups.filter(({ file, doubts }) => inForce.has(file) && !doubts.has('selector'));
  const byId = new Map(profiles.map((profile) => [profile.id, profile]));
  const users = groupByProfile(candidates);
  const described = [...groups, ...profiles];
  const broken = snapshot.broken
    .filter(({ kind }) => isDescriptionKind(kind))
    .map(({ kind, name }) => snapshot.file(kind, name)!.bytes);
  const unread = snapshot.files('groups').filter(({ name }) => !name.endsWith('.json'));
  return {
    ...options,
    snapshot,
    groups,
    profiles,
    networks,
    profileIds: snapshot.files('profiles').map(({ name }) => name.replace(/\.json$/, '')),
    candidates,
    unclearTexts: [
      // What is between the letters of UTF-16 goes.
      ...[...broken, ...unread.map(({ bytes }) => bytes)].map((bytes) =>
        new TextDecoder().decode(bytes).replaceAll('\0', ''),
      ),
      ...described.filter(({ doubts }) => doubts.size > 0).map(({ document }) => document.text),
    ],
    profile: (id) => byId.get(id),
    groupsOf: (id) => users.get(id) ?? [],
  };
}

function groupByProfile(groups: readonly Described<Group>[]): Map<string, Described<Group>[]> {
  const users = new Map<string, Described<Group>[]>();
  for (const group of groups) {
    const list = users.get(group.value.profile);
    if (list === undefined) users.set(group.value.profile, [group]);
    else list.push(group);
  }
  return users;
}

/** @param fields undefined: a file with any other is broken */
function describe<T>(entries: readonly FileEntry[], fields: typeof groupFields | undefined): Described<T>[] {
  return entries.flatMap(({ kind, name, bytes, value, fault }) => {
    if (fault !== undefined || value === undefined || !name.endsWith('.json')) return [];
    const isPlain = fields === groupFields && isPlainGroup(value as Group);
    return new DescribedFile({ kind, name, bytes, value: value as T }, isPlain ? plain : oddities(bytes, fields));
  });
}

/** A class, since an object with a getter in it takes ten times the memory. */
class DescribedFile<T> implements Described<T> {
  readonly file: string;
  readonly id: string;
  readonly value: T;
  readonly repeated: readonly Repeated[];
  readonly unknown: readonly UnknownField[];
  readonly doubts: ReadonlySet<string>;
  private readonly bytes: Uint8Array;

  constructor(
    { kind, name, bytes, value }: Pick<FileEntry, 'kind' | 'name' | 'bytes'> & { readonly value: T },
    { repeated, unknown }: Oddities,
  ) {
    this.file = `${kind}/${name}`;
    this.id = name.slice(0, -'.json'.length);
    this.value = value;
    this.repeated = repeated;
    this.unknown = unknown;
    this.doubts = unknown.length === 0 ? noDoubts : new Set(unknown.flatMap(({ doubts }) => doubts));
    this.bytes = bytes;
  }

  get document(): JsonDocument {
    return parseJson(this.bytes);
  }
}

const noDoubts: ReadonlySet<string> = new Set();

type Oddities = Pick<Described<unknown>, 'repeated' | 'unknown'>;

const plain: Oddities = { repeated: [], unknown: [] };

function oddities(bytes: Uint8Array, fields: typeof groupFields | undefined): Oddities {
  const { root } = parseJson(bytes);
  const unknown = fields === undefined ? [] : unknownFields(root, fields);
  // Of a field that does not exist it is enough to say that.
  const repeated = repeatedKeys(root, true).filter(({ offset }) => !unknown.some((field) => field.offset === offset));
  return { repeated, unknown };
}

const none: never[] = [];

/** @param hasFields whether the object's names are one in any case, as those of selectors and metadata are not */
function repeatedKeys(node: JsonNode, hasFields = false): Repeated[] {
  if (node.type === 'array') return node.items.some(isNested) ? node.items.flatMap((item) => repeatedKeys(item)) : none;
  if (node.type !== 'object') return none;
  const seen = new Set<string>();
  return node.members.flatMap(({ key, keyStart, node: value }) => {
    const name = hasFields ? key.toLowerCase() : key;
    const isObject = hasFields && value.type === 'object';
    const again = seen.has(name) ? [{ key, offset: keyStart, isObject }] : none;
    seen.add(name);
    return isNested(value) ? [...again, ...repeatedKeys(value, hasFields && name === 'boot')] : again;
  });
}

function isNested({ type }: JsonNode): boolean {
  return type === 'array' || type === 'object';
}

/** The value at a path of keys and positions; of equal keys the last, names in any case as Go reads them. */
export function nodeAt(root: JsonNode, path: readonly (string | number)[]): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const part of path) {
    if (node?.type === 'array' && typeof part === 'number') node = node.items[part];
    else if (node?.type === 'object') {
      const { members } = node as JsonNode & { type: 'object' };
      const found = members.filter(({ key }) => key === part);
      const folded = members.filter(({ key }) => key.toLowerCase() === part);
      node = (found.at(-1) ?? folded.at(-1))?.node;
    } else return undefined;
  }
  return node;
}

/** A remark at an offset of a description, or at the value of a path; the file's first value when that is not there. */
export function remarkAt(
  { file, document }: Pick<Described<unknown>, 'file' | 'document'>,
  place: number | readonly (string | number)[],
  message: string,
): Remark {
  const node = typeof place === 'number' ? undefined : nodeAt(document.root, place);
  const offset = typeof place === 'number' ? place : (node?.start ?? document.root.start);
  return { file, ...positionAt(document.text, offset), message };
}

/** As `remarkAt`, at the key that the path ends with. */
export function remarkAtKey(described: Described<unknown>, path: readonly string[], message: string): Remark {
  const parent = nodeAt(described.document.root, path.slice(0, -1));
  const members = parent?.type === 'object' ? parent.members : [];
  const member = members.findLast(({ key }) => key === path.at(-1));
  return remarkAt(described, member?.keyStart ?? path, message);
}

/** Files that lie in any folder and mean nothing to the server: `.gitkeep`, a README, what a desktop leaves behind. */
export function isNoData(name: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return (
    base.startsWith('.') ||
    /^(?:readme|license|licence|notice|changelog|owners|codeowners)(?:\.\w+)?$/i.test(base) ||
    /\.md$/i.test(base)
  );
}
