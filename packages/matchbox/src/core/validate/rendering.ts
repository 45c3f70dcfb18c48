/** Every template rendered for every group that uses it, by the code that answers machines. */
import { formatEntry, type ReportEntry, translate } from '@matchbox/butane';
import {
  findSpecVersion,
  formatPath,
  minorOf,
  parseCompatible,
  type SpecVersion,
  specVersions,
} from '@matchbox/ignition';
import { answer } from '../answer.ts';
import { type ConfigEndpoint, templateEndpoints } from '../endpoint.ts';
import type { Reason } from '../failure.ts';
import { Failure } from '../failure.ts';
import type { TemplateEntry } from '../file-entry.ts';
import { positionAt } from '../go-json.ts';
import type { Group } from '../group.ts';
import { isRawIgnition } from '../ignition-answer.ts';
import { parseLabels } from '../labels.ts';
import { compile, renderTemplate } from '../render-template.ts';
import type { Place } from '../rendered-line.ts';
import type { Snapshot } from '../snapshot.ts';
import { templateData } from '../template-data.ts';
import { locateRendered } from '../template-origin.ts';
import { meantGroups, meantSnapshot } from './as-meant.ts';
import type { bootLabels } from './boot-labels.ts';
import type { Remark } from './finding.ts';
import { newestSpecOf } from './image-date.ts';
import type { Described, Project } from './project.ts';

/** What came of a rendering, by the rule that it belongs to. */
export type RenderRule =
  | 'template-error'
  | 'cloud-invalid'
  | 'butane-error'
  | 'butane-warning'
  | 'ignition-invalid'
  | 'ignition-warning'
  | 'ignition-too-new';

export type RenderRemarks = ReadonlyMap<RenderRule, readonly Remark[]>;

const ruleOfReason: { readonly [R in Reason]?: RenderRule } = {
  template_error: 'template-error',
  cloud_invalid: 'cloud-invalid',
  butane_error: 'butane-error',
  ignition_invalid: 'ignition-invalid',
};

/** A standard label's value for a machine that is none in particular. */
const placeholders: Readonly<Record<(typeof bootLabels)[number], string>> = {
  uuid: '00000000-0000-4000-8000-000000000001',
  mac: '02:00:00:00:00:01',
  domain: 'example.com',
  hostname: 'machine',
  serial: 'serial',
  arch: 'x86_64',
};

interface Said {
  readonly rule: RenderRule;
  readonly remark: Remark;
  readonly groups: Set<string>;
}

/** Remarks that differ in numbers at most are one, which names the groups. */
interface Collector {
  add(rule: RenderRule, remark: Remark, group: string): void;
}

const known = new WeakMap<Project, RenderRemarks>();

export function renderRule(rule: RenderRule): (project: Project) => readonly Remark[] {
  return (project) => {
    let remarks = known.get(project);
    if (remarks === undefined) {
      remarks = renderAll(project);
      known.set(project, remarks);
    }
    return remarks.get(rule) ?? [];
  };
}

function renderAll(project: Project): RenderRemarks {
  const said = new Map<string, Said>();
  const collector: Collector = {
    add: (rule, remark, group) => {
      // Groups have more or fewer lines above it, and a loop writes one line many times.
      const key = JSON.stringify([rule, { ...remark, message: remark.message.replace(/\d+/g, '#') }]);
      const before = said.get(key);
      if (before === undefined) said.set(key, { rule, remark, groups: new Set([group]) });
      else before.groups.add(group);
    },
  };
  const snapshot = withoutHold(meantSnapshot(project));
  const plans = new Map<string, readonly Plan[]>();
  const done = new Set<Plan>();
  for (const [index, group] of project.candidates.entries()) {
    if (index % 100 === 0) project.onProgress?.(index, project.candidates.length);
    // Without its metadata it would lack every key; it comes below.
    if (group.doubts.has('metadata')) continue;
    const id = group.value.profile;
    const plan = plans.get(id) ?? plansOf(snapshot, id);
    plans.set(id, plan);
    const left = plan.filter((each) => !each.same || !done.has(each));
    const query = left.length === 0 ? undefined : queryOf(snapshot, group.value, group.file);
    if (query === undefined) continue;
    for (const each of left) {
      done.add(each);
      renderOne({ ...each, project, snapshot, group, query }, collector);
    }
  }
  for (const { entry, isWhole } of meantGroups(project)) {
    const { value, name } = entry;
    const group = { value, file: `groups/${name}` };
    const own: Snapshot = { ...snapshot, select: () => ({ outcome: 'group', entry }) };
    const query = formatQuery(new Map([...Object.entries(placeholders), ...value.selector]));
    for (const each of plansOf(own, value.profile)) {
      if (each.same && done.has(each)) continue;
      // A description that lacks more than its fault lets every template fail, which says nothing about the template.
      const isTold = isWhole && namesAny(each.template, value.metadata?.keys() ?? []);
      const add: Collector['add'] = (...remark) => {
        if (isTold || remark[0] !== 'template-error') collector.add(...remark);
      };
      renderOne({ ...each, project, snapshot: own, group, query }, { add });
    }
  }
  return byRule(said.values());
}

function namesAny({ bytes }: TemplateEntry, keys: Iterable<string>): boolean {
  const text = new TextDecoder().decode(bytes);
  return [...keys].some((key) => text.includes(`.${key}`));
}

/** One template of a profile. */
interface Plan {
  readonly endpoint: ConfigEndpoint;
  readonly template: TemplateEntry;
  /** A text without actions says the same to every group. */
  readonly same: boolean;
  /** Newest Ignition spec version that the profile's image can know. */
  readonly limit: string | undefined;
}

function plansOf(snapshot: Snapshot, profileId: string): Plan[] {
  const profile = snapshot.profile(profileId)?.value;
  if (profile === undefined) return [];
  return Object.entries(templateEndpoints).flatMap(([endpoint, { kind, idOf }]) => {
    const id = idOf(profile);
    const template = id === '' ? undefined : snapshot.template(kind, id);
    if (template?.value === undefined) return [];
    const raw = isRawIgnition(template.name);
    // What is no template is said once, by the rule about syntax.
    if (!raw && compile(template.value) instanceof Error) return [];
    const same = raw || !new TextDecoder().decode(template.bytes).includes('{{');
    const limit = endpoint === 'ignition' ? newestSpecOf(profile) : undefined;
    return { endpoint: endpoint as ConfigEndpoint, template, same, limit };
  });
}

interface Job extends Plan {
  readonly project: Project;
  readonly snapshot: Snapshot;
  readonly group: Pick<Described<Group>, 'file' | 'value'>;
  readonly query: string;
}

function renderOne(job: Job, collector: Collector): void {
  const { project, snapshot, endpoint, template, group, query, limit } = job;
  const rendered = endpoint === 'generic' ? undefined : renderedText(job);
  const isConfig = endpoint === 'ignition' && rendered !== undefined;
  const { told, version } = isConfig ? reportConfig(job, rendered, collector) : unsaid;
  // Of a translation without a fault it is known that it is what machines are answered with.
  if (told !== 'nothing' && !isNewer(version, limit) && !isRawIgnition(template.name)) return;
  const accept = limit === undefined ? undefined : `application/vnd.coreos.ignition+json;version=${limit}`;
  const { story } = answer(snapshot, endpoint, query, { gzip: project.gzip, accept });
  const file = `${template.kind}/${template.name}`;
  if (story.reason === 'version_unacceptable') {
    const message = `${story.message}, by the date of the profile's image`;
    collector.add('ignition-too-new', { file, ...placeOfVersion(template.bytes), message }, group.value.id);
    return;
  }
  const rule = ruleOfReason[story.reason];
  // Butane's and Ignition's errors have been reported one by one.
  if (rule === undefined || (told === 'faults' && (rule === 'butane-error' || rule === 'ignition-invalid'))) return;
  const [, line, column] = /:(\d+):(\d+)$/.exec(story.position ?? '') ?? [];
  const at = { line: Number(line ?? 1), column: Number(column ?? 1) };
  const asRendered = story.rendered?.line ?? at.line;
  const suffix = asRendered === at.line ? '' : ` (line ${asRendered} as rendered)`;
  collector.add(rule, { file, ...at, message: `${story.message}${suffix}` }, group.value.id);
}

/** @returns undefined where it cannot be rendered; `answer` then says why */
function renderedText({ template, group, query }: Job): Uint8Array | undefined {
  if (isRawIgnition(template.name)) return template.bytes;
  const { labels } = parseLabels(query);
  try {
    return renderTemplate(template, templateData(group.value, { labels, rawQuery: query }));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** What is known of an answer by the report that was told: that it fails, that it is fine, or nothing; and its spec version. */
interface Told {
  readonly told: 'faults' | 'fine' | 'nothing';
  readonly version: SpecVersion | undefined;
}

const unsaid: Told = { told: 'nothing', version: undefined };

function isNewer(version: SpecVersion | undefined, limit: string | undefined): boolean {
  if (version === undefined || limit === undefined) return false;
  const known = findSpecVersion(limit);
  return known === undefined || minorOf(version) > minorOf(known);
}

/** Every entry of the report. */
function reportConfig(job: Job, rendered: Uint8Array, collector: Collector): Told {
  const { template, group } = job;
  const file = `${template.kind}/${template.name}`;
  if (isRawIgnition(template.name)) {
    const { report, error, reason, version } = parseCompatible(rendered, specVersions.at(-1)!.version);
    for (const { kind, path, line, column, message } of report) {
      const where = path.length > 0 ? `${formatPath(path)}: ` : '';
      const rule = kind === 'error' ? 'ignition-invalid' : 'ignition-warning';
      collector.add(rule, { file, line: line || 1, column: column || 1, message: where + message }, group.value.id);
    }
    if (error !== undefined && !report.some(({ kind }) => kind === 'error')) {
      const message = reason === undefined ? error : `${error}: ${reason}`;
      collector.add('ignition-invalid', { file, ...placeOfVersion(rendered), message }, group.value.id);
    }
    return { told: error === undefined ? 'fine' : 'faults', version };
  }
  const { ok, ignition, isMachineConfig, error, errorPlaces = [], report } = translate(rendered);
  const told = report.filter((item) => item.kind !== 'info' && !isConsequence(item, report));
  const origins = originsOf(job, told);
  for (const [index, item] of told.entries()) {
    const message = formatEntry(item).replace(/^\w+ at /, 'as rendered, at ');
    const rule = item.kind === 'error' ? 'butane-error' : 'butane-warning';
    collector.add(rule, { file, ...origins[index]!, message }, group.value.id);
  }
  if (!ok && !report.some(({ kind }) => kind === 'error')) {
    const [origin] = originsOf(job, [errorPlaces[0] ?? { line: 1, column: 0 }]);
    collector.add('butane-error', { file, ...origin!, message: error ?? 'not valid' }, group.value.id);
  }
  if (!ok) return { told: 'faults', version: undefined };
  // A MachineConfig is a translation that no machine is answered with.
  return { told: isMachineConfig ? 'nothing' : 'fine', version: ignition?.version };
}

/** A mode written in decimal has strange bits, which Ignition names besides. */
function isConsequence({ path, message }: ReportEntry, report: readonly ReportEntry[]): boolean {
  if (!message.startsWith('setuid/setgid/sticky bits')) return false;
  return report.some((other) => other.path === path && other.message.startsWith('unreasonable mode'));
}

/** Where a config says its spec version; its beginning if it does not. */
export function placeOfVersion(bytes: Uint8Array): Place {
  const text = new TextDecoder().decode(bytes);
  return positionAt(text, Math.max(text.search(/^version:|"version"/m), 0));
}

/** Where in the template that was written which stands at these places of the rendered text. */
function originsOf({ template, group, query }: Job, places: readonly Place[]): Place[] {
  if (places.length === 0) return [];
  const { labels } = parseLabels(query);
  const located = locateRendered(template, templateData(group.value, { labels, rawQuery: query }), places);
  return places.map(({ line }, index) => (line > 0 ? located?.[index]?.origin : undefined) ?? { line: 1, column: 1 });
}

/** The labels of a group's machines: its selectors, and what boot loaders send besides if the group wins with that too. */
function queryOf(snapshot: Snapshot, { selector }: Group, file: string): string | undefined {
  const full = new Map<string, string>([...Object.entries(placeholders), ...selector]);
  const labels = [full, selector].find((candidate) => {
    const selection = snapshot.select(candidate);
    return selection.outcome !== 'none' && `groups/${selection.entry.name}` === file;
  });
  return labels && formatQuery(labels);
}

function formatQuery(labels: ReadonlyMap<string, string>): string {
  return Array.from(labels, ([key, value]) => `${escapeQuery(key)}=${escapeQuery(value)}`).join('&');
}

function escapeQuery(text: string): string {
  return /^[\w.:-]*$/.test(text) ? text : encodeURIComponent(text);
}

/** A broken group puts default machines on hold; their templates are looked at all the same. */
function withoutHold(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    select: (labels) => {
      const selection = snapshot.select(labels);
      return selection.outcome === 'hold' ? { outcome: 'group', entry: selection.entry } : selection;
    },
  };
}

function byRule(said: Iterable<Said>): RenderRemarks {
  const result = new Map<RenderRule, Remark[]>();
  for (const { rule, remark, groups } of said) {
    const list = result.get(rule) ?? [];
    list.push({ ...remark, message: `${remark.message} (${nameGroups([...groups])})` });
    result.set(rule, list);
  }
  return result;
}

function nameGroups(groups: readonly string[]): string {
  const names = groups
    .slice(0, 3)
    .map((id) => JSON.stringify(id))
    .join(', ');
  const more = groups.length > 3 ? ` and ${groups.length - 3} more` : '';
  return `${groups.length === 1 ? 'group' : 'groups'} ${names}${more}`;
}

/** Texts that are no template, also those that no group uses. */
export function templateSyntaxRule({ snapshot }: Project): Remark[] {
  return (['ignition', 'cloud', 'generic'] as const).flatMap((kind) =>
    snapshot.files(kind).flatMap(({ name, value }) => {
      if (value === undefined || (kind === 'ignition' && isRawIgnition(name))) return [];
      const result = compile(value);
      if (!(result instanceof Error)) return [];
      return {
        file: `${kind}/${name}`,
        line: Math.max(result.line, 1),
        column: result.column + 1,
        message: result.message,
      };
    }),
  );
}
