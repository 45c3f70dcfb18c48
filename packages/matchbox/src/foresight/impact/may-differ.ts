/**
 * Which answers can differ at all between two snapshots: those made from something that is not the same. An answer is
 * made from the group, the profile and the template that it names, and from the query; so where these are equal to the
 * byte, asking is spared. What can differ is always asked for, of the code that answers machines.
 */
import {
  answerEndpoints,
  type ConfigEndpoint,
  configEndpoints,
  endpointsOf,
  isScriptEndpoint,
  neededTemplate,
  scriptTemplates,
  seedFileOf,
  seedTemplateName,
} from '../../answer/endpoint.ts';
import type { FileEntry, GroupEntry } from '../../data/file-entry.ts';
import type { Labels } from '../../data/group-index.ts';
import type { TemplateKind } from '../../data/kind.ts';
import type { Profile } from '../../data/profile.ts';
import type { Selection, Snapshot } from '../../data/snapshot.ts';

export function createMayDiffer(before: Snapshot, after: Snapshot): (labels: Labels) => readonly ConfigEndpoint[] {
  const same = createSameEntry();
  const known = new WeakMap<
    GroupEntry,
    { readonly other: GroupEntry; readonly endpoints: readonly ConfigEndpoint[] }
  >();
  return (labels) => {
    const [first, second] = [before.select(labels), after.select(labels)];
    if (first.outcome === 'none' && second.outcome === 'none') return [];
    const all = allOf(before, after, [first, second]);
    if (first.outcome !== 'group' || second.outcome !== 'group') return all;
    const found = known.get(first.entry);
    if (found?.other === second.entry) return found.endpoints;
    const endpoints = same(first.entry, second.entry)
      ? ofProfiles(before, after, first.entry.value!.profile, same)
      : all;
    known.set(first.entry, { other: second.entry, endpoints });
    return endpoints;
  };
}

/** What may be asked of either version. */
function allOf(before: Snapshot, after: Snapshot, [first, second]: readonly [Selection, Selection]) {
  const sides = [
    [before, first],
    [after, second],
  ] as const;
  const takesSeed = sides.some(
    ([snapshot, selection]) =>
      selection.outcome !== 'none' &&
      endpointsOf(snapshot.profile(selection.entry.value!.profile)?.value) === answerEndpoints,
  );
  return takesSeed ? answerEndpoints : configEndpoints;
}

type SameEntry = (a: FileEntry | undefined, b: FileEntry | undefined) => boolean;

function ofProfiles(before: Snapshot, after: Snapshot, id: string, same: SameEntry): readonly ConfigEndpoint[] {
  const [first, second] = [before.profile(id), after.profile(id)];
  if (first === undefined && second === undefined) return [];
  const [old, now] = [first?.value, second?.value];
  if (old === undefined || now === undefined)
    return endpointsOf(old ?? now).filter((endpoint) => endpoint !== 'metadata');
  const all = endpointsOf(old) === answerEndpoints ? answerEndpoints : endpointsOf(now);
  const isOther = (kind: TemplateKind, name: string) =>
    !sameTemplate(before.template(kind, name), after.template(kind, name), same);
  const isSameProfile = same(first, second);
  return all.filter((endpoint) => {
    if (endpoint === 'metadata') return false;
    return neededTemplate(endpoint) === undefined
      ? !isSameProfile || mayScriptDiffer(endpoint, old, isOther)
      : mayConfigDiffer(endpoint, [old, now], isOther);
  });
}

type IsOther = (kind: TemplateKind, name: string) => boolean;

/** Of the same profile. */
function mayScriptDiffer(endpoint: ConfigEndpoint, profile: Profile, isOther: IsOther): boolean {
  const script = isScriptEndpoint(endpoint) ? scriptTemplates[endpoint].idOf(profile) : '';
  return script !== '' && isOther('generic', script);
}

function mayConfigDiffer(endpoint: ConfigEndpoint, [old, now]: readonly [Profile, Profile], isOther: IsOther): boolean {
  const template = neededTemplate(endpoint)!;
  const name = template.idOf(old);
  if (old.id !== now.id || name !== template.idOf(now)) return true;
  const file = seedFileOf(endpoint);
  if (file === undefined || file === 'user-data') return isOther(template.kind, name);
  const beside = seedTemplateName(old, file);
  return beside !== undefined && isOther('cloud', beside);
}

function sameTemplate(a: FileEntry | undefined, b: FileEntry | undefined, same: SameEntry): boolean {
  return (a === undefined && b === undefined) || same(a, b);
}

/** The same bytes under the same name; what is broken counts as different, to be asked for. */
function createSameEntry(): SameEntry {
  const known = new WeakMap<FileEntry, { readonly other: FileEntry; readonly same: boolean }>();
  return (a, b) => {
    if (a === undefined || b === undefined) return false;
    const found = known.get(a);
    if (found?.other === b) return found.same;
    const same =
      a.name === b.name &&
      a.fault === undefined &&
      b.fault === undefined &&
      a.bytes.length === b.bytes.length &&
      Buffer.compare(a.bytes, b.bytes) === 0;
    known.set(a, { other: b, same });
    return same;
  };
}
