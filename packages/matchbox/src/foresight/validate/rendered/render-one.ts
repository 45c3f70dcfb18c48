/** One template rendered for one group: what is wrong with the answer, or with what is right by its form alone. */
import { answer } from '../../../answer/answer.ts';
import { checkCloudConfig } from '../../../answer/cloud-config.ts';
import { type ConfigEndpoint, isScriptEndpoint } from '../../../answer/endpoint.ts';
import { Failure, type Reason } from '../../../answer/failure.ts';
import { renderTemplate } from '../../../answer/render-template.ts';
import type { Place } from '../../../answer/rendered-line.ts';
import { templateData } from '../../../answer/template-data.ts';
import { locateRendered } from '../../../answer/template-origin.ts';
import type { TemplateEntry } from '../../../data/file-entry.ts';
import type { Group } from '../../../data/group.ts';
import type { Labels } from '../../../data/group-index.ts';
import { isRawIgnition } from '../../../data/kind.ts';
import { onceFor } from '../../../data/once-for.ts';
import type { Snapshot } from '../../../data/snapshot.ts';
import { isNewerSpec } from '../image-age.ts';
import type { Described, Project } from '../project.ts';
import { brokenOutput } from './broken-output.ts';
import { type CloudFault, cloudFaults, cloudFaultsIn } from './cloud-keys.ts';
import type { Collector, RenderRule } from './collector.ts';
import { type ConfigReport, noReports, placeOfVersion, reportConfig } from './config-report.ts';
import { scriptFaults } from './script-faults.ts';

/** One template of a profile. */
export interface Plan {
  readonly endpoint: ConfigEndpoint;
  readonly template: TemplateEntry;
  /** A text without actions says the same to every group. */
  readonly same: boolean;
  /** Newest Ignition spec version that the profile's image can know. */
  readonly limit: string | undefined;
}

export interface Job extends Plan {
  readonly project: Project;
  readonly snapshot: Snapshot;
  readonly group: Pick<Described<Group>, 'file' | 'value'>;
  readonly query: string;
  /** What the query says. */
  readonly sent: Labels;
  /** Of the group, in the order in which groups are told of. */
  readonly place: number;
}

const ruleOfReason: { readonly [R in Reason]?: RenderRule } = {
  template_error: 'template-error',
  cloud_invalid: 'cloud-invalid',
  butane_error: 'butane-error',
  ignition_invalid: 'ignition-invalid',
};

export function renderOne(job: Job, collector: Collector): void {
  const { endpoint, template } = job;
  const rendered = renderedText(job);
  const cloud = rendered !== undefined && isCloud(endpoint) ? readCloud(template, rendered) : undefined;
  if (rendered !== undefined && !isRawIgnition(template.name)) {
    for (const { rule, remark } of lookAtText(job, rendered, cloud?.faults ?? [])) {
      collector.add(rule, remark, namedGroup(job));
    }
  }
  if (rendered === undefined || cloud?.isGood === false) tellAnswer(job, 'nothing', collector);
  else if (endpoint === 'ignition') tellConfig(job, rendered, collector);
}

function isCloud(endpoint: ConfigEndpoint): boolean {
  return endpoint === 'cloud' || endpoint === 'nocloud/user-data';
}

const reportsOf = onceFor((_project: Project) => noReports());

/** Sooner told than by the whole answer, which says what is wrong. */
function readCloud(template: TemplateEntry, rendered: Uint8Array) {
  try {
    return { isGood: true, faults: cloudFaultsIn(rendered, checkCloudConfig(template, rendered)) };
  } catch (error) {
    if (error instanceof Failure) return { isGood: false, faults: cloudFaults(rendered) };
    throw error;
  }
}

function tellConfig(job: Job, rendered: Uint8Array, collector: Collector): void {
  const { project, template, limit } = job;
  const { entries, told, version } = reportConfig(template, rendered, reportsOf(project));
  const places = originsOf(job, entries);
  for (const [index, { rule, file, message, hint }] of entries.entries()) {
    collector.add(rule, { file, ...places[index]!, message, hint }, namedGroup(job));
  }
  // Of a translation without a fault it is known that it is what machines are answered with.
  const isUnknown = told === 'nothing' || isRawIgnition(template.name);
  if (isUnknown || isNewerSpec(version, limit)) tellAnswer(job, told, collector);
}

/** What a machine is answered, by the code that does it. @param told what has been told of it */
function tellAnswer(job: Job, told: ConfigReport['told'], collector: Collector): void {
  const { project, snapshot, endpoint, template, query, limit } = job;
  const accept = limit === undefined ? undefined : `application/vnd.coreos.ignition+json;version=${limit}`;
  const { story } = answer(snapshot, endpoint, query, { gzip: project.gzip, accept });
  const file = `${template.kind}/${template.name}`;
  const group = namedGroup(job);
  if (story.reason === 'version_unacceptable') {
    const message = `${story.message}, by the date of the profile's image`;
    collector.add('ignition-too-new', { file, ...placeOfVersion(template.bytes), message }, group);
    return;
  }
  const rule = ruleOfReason[story.reason];
  // Butane's and Ignition's errors have been reported one by one.
  if (rule === undefined || (told === 'faults' && (rule === 'butane-error' || rule === 'ignition-invalid'))) return;
  const at = placeOfPosition(story.position);
  const asRendered = story.rendered?.line ?? at.line;
  const suffix = asRendered === at.line ? '' : ` (line ${asRendered} as rendered)`;
  collector.add(rule, { file, ...at, message: `${story.message}${suffix}` }, group);
}

/** A group without an id is named by its file. */
function namedGroup({ group: { value, file }, place }: Job) {
  return { name: value.id || file.replace(/^groups\/|\.json$/g, ''), place };
}

function placeOfPosition(position: string | undefined): Place {
  const [, line, column] = /:(\d+):(\d+)$/.exec(position ?? '') ?? [];
  return { line: Number(line ?? 1), column: Number(column ?? 1) };
}

/** @returns undefined where it cannot be rendered; `answer` then says why */
function renderedText({ template, group, query, sent }: Job): Uint8Array | undefined {
  if (isRawIgnition(template.name)) return template.bytes;
  try {
    return renderTemplate(template, templateData(group.value, { labels: sent, rawQuery: query }));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** What no reader refuses and nobody meant. */
function lookAtText(job: Job, rendered: Uint8Array, cloud: readonly CloudFault[]) {
  const { endpoint, template, group, project } = job;
  const broken = brokenOutput(template.bytes, rendered, group.value);
  const script = isScriptEndpoint(endpoint) ? scriptFaults(endpoint, rendered) : [];
  const places = originsOf(job, [...broken, ...cloud, ...script]);
  const file = `${template.kind}/${template.name}`;
  return [
    ...broken.map((fault, index) => ({
      rule: 'broken-output' as const,
      remark: fault.inGroup(project, group.file, places[index]!) ?? { file, ...places[index]!, message: fault.message },
    })),
    ...cloud.map(({ rule, message }, index) => ({
      rule,
      remark: { file, ...places[broken.length + index]!, message },
    })),
    ...script.map(({ message }, index) => ({
      rule: 'boot-script' as const,
      remark: { file, ...places[broken.length + cloud.length + index]!, message },
    })),
  ];
}

/** Where in the template that was written which stands at these places of the rendered text. */
function originsOf({ template, group, query, sent }: Job, places: readonly Place[]): Place[] {
  if (places.length === 0) return [];
  if (isRawIgnition(template.name)) return places.map(({ line, column }) => ({ line: line || 1, column: column || 1 }));
  const located = locateRendered(template, templateData(group.value, { labels: sent, rawQuery: query }), places);
  return places.map(({ line }, index) => (line > 0 ? located?.[index]?.origin : undefined) ?? { line: 1, column: 1 });
}
