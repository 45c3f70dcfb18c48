/**
 * Which answers can differ at all between two snapshots: those made from something that is not the same. An answer is
 * made from the group, the profile and the template that it names, and from the query; so where these are equal to the
 * byte, asking is spared. What can differ is always asked for, of the code that answers machines.
 */
import { type ConfigEndpoint, configEndpoints, templateEndpoints } from '../endpoint.ts';
import type { FileEntry, GroupEntry } from '../file-entry.ts';
import type { Labels } from '../group-index.ts';
import type { Snapshot } from '../snapshot.ts';

export function createMayDiffer(before: Snapshot, after: Snapshot): (labels: Labels) => readonly ConfigEndpoint[] {
  const same = createSameEntry();
  const known = new WeakMap<
    GroupEntry,
    { readonly other: GroupEntry; readonly endpoints: readonly ConfigEndpoint[] }
  >();
  return (labels) => {
    const [first, second] = [before.select(labels), after.select(labels)];
    if (first.outcome === 'none' && second.outcome === 'none') return [];
    if (first.outcome !== 'group' || second.outcome !== 'group') return configEndpoints;
    const found = known.get(first.entry);
    if (found?.other === second.entry) return found.endpoints;
    const endpoints = same(first.entry, second.entry)
      ? ofProfiles(before, after, first.entry.value!.profile, same)
      : configEndpoints;
    known.set(first.entry, { other: second.entry, endpoints });
    return endpoints;
  };
}

type SameEntry = (a: FileEntry | undefined, b: FileEntry | undefined) => boolean;

function ofProfiles(before: Snapshot, after: Snapshot, id: string, same: SameEntry): readonly ConfigEndpoint[] {
  const [first, second] = [before.profile(id), after.profile(id)];
  if (first === undefined && second === undefined) return [];
  const [old, now] = [first?.value, second?.value];
  if (old === undefined || now === undefined) return configEndpoints.filter((endpoint) => endpoint !== 'metadata');
  const sameProfile = same(first, second);
  return configEndpoints.filter((endpoint) => {
    if (endpoint === 'metadata') return false;
    const template = templateEndpoints[endpoint];
    if (template === undefined) return !sameProfile;
    const name = template.idOf(old);
    if (old.id !== now.id || name !== template.idOf(now)) return true;
    return !sameTemplate(before.template(template.kind, name), after.template(template.kind, name), same);
  });
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
