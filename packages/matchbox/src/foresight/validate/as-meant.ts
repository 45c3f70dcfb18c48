/**
 * The data directory as it was meant: names that are misspelt lead to what they are like, and of broken descriptions it is
 * taken what can be read. Only so does one mistake not hide others in the files that it keeps out of use.
 */

import type { FileEntry, GroupEntry } from '../../data/file-entry.ts';
import { type JsonDocument, JsonError, type JsonMember, type JsonNode } from '../../data/go-json.ts';
import type { Group } from '../../data/group.ts';
import type { TemplateKind } from '../../data/kind.ts';
import { onceFor, onceForEach } from '../../data/once-for.ts';
import type { Profile } from '../../data/profile.ts';
import { type Snapshot, withChanges } from '../../data/snapshot.ts';
import { decodeValueMap } from '../../data/struct-decoder.ts';
import { nearest } from './edit-distance.ts';
import { groupFields, profileFields, unknownFields } from './known-fields.ts';
import type { Project } from './project.ts';
import { repairJson } from './repair-json.ts';

/** A group that machines cannot get until its file is mended. */
export interface MeantGroup {
  readonly entry: GroupEntry & { readonly value: Group };
  /** Nothing is missing: what a template lacks is the template's fault. */
  readonly isWhole: boolean;
}

/** Wherever a name leads nowhere, the one that is like it. */
export function meantSnapshot(project: Project): Snapshot {
  const { snapshot } = project;
  const meantProfile = onceForEach((id) => {
    const name = snapshot.profile(id) === undefined && id !== '' ? nearest(id, project.profileIds) : id;
    const entry = name === undefined ? undefined : snapshot.profile(name);
    if (entry === undefined) return undefined;
    const doubted = project.profile(name!)?.doubts.size ?? 0;
    if (entry.value !== undefined && doubted === 0) return entry;
    const value = readProfile(entry);
    return value === undefined ? entry : withValue(entry, value);
  });
  const names = onceForEach((kind) => snapshot.files(kind as TemplateKind).map(({ name }) => name));
  const meantTemplate = onceForEach((key) => {
    const [kind, name] = key.split('\0') as [TemplateKind, string];
    const near = nearest(name, names(kind));
    return near === undefined ? undefined : snapshot.template(kind, near);
  });
  return withChanges(snapshot, {
    profile: meantProfile,
    template: (kind, name) => snapshot.template(kind, name) ?? meantTemplate(`${kind}\0${name}`),
  });
}

/** What templates get their variables from. */
const variableFields: ReadonlySet<string> = new Set(['selector', 'metadata']);

/** Groups that are broken, or of which a field that matters is misspelt. */
export const meantGroups: (project: Project) => readonly MeantGroup[] = onceFor(findMeantGroups);

function findMeantGroups({ snapshot, groups }: Project): MeantGroup[] {
  const broken = snapshot.broken.flatMap(({ kind, name }) =>
    kind === 'groups' && !name.includes('/') ? (snapshot.file('groups', name) ?? []) : [],
  );
  const doubted = groups.flatMap(({ file, doubts }) =>
    doubts.has('selector') || doubts.has('metadata') || doubts.has('profile')
      ? (snapshot.file('groups', file.slice('groups/'.length)) ?? [])
      : [],
  );
  return [...broken, ...doubted, ...misnamed(snapshot)].flatMap((entry) => readGroup(entry) ?? []);
}

/** `node3.JSON`, but no `node3.json~` beside `node3.json`. */
function misnamed(snapshot: Snapshot): GroupEntry[] {
  const files = snapshot.files('groups').filter(({ name }) => !name.includes('/'));
  const good = files.map(({ name }) => name).filter((name) => name.endsWith('.json'));
  const stems = new Set(good.map((name) => name.slice(0, -'.json'.length)));
  return files.filter(({ name }) => {
    if (name.endsWith('.json')) return false;
    const parts = name.split('.');
    return !parts.some((_, index) => stems.has(parts.slice(0, index + 1).join('.')));
  });
}

function withValue<E extends FileEntry>(entry: E, value: E['value']): E {
  const { kind, name, bytes } = entry;
  return { kind, name, bytes, value, fault: undefined, revision: '' } as unknown as E;
}

interface Read {
  readonly document: JsonDocument;
  /** By the field's right name, of those that are JSON of its type; of equal ones the last. */
  readonly fields: ReadonlyMap<string, JsonNode>;
  readonly isWhole: boolean;
}

function readGroup(entry: GroupEntry): MeantGroup | undefined {
  const read = readFields(entry, groupFields);
  if (read === undefined || !read.fields.has('profile')) return undefined;
  const { document, fields } = read;
  const selector = selectorOf(fields.get('selector'));
  const metadata = fields.get('metadata');
  try {
    const value: Group = {
      id: textOf(fields.get('id')) || entry.name.replace(/\.json$/, ''),
      name: '',
      profile: textOf(fields.get('profile')),
      selector: selector.map,
      metadata: metadata && new Map(decodeValueMap(document, metadata, 'metadata', undefined)),
    };
    return { entry: withValue(entry, value) as MeantGroup['entry'], isWhole: read.isWhole && selector.isWhole };
  } catch (error) {
    // A number that is none: then there is no group.
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function readProfile(entry: FileEntry<'profiles'>): Profile | undefined {
  const fields = readFields(entry, profileFields)?.fields;
  return (
    fields && {
      id: textOf(fields.get('id')),
      name: '',
      boot: entry.value?.boot,
      ignitionId: textOf(fields.get('ignition_id')),
      cloudId: textOf(fields.get('cloud_id')),
      genericId: textOf(fields.get('generic_id')),
    }
  );
}

function readFields({ bytes }: FileEntry, names: typeof groupFields): Read | undefined {
  const document = repairJson(new TextDecoder().decode(bytes));
  if (document?.root.type !== 'object') return undefined;
  const meant = new Map(unknownFields(document.root, names).map(({ offset, doubts }) => [offset, doubts]));
  const fields = new Map<string, JsonNode>();
  let isWhole = true;
  for (const member of document.root.members) {
    const field = fieldOf(member, names, meant.get(member.keyStart));
    if (field !== undefined && names[field]?.type === member.node.type) fields.set(field, member.node);
    else if (field === undefined ? meant.get(member.keyStart)?.length !== 0 : variableFields.has(field))
      isWhole = false;
  }
  return { document, fields, isWhole };
}

function fieldOf({ key }: JsonMember, names: typeof groupFields, doubts: readonly string[] | undefined) {
  const name = key.toLowerCase();
  if (Object.hasOwn(names, name)) return name;
  return doubts?.length === 1 ? doubts[0] : undefined;
}

function textOf(node: JsonNode | undefined): string {
  return node?.type === 'string' ? node.value : '';
}

function selectorOf(node: JsonNode | undefined) {
  const map = new Map<string, string>();
  if (node?.type !== 'object') return { map, isWhole: node === undefined };
  let isWhole = true;
  for (const { key, node: value } of node.members) {
    if (value.type === 'string') map.set(key, value.value);
    else isWhole = false;
  }
  return { map, isWhole };
}
