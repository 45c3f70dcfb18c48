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
import { type ArgumentUrl, argumentUrls, endpointOf, pairsOf, querySender } from './argument-url.ts';
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

/** A machine that gets a group, and what matching makes of it. */
interface GroupMachine {
  readonly labels: Labels;
  readonly selection: Selection;
}

const machines = onceFor((_project: Project) => new Map<Described<Group>, GroupMachine | undefined>());

export const asksOf: (project: Project) => readonly Ask[] = onceFor(findAsks);

function findAsks(project: Project): Ask[] {
  return project.profiles.flatMap((profile) => {
    const all = bootSections(profile.value.boot).flatMap(({ at, section }) => argumentUrls(section, at));
    const urls = all.flatMap((url) => {
      const endpoint = endpointOf(url.path);
      // What cannot be right there is said of the path.
      const fits = Object.hasOwn(configArguments, url.name) ? configArguments[url.name] : undefined;
      return endpoint === undefined || fits?.includes(endpoint) === false ? [] : askedBy(url, endpoint);
    });
    if (urls.length === 0) return [];
    return project.groupsOf(profile.id).flatMap((group) => {
      const machine = machineOf(project, group);
      return machine === undefined
        ? []
        : urls.map((asked) => makeAsk(project.snapshot, { profile, group }, asked, machine));
    });
  });
}

/** The labels of a group's machines; undefined where none ever gets it. */
export function labelsOfGroup(project: Project, group: Described<Group>): Labels | undefined {
  return machineOf(project, group)?.labels;
}

function machineOf(project: Project, group: Described<Group>): GroupMachine | undefined {
  const known = machines(project);
  if (!known.has(group)) known.set(group, findMachine(project.snapshot, group));
  return known.get(group);
}

function findMachine(snapshot: Snapshot, { file, value }: Described<Group>): GroupMachine | undefined {
  let selection: Selection = { outcome: 'none' };
  const labels = machineLabels(value.selector, (tried) => {
    selection = snapshot.select(tried);
    return selection.outcome !== 'none' && `groups/${selection.entry.name}` === file;
  });
  return labels && { labels, selection };
}

/** A URL that all machines of a profile ask by. */
interface AskedUrl extends Pick<Ask, 'url' | 'endpoint'> {
  readonly send: (labels: Labels) => string;
  /** Labels that are written out in it. */
  readonly literal: readonly string[];
}

function askedBy(url: ArgumentUrl, endpoint: ConfigEndpoint): AskedUrl {
  const written = url.query ?? '';
  const literal = pairsOf(written).flatMap(({ key, isLiteral }) => (isLiteral ? key : []));
  return { url, endpoint, send: querySender(written), literal };
}

function makeAsk(
  snapshot: Snapshot,
  asker: Pick<Ask, 'profile' | 'group'>,
  { url, endpoint, send, literal }: AskedUrl,
  { labels, selection: whole }: GroupMachine,
): Ask {
  const query = send(labels);
  const sent = parseLabels(query).labels;
  const said = literal.flatMap((key) => {
    const value = sent.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const wanted = said.length === 0 ? whole : snapshot.select(new Map([...labels, ...said]));
  const { profile, group } = asker;
  return { profile, group, url, endpoint, query, sent, selection: snapshot.select(sent), wanted };
}

/** The entry that was chosen; of machines on hold that of the default group. */
export function entryOf(selection: Selection) {
  return selection.outcome === 'none' ? undefined : selection.entry;
}
