/** Every template rendered for every group that uses it, with what its machines send, by the code that answers them. */
import {
  type ConfigEndpoint,
  scriptTemplates,
  seedFiles,
  seedTemplateName,
  templateEndpoints,
} from '../../../answer/endpoint.ts';
import { bootSections } from '../../../data/boot.ts';
import type { TemplateEntry } from '../../../data/file-entry.ts';
import { isRawIgnition, type TemplateKind } from '../../../data/kind.ts';
import type { Profile } from '../../../data/profile.ts';
import { type Snapshot, withChanges } from '../../../data/snapshot.ts';
import { formatQuery } from '../../label-query.ts';
import { madeUpLabels } from '../../made-up-machine.ts';
import { argumentUrls, endpointOf } from '../arguments/argument-url.ts';
import { asksOf, labelsOfGroup } from '../arguments/asks.ts';
import { meantGroups, meantSnapshot } from '../as-meant.ts';
import { doubtfulGroups } from '../checks/selector.ts';
import type { Remark } from '../finding.ts';
import { newestSpecOf } from '../image-age.ts';
import type { Project } from '../project.ts';
import { type Collector, createCollector, type RenderedRemark, type RenderRule, remarksOf } from './collector.ts';
import { type Plan, renderOne } from './render-one.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

export type RenderRemarks = ReadonlyMap<RenderRule, readonly Remark[]>;

const known = new WeakMap<Project, RenderRemarks>();

export function renderRule(rule: RenderRule): (project: Project) => readonly Remark[] {
  return (project) => {
    let remarks = known.get(project);
    if (remarks === undefined) {
      const whole = { from: 0, to: project.candidates.length };
      remarks = takeRendered(project, [renderPart(project, whole)]);
    }
    return remarks.get(rule) ?? [];
  };
}

/** @param parts what came of all the project's groups together, wherever they were rendered */
export function takeRendered(project: Project, parts: readonly (readonly RenderedRemark[])[]): RenderRemarks {
  const remarks = remarksOf(parts);
  known.set(project, remarks);
  return remarks;
}

/** @param groups which of the project's candidates; with the last of them come those that machines cannot get */
export function renderPart(project: Project, groups: Range): RenderedRemark[] {
  const collector = createCollector();
  const done = new Set<Plan>();
  renderCandidates(project, groups, done, collector);
  if (groups.to === project.candidates.length) renderMeantGroups(project, done, collector);
  return collector.rendered();
}

/** Groups that machines can get. */
function renderCandidates(project: Project, part: Range, done: Set<Plan>, collector: Collector): void {
  const snapshot = withoutHold(meantSnapshot(project));
  const plans = new Map<string, readonly Plan[]>();
  const asked = askedQueries(project);
  const doubtful = doubtfulGroups(project);
  for (const [index, group] of project.candidates.entries()) {
    const isMine = index >= part.from && index < part.to;
    if (isMine && index % 100 === 0) project.onProgress?.(index - part.from, part.to - part.from);
    // Without its metadata it would lack every key; it comes below.
    if (group.doubts.has('metadata')) continue;
    const id = group.value.profile;
    if (!plans.has(id)) plans.set(id, plansOf(snapshot, id));
    const left = plans.get(id)!.filter((each) => (each.same ? !done.has(each) : isMine));
    const labels = left.length === 0 ? undefined : labelsOfGroup(project, group);
    if (labels === undefined) continue;
    for (const each of left) done.add(each);
    // What is the same for all groups is rendered for the first of them, in whose part that is.
    const asks = isMine ? asksFor(left, asked, group.file, formatQuery(labels)) : [];
    // A selector that is misspelt is a variable that templates lack.
    const told = doubtful.has(group.file) ? withoutTemplateErrors(collector) : collector;
    for (const ask of asks) renderOne({ ...ask, project, snapshot, group }, told);
  }
}

/** @param query what a machine sends of which nobody knows by which URL it asks */
function asksFor(
  plans: readonly Plan[],
  asked: ReadonlyMap<string, readonly string[]>,
  groupFile: string,
  query: string,
): (Plan & { readonly query: string })[] {
  return plans.flatMap((plan) => {
    const queries = asked.get(`${groupFile} ${plan.endpoint}`);
    if (queries === undefined) return [{ ...plan, query }];
    // What is asked by a URL has been judged by who asks.
    return queries.map((each) => ({ ...plan, limit: undefined, query: each }));
  });
}

/** More URLs than these send much the same. */
const maxQueries = 3;

/** The queries by which a group's answers are asked for, as far as profiles' arguments tell. */
function askedQueries(project: Project): Map<string, string[]> {
  const queries = new Map<string, string[]>();
  for (const { endpoint, query, selection } of asksOf(project)) {
    if (selection.outcome !== 'group') continue;
    const key = `groups/${selection.entry.name} ${endpoint}`;
    const known = queries.get(key);
    if (known === undefined) queries.set(key, [query]);
    else if (known.length < maxQueries && !known.includes(query)) known.push(query);
  }
  return queries;
}

/** Groups that machines cannot get until their files are mended. */
function renderMeantGroups(project: Project, done: ReadonlySet<Plan>, collector: Collector): void {
  const snapshot = withoutHold(meantSnapshot(project));
  for (const { entry, isWhole } of meantGroups(project)) {
    const { value, name } = entry;
    const group = { value, file: `groups/${name}` };
    const own = withChanges(snapshot, { select: () => ({ outcome: 'group', entry }) });
    const query = formatQuery(new Map([...madeUpLabels, ...value.selector]));
    for (const each of plansOf(own, value.profile)) {
      if (each.same && done.has(each)) continue;
      // A description that lacks more than its fault lets every template fail, which says nothing about the template.
      const isTold = isWhole && namesAny(each.template, value.metadata?.keys() ?? []);
      const told = isTold ? collector : withoutTemplateErrors(collector);
      renderOne({ ...each, project, snapshot: own, group, query }, told);
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

function plansOf(snapshot: Snapshot, profileId: string): Plan[] {
  const profile = snapshot.profile(profileId)?.value;
  if (profile === undefined) return [];
  return rendersOf(profile).flatMap(({ endpoint, kind, name }) => {
    const template = name === '' ? undefined : snapshot.template(kind, name);
    // What is no template is said once, by the rule about syntax.
    if (template?.value === undefined) return [];
    const raw = isRawIgnition(template.name);
    const same = raw || !new TextDecoder().decode(template.bytes).includes('{{');
    const limit = endpoint === 'ignition' ? newestSpecOf(profile) : undefined;
    return { endpoint, template, same, limit };
  });
}

interface Render {
  readonly endpoint: ConfigEndpoint;
  readonly kind: TemplateKind;
  readonly name: string;
}

function rendersOf(profile: Profile): Render[] {
  const seed = seedFiles.flatMap((file): Render[] => {
    const name = seedTemplateName(profile, file);
    return name === undefined ? [] : [{ endpoint: `nocloud/${file}`, kind: 'cloud', name }];
  });
  const others = Object.entries(templateEndpoints).map(
    ([endpoint, { kind, idOf }]): Render => ({ endpoint: endpoint as ConfigEndpoint, kind, name: idOf(profile) }),
  );
  for (const endpoint of ['ipxe', 'grub'] as const) {
    others.push({ endpoint, kind: 'generic', name: scriptTemplates[endpoint].idOf(profile) });
  }
  // What is written for NoCloud need not be what `/cloud` takes, unless that is asked.
  const isAsked = bootSections(profile.boot)
    .flatMap(({ section }) => argumentUrls(section))
    .some(({ path }) => endpointOf(path) === 'cloud');
  return seed.length === 0 || isAsked
    ? [...others, ...seed]
    : [...others.filter(({ kind }) => kind !== 'cloud'), ...seed];
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
