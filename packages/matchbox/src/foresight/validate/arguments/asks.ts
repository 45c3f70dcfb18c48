/** What machines ask by the URLs among their profiles' arguments, and what matching makes of it. */
import type { ConfigEndpoint } from '../../../answer/endpoint.ts';
import { parseLabels } from '../../../answer/labels.ts';
import { bootSections } from '../../../data/boot.ts';
import type { Group } from '../../../data/group.ts';
import type { Labels } from '../../../data/group-index.ts';
import { onceFor } from '../../../data/once-for.ts';
import type { Profile } from '../../../data/profile.ts';
import type { Selection, Snapshot } from '../../../data/snapshot.ts';
import { machineLabels } from '../../made-up-machine.ts';
import type { Described, Project } from '../project.ts';
import { type ArgumentUrl, argumentUrls, endpointOf, pairsOf, sentQuery } from './argument-url.ts';
import { configArguments } from './known-arguments.ts';

/** One URL of one profile, asked by a machine of one group. */
export interface Ask {
  readonly profile: Described<Profile>;
  readonly group: Described<Group>;
  readonly url: ArgumentUrl;
  readonly endpoint: ConfigEndpoint;
  readonly query: string;
  readonly sent: Labels;
  readonly selection: Selection;
  /** What is chosen by all that the machine has, and what the URL says besides. */
  readonly wanted: Selection;
}

const labelsOfGroups = onceFor((_project: Project) => new WeakMap<Described<Group>, Labels | undefined>());

export const asksOf: (project: Project) => readonly Ask[] = onceFor(findAsks);

function findAsks(project: Project): Ask[] {
  return project.profiles.flatMap((profile) => {
    const all = bootSections(profile.value.boot).flatMap(({ at, section }) => argumentUrls(section, at));
    const urls = all.flatMap((url) => {
      const endpoint = endpointOf(url.path);
      // What cannot be right there is said of the path.
      const fits = Object.hasOwn(configArguments, url.name) ? configArguments[url.name] : undefined;
      return endpoint === undefined || fits?.includes(endpoint) === false ? [] : { url, endpoint };
    });
    if (urls.length === 0) return [];
    return project.groupsOf(profile.id).flatMap((group) => {
      const labels = labelsOfGroup(project, group);
      return labels === undefined
        ? []
        : urls.map(({ url, endpoint }) => makeAsk(project.snapshot, { profile, group, url, endpoint }, labels));
    });
  });
}

/** The labels of a group's machines; undefined where none ever gets it. */
export function labelsOfGroup(project: Project, group: Described<Group>): Labels | undefined {
  const known = labelsOfGroups(project);
  if (!known.has(group)) known.set(group, findLabels(project.snapshot, group));
  return known.get(group);
}

function findLabels(snapshot: Snapshot, { file, value }: Described<Group>): Labels | undefined {
  return machineLabels(value.selector, (labels) => {
    const selection = snapshot.select(labels);
    return selection.outcome !== 'none' && `groups/${selection.entry.name}` === file;
  });
}

type Asker = Pick<Ask, 'profile' | 'group' | 'url' | 'endpoint'>;

function makeAsk(snapshot: Snapshot, asker: Asker, labels: Labels): Ask {
  const written = asker.url.query ?? '';
  const query = sentQuery(written, labels);
  const sent = parseLabels(query).labels;
  const said = pairsOf(written).flatMap(({ key, isLiteral }) => {
    const value = sent.get(key);
    return isLiteral && value !== undefined ? [[key, value] as const] : [];
  });
  const wanted = snapshot.select(said.length === 0 ? labels : new Map([...labels, ...said]));
  return { ...asker, query, sent, selection: snapshot.select(sent), wanted };
}

/** The entry that was chosen; of machines on hold that of the default group. */
export function entryOf(selection: Selection) {
  return selection.outcome === 'none' ? undefined : selection.entry;
}
