/** What a machine is answered on a config endpoint, decided from a snapshot alone. Everybody who shows or serves answers asks here. */

import type { Gzip } from '@matchbox/butane';
import { encodeBytes, quote } from '@matchbox/gotext';
import { formatPosition, type GroupEntry, type ProfileEntry, type TemplateEntry } from '../data/file-entry.ts';
import { resolveName } from '../data/file-name.ts';
import type { Labels } from '../data/group-index.ts';
import { isRawIgnition, type TemplateKind } from '../data/kind.ts';
import { type Profile, versionPolicyOf } from '../data/profile.ts';
import { waitsAtScript } from '../data/provision.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { chooseProfile } from './choose-profile.ts';
import { checkCloudConfig, isCloudConfig } from './cloud-config.ts';
import { grubDiskScript, ipxeDiskScript } from './disk-boot.ts';
import {
  type ConfigEndpoint,
  isScriptEndpoint,
  neededTemplate,
  type ScriptEndpoint,
  type SeedFile,
  scriptTemplates,
  seedFileOf,
  seedTemplateName,
} from './endpoint.ts';
import { Failure, type Reason, statusOfReason } from './failure.ts';
import { type IgnitionCache, ignitionBody } from './ignition-answer.ts';
import { hasTooManyParameters, maxParameters, parseLabels } from './labels.ts';
import {
  type BootDecision,
  type MachineAnswers,
  type MachineQuestion,
  type ProfileChoice,
  variablesOf,
} from './machine-answers.ts';
import { chooseBoot } from './machine-boot.ts';
import { readableTemplate, renderTemplate } from './render-template.ts';
import { toldInTemplate } from './rendered-fault.ts';
import type { Place } from './rendered-line.ts';
import { defaultMetaData } from './seed.ts';
import { metadataLines, templateData } from './template-data.ts';
import { scriptOf } from './written-script.ts';

/** What an answer depends on besides the snapshot and the query. */
export interface AnswerContext {
  /** The client's `Accept` header, by which Ignition says which spec version it reads. */
  readonly accept?: string | undefined;
  /** Compresses contents of Butane configs; core itself has no compressor. */
  readonly gzip?: Gzip | undefined;
  /** Keeps translated configs by content; without it each request translates anew. */
  readonly ignitionCache?: IgnitionCache | undefined;
  /** Knows machines: what an operator wants done with them beyond answering. Commands that answer offline have none. */
  readonly machines?: MachineAnswers | undefined;
  /** The source address, without its port; for whoever knows machines. */
  readonly address?: string | undefined;
}

/** How an answer came about: for log lines, `explain` and metrics. */
export interface Story {
  readonly reason: Reason;
  readonly labels: Labels;
  readonly group?: GroupEntry;
  readonly profile?: ProfileEntry;
  readonly template?: TemplateEntry;
  /** What rolls out another profile than the group's, and which of both this machine gets. */
  readonly rollout?: ProfileChoice;
  /** Why it is not a 200, in one line. */
  readonly message?: string;
  /** `generic/node.tmpl:3:7`, where the reason has a place. */
  readonly position?: string;
  /** The place in the rendered text, where that is what failed; `position` is the template's place which wrote it. */
  readonly rendered?: Place;
  /** Further lines about the reason: the whole report, with the places and lines that it is about. */
  readonly details?: string;
  /** What is odd and no failure: a mac that is none, a pair left out of /metadata. */
  readonly notes: readonly string[];
}

export interface Answer {
  readonly status: 200 | 404 | 414 | 500 | 503;
  /** undefined: to be told from the content, which may also be asked for in part (ranges). */
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** With a 503: when to ask again. */
  readonly retryAfterSeconds?: number;
  readonly story: Story;
}

/** Seconds after which a machine on hold may try again: a person has to mend a file meanwhile. */
const holdSeconds = 15;
/** A 503 names this many of the broken files, and the number of the others. */
const maxFilesTold = 20;
const plainText = 'text/plain; charset=utf-8';

type MutableStory = { -readonly [K in keyof Story]: Story[K] };
type Made = Pick<Answer, 'contentType' | 'body'>;

/**
 * @param rawQuery what follows the `?`, as sent
 * @example answer(catalog.snapshot, 'ipxe', 'mac=52-54-00-a1-9c-ae', {}).status
 */
export function answer(
  snapshot: Snapshot,
  endpoint: ConfigEndpoint,
  rawQuery: string,
  context: AnswerContext = {},
): Answer {
  const story: MutableStory = { reason: 'ok', labels: new Map(), notes: [] };
  try {
    if (hasTooManyParameters(rawQuery)) {
      throw new Failure('too_many_parameters', `more than ${maxParameters} parameters in the query`);
    }
    const { labels, badMacs } = parseLabels(rawQuery);
    story.labels = labels;
    story.notes = badMacs.map(({ message }) => `ignoring unparseable MAC address: ${message}`);
    return { status: 200, ...make({ snapshot, endpoint, rawQuery, context, story }), story };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return failed(error, story);
  }
}

function failed(failure: Failure, story: MutableStory): Answer {
  const { reason, position, message, details, rendered, text } = failure;
  return {
    status: statusOfReason[reason] as Answer['status'],
    contentType: plainText,
    body: encodeBytes(text),
    ...(statusOfReason[reason] === 503 && { retryAfterSeconds: holdSeconds }),
    story: {
      ...story,
      reason,
      message,
      ...(position !== undefined && { position }),
      ...(rendered !== undefined && { rendered }),
      ...(details !== '' && { details }),
    },
  };
}

/** A request, and what is told of it as it is answered. */
interface Asked {
  readonly snapshot: Snapshot;
  readonly endpoint: ConfigEndpoint;
  readonly rawQuery: string;
  readonly context: AnswerContext;
  readonly story: MutableStory;
}

/** A machine whose group and profile are found. */
interface Matched extends MachineQuestion {
  readonly profile: ProfileEntry;
}

function make(asked: Asked): Made {
  const { snapshot, endpoint, context, story } = asked;
  const group = selectGroup(snapshot, endpoint, story);
  if (endpoint === 'metadata') return metadataOf(asked, group);
  const { labels } = story;
  const address = context.address ?? '';
  const named = snapshot.profile(group.value!.profile);
  const rollout = chooseProfile(snapshot, endpoint, context.machines, { labels, address, group, profile: named });
  if (rollout !== undefined) story.rollout = rollout;
  const entry = rollout === undefined ? named : snapshot.profile(rollout.profile);
  const question: Matched = { labels, address, group, profile: usableProfile(asked, group, entry) };
  return isScriptEndpoint(endpoint) ? makeScript(asked, endpoint, question) : makeConfig(asked, endpoint, question);
}

function metadataOf({ rawQuery, story }: Asked, group: GroupEntry): Made {
  const { text, leftOut } = metadataLines(group.value!, { labels: story.labels, rawQuery });
  const notes = leftOut.map((key) => `left a query pair with a line break out of /metadata: ${quote(key)}`);
  story.notes = [...story.notes, ...notes];
  // Quirk: upstream says plain/text (matchbox/http/metadata.go), which does not exist; scripts may compare it.
  return { contentType: 'plain/text', body: encodeBytes(text) };
}

function makeScript(asked: Asked, endpoint: ScriptEndpoint, question: Matched): Made {
  const { group, profile } = question;
  const decision = asked.context.machines?.decide(question);
  if (decision !== undefined) return decidedScript(endpoint, decision, asked.story);
  if (scriptTemplates[endpoint].idOf(profile.value!) === '') return bootScript(endpoint, group, profile, asked.story);
  const entry = findTemplate(asked, scriptSource(endpoint), question);
  return { contentType: plainText, body: renderTemplate(entry, dataFor(asked, entry, question)) };
}

function dataFor({ rawQuery, context, story }: Asked, entry: TemplateEntry, question: MachineQuestion) {
  const variables = variablesOf(context.machines, entry, question);
  return templateData(question.group.value!, { labels: story.labels, rawQuery }, variables);
}

function makeConfig(asked: Asked, endpoint: Exclude<ConfigEndpoint, ScriptEndpoint>, question: Matched): Made {
  const { snapshot, context, story } = asked;
  const profile = question.profile.value!;
  const needed = findTemplate(asked, neededTemplate(endpoint)!, question);
  const file = seedFileOf(endpoint);
  const entry = file === undefined ? needed : seedTemplate(snapshot, profile, file);
  if (entry === undefined) {
    delete story.template;
    const text = file === 'meta-data' ? defaultMetaData(question.group.value!, story.labels) : '';
    return { contentType: plainText, body: encodeBytes(text) };
  }
  story.template = entry;
  const { gzip, accept, ignitionCache: cache } = context;
  const versionPolicy = versionPolicyOf(profile, snapshot.ignitionVersion);
  const ignition = (text: Uint8Array): Made => ({
    contentType: 'application/json',
    body: ignitionBody(entry, text, { gzip, accept, versionPolicy, cache }),
  });
  if (endpoint === 'ignition' && isRawIgnition(entry.name)) return ignition(readableTemplate(entry).bytes);
  const data = dataFor(asked, entry, question);
  const rendered = renderTemplate(entry, data);
  try {
    if (endpoint === 'ignition') return ignition(rendered);
    if (endpoint === 'cloud' || (file === 'user-data' && isCloudConfig(rendered))) checkCloudConfig(entry, rendered);
  } catch (error) {
    throw error instanceof Failure ? toldInTemplate(error, entry, data) : error;
  }
  return { contentType: undefined, body: rendered };
}

function selectGroup(snapshot: Snapshot, endpoint: ConfigEndpoint, story: MutableStory): GroupEntry {
  const selection = snapshot.select(story.labels);
  if (selection.outcome === 'none') {
    const what = isScriptEndpoint(endpoint) ? 'No matching profile' : 'No matching group';
    throw new Failure('no_group', `${what}: no group matches ${describeLabels(story.labels)}`);
  }
  story.group = selection.entry;
  if (selection.outcome === 'hold' && (isScriptEndpoint(endpoint) || !waitsAtScriptOnly(snapshot, selection.entry))) {
    const [first] = selection.files;
    const files = selection.files
      .slice(0, maxFilesTold)
      .map(({ kind, name, fault }) => `${formatPosition(kind, name, fault)}: ${fault.message}\n`);
    const untold = selection.files.length - files.length;
    if (untold > 0) files.push(`and ${untold} more\n`);
    const message =
      'this machine would get a default group, but it waits until the group file is mended that may be its own';
    throw new Failure('on_hold', message, {
      position: formatPosition('groups', first!.name, first!.fault),
      details: files.join(''),
    });
  }
  return selection.entry;
}

/** Its installer gives up at a 503; that it runs at all means that the machine got its script before the file broke. */
function waitsAtScriptOnly(snapshot: Snapshot, { value }: GroupEntry): boolean {
  return waitsAtScript(value!.metadata, snapshot.profile(value!.profile)?.value?.provision);
}

function describeLabels(labels: Labels): string {
  if (labels.size === 0) return 'a request without labels';
  const text = Array.from(labels, ([key, value]) => `${key}=${value}`).join(', ');
  return quote(text.length > 500 ? `${text.slice(0, 500)}…` : text).slice(1, -1);
}

/** @throws Failure when it is not there, or its file is broken */
function usableProfile(
  { snapshot, endpoint, story }: Asked,
  group: GroupEntry,
  entry: ProfileEntry | undefined,
): ProfileEntry {
  if (entry === undefined || (entry.value === undefined && snapshot.onBrokenGroup === 'skip')) {
    const id = story.rollout?.profile ?? group.value!.profile;
    const what = isScriptEndpoint(endpoint) ? 'No matching profile' : `No profile named: ${id}`;
    const file = resolveName(`${id}.json`);
    const absent = file === undefined ? `${quote(id)} is no name of a file` : `profiles/${file} does not exist`;
    const missing = entry === undefined ? absent : 'its file is broken, and so it is skipped';
    throw new Failure('no_profile', `${what}: ${missing} (${wantedProfile(group, story)})`);
  }
  story.profile = entry;
  if (entry.value === undefined) {
    const { fault } = entry;
    throw new Failure('profile_broken', `${fault?.message} (${wantedProfile(group, story)})`, {
      position: formatPosition('profiles', entry.name, { line: fault?.line ?? 1, column: fault?.column ?? 1 }),
    });
  }
  return entry;
}

function wantedProfile(group: GroupEntry, { rollout }: Story): string {
  const { id, profile } = group.value!;
  const isOther = rollout !== undefined && rollout.profile !== profile;
  return `profile of group ${quote(id)}${isOther ? ` by rollout ${rollout.rollout}` : ''}`;
}

function bootScript(endpoint: 'ipxe' | 'grub', group: GroupEntry, profile: ProfileEntry, story: Story): Made {
  const { boot, id } = profile.value as Profile;
  const other = endpoint === 'ipxe' ? boot?.grubId : boot?.ipxeId;
  if (boot === undefined || (boot.kernel === '' && boot.arch === undefined && other !== undefined)) {
    const lacks = boot === undefined ? 'boot section' : `kernel and no ${scriptTemplates[endpoint].field}`;
    const message = `No matching profile: profile ${quote(id)} of group ${quote(group.value!.id)} has no ${lacks}`;
    throw new Failure('no_boot', message);
  }
  const choice = chooseBoot(boot, story.labels);
  if (choice.kind !== 'none') return { contentType: plainText, body: scriptOf(endpoint, choice) };
  const of = `profile ${quote(id)} of group ${quote(group.value!.id)}`;
  const machine =
    choice.architecture === undefined ? 'a machine that does not say its architecture' : choice.architecture;
  throw new Failure('no_boot', `No matching profile: ${of} has no boot section for ${machine}`);
}

/** What an operator wants instead of the profile's script. */
function decidedScript(endpoint: 'ipxe' | 'grub', decision: BootDecision, story: MutableStory): Made {
  if (decision.kind === 'hold') throw new Failure('machine_held', `this machine is held: ${decision.why}`);
  const { method, why } = decision;
  const body = endpoint === 'ipxe' ? ipxeDiskScript(method, why) : grubDiskScript(method, why);
  const message = `this machine boots from disk: ${why}`;
  if (body === undefined) throw new Failure('boot_from_disk', message);
  story.reason = 'boot_from_disk';
  story.message = message;
  return { contentType: plainText, body };
}

interface TemplateSource {
  readonly kind: TemplateKind;
  readonly idOf: (profile: Profile) => string;
  readonly field: string;
  readonly noun: string;
}

function scriptSource(endpoint: ScriptEndpoint): TemplateSource {
  return { ...scriptTemplates[endpoint], kind: 'generic', noun: 'boot script template' };
}

function findTemplate(
  { snapshot, story }: Asked,
  { kind, idOf, field, noun }: TemplateSource,
  { group, profile }: Matched,
): TemplateEntry {
  const { id } = profile.value as Profile;
  const name = idOf(profile.value as Profile);
  const of = () => `profile ${quote(id)} of group ${quote(group.value!.id)}`;
  if (name === '') throw new Failure('no_template', `No ${noun}: ${of()} has no ${field}`);
  const entry = snapshot.template(kind, name);
  if (entry === undefined) {
    const where = resolveName(name) === undefined ? 'which is no name of a file' : 'which does not exist';
    throw new Failure('no_template', `No ${noun} named: ${name}: ${of()} has ${field} ${quote(name)}, ${where}`);
  }
  story.template = entry;
  return entry;
}

/** @returns undefined for a file that cloud-init can do without, and the profile does */
function seedTemplate(snapshot: Snapshot, profile: Profile, file: SeedFile): TemplateEntry | undefined {
  if (file === 'user-data') return snapshot.template('cloud', profile.cloudId);
  const name = seedTemplateName(profile, file);
  return name === undefined ? undefined : snapshot.template('cloud', name);
}
