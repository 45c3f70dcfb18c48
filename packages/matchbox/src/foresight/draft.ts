/** A data directory as it would be with some files changed, and the part of it that those files have to do with. */
import { scriptTemplates, templateEndpoints } from '../answer/endpoint.ts';
import { decodeFile, type FileEntry } from '../data/file-entry.ts';
import { resolveName } from '../data/file-name.ts';
import type { Kind, TemplateKind } from '../data/kind.ts';
import type { Profile } from '../data/profile.ts';
import { createSnapshot, nextSnapshot, partsOf, type Snapshot } from '../data/snapshot.ts';
import { editParts } from '../data/snapshot-parts.ts';
import type { TemplateFunctions } from '../data/template-library.ts';

/** A file as it would be; undefined bytes: it would be gone. */
export interface DraftFile {
  readonly kind: Kind;
  /** File name in the folder of its kind: `node1.json`. */
  readonly name: string;
  readonly bytes: Uint8Array | undefined;
}

/** Of the groups of a profile so many are looked at: what is wrong for one of them is mostly wrong for all. */
const maxGroups = 50;

export function withDraft(
  snapshot: Snapshot,
  draft: readonly DraftFile[],
  templateFunctions: TemplateFunctions,
): Snapshot {
  const editor = editParts(partsOf(snapshot));
  for (const { kind, name, bytes } of draft) {
    const entry = bytes === undefined ? undefined : decodeFile(kind, name, bytes, { templateFunctions });
    editor.update({ kind, name, entry });
  }
  return nextSnapshot(snapshot, editor.done(), snapshot.folderFaults);
}

/**
 * The draft's files, what they name and who names them: enough to check the draft, however large the directory is.
 * @param snapshot with the draft or without it
 */
export function relatedTo(snapshot: Snapshot, draft: readonly DraftFile[]): Snapshot {
  const entries = new Map<string, FileEntry>();
  const add = (entry: FileEntry | undefined) => {
    if (entry !== undefined) entries.set(`${entry.kind}/${entry.name}`, entry);
  };
  // There are few, and what is wrong with one is often another.
  if (draft.some(({ kind }) => kind === 'networks')) snapshot.files('networks').forEach(add);
  for (const { kind, name } of draft) add(snapshot.file(kind, name));
  const profiles = new Set(draft.flatMap((file) => profilesOf(snapshot, file)));
  groupsOf(snapshot, profiles).forEach(add);
  for (const id of profiles) {
    const profile = snapshot.profile(id);
    add(profile);
    for (const { kind, name } of templatesOf(profile?.value)) add(snapshot.template(kind, name));
  }
  const { onBrokenGroup, ignitionVersion, templateLibrary } = snapshot;
  return createSnapshot(entries.values(), { onBrokenGroup, ignitionVersion, templateLibrary });
}

/** The profiles that a file is, names, or is named by. */
function profilesOf(snapshot: Snapshot, { kind, name }: DraftFile): string[] {
  const id = name.replace(/\.json$/, '');
  if (kind === 'profiles') return [id];
  if (kind === 'groups') return [snapshot.group(id)?.value?.profile ?? ''];
  return kind === 'networks' ? [] : usersOf(snapshot, kind, name);
}

/** So many of each profile. */
function groupsOf(snapshot: Snapshot, profiles: ReadonlySet<string>): FileEntry[] {
  const perProfile = new Map<string, number>();
  return snapshot.groups.filter(({ value }) => {
    const { profile } = value!;
    const count = perProfile.get(profile) ?? 0;
    if (!profiles.has(profile) || count >= maxGroups) return false;
    perProfile.set(profile, count + 1);
    return true;
  });
}

function usersOf(snapshot: Snapshot, kind: TemplateKind, name: string): string[] {
  return snapshot.profiles.flatMap(({ value }) => {
    const isUser = templatesOf(value).some((each) => each.kind === kind && resolveName(each.name) === name);
    return isUser ? [value!.id] : [];
  });
}

function templatesOf(profile: Profile | undefined): { kind: TemplateKind; name: string }[] {
  if (profile === undefined) return [];
  const configs = Object.values(templateEndpoints).map(({ kind, idOf }) => ({ kind, name: idOf(profile) }));
  // Scripts of boot loaders are generic templates.
  const scripts = Object.values(scriptTemplates).map(({ idOf }) => ({ kind: 'generic', name: idOf(profile) }) as const);
  return [...configs, ...scripts].filter(({ name }) => name !== '');
}
