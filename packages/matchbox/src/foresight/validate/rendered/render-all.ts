/** Every template rendered for every group that uses it, with what its machines send, by the code that answers them. */
import type { ConfigEndpoint } from '../../../answer/endpoint.ts';
import { parseLabels } from '../../../answer/labels.ts';
import type { TemplateEntry } from '../../../data/file-entry.ts';
import type { Group } from '../../../data/group.ts';
import type { Labels } from '../../../data/group-index.ts';
import { onceFor, onceForEach } from '../../../data/once-for.ts';
import { type Snapshot, withChanges } from '../../../data/snapshot.ts';
import { formatQuery } from '../../label-query.ts';
import { madeUpLabels } from '../../made-up-machine.ts';
import { type Ask, asksOf, labelsOfGroup } from '../arguments/asks.ts';
import { meantGroups, meantSnapshot } from '../as-meant.ts';
import { doubtfulGroups } from '../checks/selector.ts';
import type { Remark } from '../finding.ts';
import type { Described, Project } from '../project.ts';
import { chunksOf } from './chunk.ts';
import { type Collector, createCollector, type RenderedRemark, type RenderRule, remarksOf } from './collector.ts';
import { plansOf } from './plan.ts';
import { type Plan, renderOne } from './render-one.ts';

export type RenderRemarks = ReadonlyMap<RenderRule, readonly Remark[]>;

const known = new WeakMap<Project, RenderRemarks>();

export function renderRule(rule: RenderRule): (project: Project) => readonly Remark[] {
  return (project) => {
    let remarks = known.get(project);
    if (remarks === undefined) {
      const numbers = Array.from({ length: countChunks(project) }, (_, number) => number);
      remarks = takeRendered(
        project,
        numbers.map((number) => renderChunk(project, number)),
      );
    }
    return remarks.get(rule) ?? [];
  };
}

/** @param chunks what came of all of them, wherever they were rendered, in any order */
export function takeRendered(project: Project, chunks: readonly (readonly RenderedRemark[])[]): RenderRemarks {
  const remarks = remarksOf(chunks);
  known.set(project, remarks);
  return remarks;
}

/** Into so many parts the rendering is cut; the last of them are the groups that machines cannot get. */
export function countChunks(project: Project): number {
  return chunksOf(project).length + 1;
}

/** @param number from 0, below `countChunks` */
export function renderChunk(project: Project, number: number): RenderedRemark[] {
  const collector = createCollector();
  const chunk = chunksOf(project)[number];
  if (chunk === undefined) renderMeantGroups(project, collector);
  else {
    const rendering = renderingOf(project);
    for (const [index, place] of chunk.places.entries()) {
      if (index % 100 === 0) project.onProgress?.(chunk.before + index, project.candidates.length);
      renderCandidate(rendering, place, collector);
    }
  }
  return collector.rendered();
}

/** What all groups of a project are rendered with. */
interface Rendering {
  readonly project: Project;
  readonly snapshot: Snapshot;
  readonly plansOf: (profileId: string) => readonly Plan[];
  readonly firstOf: (profileId: string) => Described<Group> | undefined;
  readonly doubtful: ReturnType<typeof doubtfulGroups>;
  readonly asked: ReturnType<typeof askedQueries>;
}

function renderingOf(project: Project): Rendering {
  return {
    project,
    snapshot: snapshotWithoutHold(project),
    plansOf: plansOfProfiles(project),
    firstOf: firstOf(project),
    doubtful: doubtfulGroups(project),
    asked: askedQueries(project),
  };
}

/** A group that machines can get. */
function renderCandidate(rendering: Rendering, place: number, collector: Collector): void {
  const { project, snapshot, doubtful } = rendering;
  const group = project.candidates[place]!;
  // Without its metadata it would lack every key; it comes below.
  if (group.doubts.has('metadata')) return;
  const labels = labelsOfGroup(project, group);
  if (labels === undefined) return;
  // A selector that is misspelt is a variable that templates lack.
  const told = doubtful.has(group.file) ? withoutTemplateErrors(collector) : collector;
  const { profile } = group.value;
  let byLabels: Asked | undefined;
  for (const plan of rendering.plansOf(profile)) {
    if (plan.same && rendering.firstOf(profile) !== group) continue;
    const { endpoint, template, same } = plan;
    const asks = rendering.asked.get(endpoint)?.get(group.value);
    // What machines send where nobody knows by which URL they ask.
    if (asks === undefined) byLabels ??= askedBy(labels);
    // What is asked by a URL has been judged by who asks.
    const limit = asks === undefined ? plan.limit : undefined;
    // Field by field: to spread objects takes as long as some renderings.
    for (const { query, sent } of asks ?? [byLabels!]) {
      renderOne({ endpoint, template, same, limit, project, snapshot, group, query, sent, place }, told);
    }
  }
}

const snapshotWithoutHold = onceFor((project: Project): Snapshot => withoutHold(meantSnapshot(project)));

const plansOfProfiles = onceFor((project: Project) => {
  const snapshot = snapshotWithoutHold(project);
  return onceForEach((profileId): readonly Plan[] => plansOf(snapshot, profileId));
});

/** By the profile: the group for which is rendered what is the same for all. */
const firstOf = onceFor((project: Project) =>
  onceForEach((profileId): Described<Group> | undefined =>
    project
      .groupsOf(profileId)
      .find((group) => !group.doubts.has('metadata') && labelsOfGroup(project, group) !== undefined),
  ),
);

/** A query, and what it says. */
type Asked = Pick<Ask, 'query' | 'sent'>;

function askedBy(labels: Labels): Asked {
  const query = formatQuery(labels);
  return { query, sent: parseLabels(query).labels };
}

/** More URLs than these send much the same. */
const maxQueries = 3;

/** The queries by which a group's answers are asked for, as far as profiles' arguments tell: by the endpoint and the group. */
const askedQueries = onceFor((project: Project): ReadonlyMap<ConfigEndpoint, ReadonlyMap<Group, readonly Asked[]>> => {
  const byEndpoint = new Map<ConfigEndpoint, Map<Group, Asked[]>>();
  for (const ask of asksOf(project)) {
    const { endpoint, selection } = ask;
    if (selection.outcome !== 'group') continue;
    const asks = byEndpoint.get(endpoint) ?? new Map<Group, Asked[]>();
    byEndpoint.set(endpoint, asks);
    const group = selection.entry.value!;
    const others = asks.get(group);
    if (others === undefined) asks.set(group, [ask]);
    else if (others.length < maxQueries && !others.some(({ query }) => query === ask.query)) others.push(ask);
  }
  return byEndpoint;
});

/** Groups that machines cannot get until their files are mended. */
function renderMeantGroups(project: Project, collector: Collector): void {
  const snapshot = snapshotWithoutHold(project);
  for (const [index, { entry, isWhole }] of meantGroups(project).entries()) {
    const { value, name } = entry;
    const group = { value, file: `groups/${name}` };
    const own = withChanges(snapshot, { select: () => ({ outcome: 'group', entry }) });
    const asked = askedBy(new Map([...madeUpLabels, ...value.selector]));
    const place = project.candidates.length + index;
    for (const each of plansOf(own, value.profile)) {
      // A description that lacks more than its fault lets every template fail, which says nothing about the template.
      const isTold = isWhole && namesAny(each.template, value.metadata?.keys() ?? []);
      const told = isTold ? collector : withoutTemplateErrors(collector);
      renderOne({ ...each, ...asked, project, snapshot: own, group, place }, told);
    }
  }
}

function withoutTemplateErrors(collector: Collector): Collector {
  return {
    ...collector,
    add: (...remark) => {
      if (remark[0] !== 'template-error') collector.add(...remark);
    },
  };
}

function namesAny({ bytes }: TemplateEntry, keys: Iterable<string>): boolean {
  const text = new TextDecoder().decode(bytes);
  return [...keys].some((key) => text.includes(`.${key}`));
}

/** A broken group puts default machines on hold; their templates are looked at all the same. */
function withoutHold(snapshot: Snapshot): Snapshot {
  return withChanges(snapshot, {
    select: (labels) => {
      const selection = snapshot.select(labels);
      return selection.outcome === 'hold' ? { outcome: 'group', entry: selection.entry } : selection;
    },
  });
}
