/** What a machine is answered on a config endpoint, decided from a snapshot alone. Everybody who shows or serves answers asks here. */
import type { Gzip } from '@matchbox/butane';
import { grubScript, ipxeScript } from './boot-script.ts';
import { encodeBytes } from './byte-string.ts';
import { checkCloudConfig } from './cloud-config.ts';
import { type ConfigEndpoint, templateEndpoints } from './endpoint.ts';
import { Failure, type Reason, statusOfReason } from './failure.ts';
import { formatPosition, type GroupEntry, type ProfileEntry, type TemplateEntry } from './file-entry.ts';
import type { Labels } from './group-index.ts';
import { type IgnitionCache, ignitionBody, isRawIgnition } from './ignition-answer.ts';
import { hasTooManyParameters, maxParameters, parseLabels } from './labels.ts';
import { quoteGo } from './log.ts';
import type { Boot, Profile } from './profile.ts';
import { readableTemplate, renderTemplate } from './render-template.ts';
import { toldInTemplate } from './rendered-fault.ts';
import type { Place } from './rendered-line.ts';
import type { Snapshot } from './snapshot.ts';
import { resolveName } from './store.ts';
import { metadataLines, templateData } from './template-data.ts';

/** What an answer depends on besides the snapshot and the query. */
export interface AnswerContext {
  /** The client's `Accept` header, by which Ignition says which spec version it reads. */
  readonly accept?: string | undefined;
  /** Compresses contents of Butane configs; core itself has no compressor. */
  readonly gzip?: Gzip | undefined;
  /** Keeps translated configs by content; without it each request translates anew. */
  readonly ignitionCache?: IgnitionCache | undefined;
}

/** How an answer came about: for log lines, `explain` and metrics. */
export interface Story {
  readonly reason: Reason;
  readonly labels: Labels;
  readonly group?: GroupEntry;
  readonly profile?: ProfileEntry;
  readonly template?: TemplateEntry;
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
    return { status: 200, ...make(snapshot, endpoint, rawQuery, context, story), story };
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
    ...(reason === 'on_hold' && { retryAfterSeconds: holdSeconds }),
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

function make(
  snapshot: Snapshot,
  endpoint: ConfigEndpoint,
  rawQuery: string,
  context: AnswerContext,
  story: MutableStory,
): Made {
  const group = selectGroup(snapshot, endpoint, story);
  const request = { labels: story.labels, rawQuery };
  if (endpoint === 'metadata') {
    const { text, leftOut } = metadataLines(group.value!, request);
    const notes = leftOut.map((key) => `left a query pair with a line break out of /metadata: ${quoteGo(key)}`);
    story.notes = [...story.notes, ...notes];
    // Quirk: upstream says plain/text, which does not exist; scripts may compare it.
    return { contentType: 'plain/text', body: encodeBytes(text) };
  }
  const profile = findProfile(snapshot, endpoint, group, story);
  if (endpoint === 'ipxe' || endpoint === 'grub') return bootScript(endpoint, group, profile);
  const entry = findTemplate(snapshot, endpoint, group, profile, story);
  const { gzip, accept, ignitionCache: cache } = context;
  const ignition = (text: Uint8Array): Made => ({
    contentType: 'application/json',
    body: ignitionBody(entry, text, { gzip, accept, cache }),
  });
  if (endpoint === 'ignition' && isRawIgnition(entry.name)) return ignition(readableTemplate(entry).bytes);
  const data = templateData(group.value!, request);
  const rendered = renderTemplate(entry, data);
  try {
    if (endpoint === 'ignition') return ignition(rendered);
    if (endpoint === 'cloud') checkCloudConfig(entry, rendered);
  } catch (error) {
    throw error instanceof Failure ? toldInTemplate(error, entry, data) : error;
  }
  return { contentType: undefined, body: rendered };
}

function selectGroup(snapshot: Snapshot, endpoint: ConfigEndpoint, story: MutableStory): GroupEntry {
  const selection = snapshot.select(story.labels);
  if (selection.outcome === 'none') {
    const what = endpoint === 'ipxe' || endpoint === 'grub' ? 'No matching profile' : 'No matching group';
    throw new Failure('no_group', `${what}: no group matches ${describeLabels(story.labels)}`);
  }
  story.group = selection.entry;
  if (selection.outcome === 'hold') {
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

function describeLabels(labels: Labels): string {
  if (labels.size === 0) return 'a request without labels';
  const text = Array.from(labels, ([key, value]) => `${key}=${value}`).join(', ');
  return quoteGo(text.length > 500 ? `${text.slice(0, 500)}…` : text).slice(1, -1);
}

function findProfile(
  snapshot: Snapshot,
  endpoint: ConfigEndpoint,
  group: GroupEntry,
  story: MutableStory,
): ProfileEntry {
  const id = group.value!.profile;
  const entry = snapshot.profile(id);
  const wanted = `profile of group ${quoteGo(group.value!.id)}`;
  if (entry === undefined || (entry.value === undefined && snapshot.onBrokenGroup === 'skip')) {
    const what = endpoint === 'ipxe' || endpoint === 'grub' ? 'No matching profile' : `No profile named: ${id}`;
    const file = resolveName(`${id}.json`);
    const absent = file === undefined ? `${quoteGo(id)} is no name of a file` : `profiles/${file} does not exist`;
    const missing = entry === undefined ? absent : 'its file is broken, and so it is skipped';
    throw new Failure('no_profile', `${what}: ${missing} (${wanted})`);
  }
  story.profile = entry;
  if (entry.value === undefined) {
    const { fault } = entry;
    throw new Failure('profile_broken', `${fault?.message} (${wanted})`, {
      position: formatPosition('profiles', entry.name, { line: fault?.line ?? 1, column: fault?.column ?? 1 }),
    });
  }
  return entry;
}

function bootScript(endpoint: 'ipxe' | 'grub', group: GroupEntry, profile: ProfileEntry): Made {
  const { boot, id } = profile.value as Profile;
  if (boot === undefined) {
    const message = `No matching profile: profile ${quoteGo(id)} of group ${quoteGo(group.value!.id)} has no boot section`;
    throw new Failure('no_boot', message);
  }
  return { contentType: plainText, body: scriptOf(endpoint, boot) };
}

/** A script depends on the boot section alone, so it is written once. */
const scripts = { ipxe: new WeakMap<Boot, Uint8Array>(), grub: new WeakMap<Boot, Uint8Array>() };

function scriptOf(endpoint: 'ipxe' | 'grub', boot: Boot): Uint8Array {
  let script = scripts[endpoint].get(boot);
  if (script === undefined) {
    script = encodeBytes(endpoint === 'ipxe' ? ipxeScript(boot) : grubScript(boot));
    scripts[endpoint].set(boot, script);
  }
  return script;
}

function findTemplate(
  snapshot: Snapshot,
  endpoint: ConfigEndpoint,
  group: GroupEntry,
  profile: ProfileEntry,
  story: MutableStory,
): TemplateEntry {
  const { kind, idOf, field, noun } = templateEndpoints[endpoint]!;
  const { id } = profile.value as Profile;
  const name = idOf(profile.value as Profile);
  const of = `profile ${quoteGo(id)} of group ${quoteGo(group.value!.id)}`;
  if (name === '') throw new Failure('no_template', `No ${noun}: ${of} has no ${field}`);
  const entry = snapshot.template(kind, name);
  if (entry === undefined) {
    const where = resolveName(name) === undefined ? 'which is no name of a file' : 'which does not exist';
    throw new Failure('no_template', `No ${noun} named: ${name}: ${of} has ${field} ${quoteGo(name)}, ${where}`);
  }
  story.template = entry;
  return entry;
}
