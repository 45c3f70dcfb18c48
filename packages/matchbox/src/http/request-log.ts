/** One log line a request, with the story behind its answer; the same failure of a retrying machine is folded. */

import { decodeLatin1 } from '@matchbox/gotext';
import { templateEndpoints } from '../answer/endpoint.ts';
import { limits } from '../limits/limits.ts';
import { cutText } from '../log/cut-text.ts';
import type { LogFields, Logger } from '../log/log.ts';
import { commonRedaction } from '../machines/redact.ts';
import type { Outcome, Request } from './message.ts';
import { createRequestFolds } from './request-folds.ts';
import { cleanPath, decodePath, parseTarget } from './target.ts';

export interface Finished {
  readonly request: Request;
  readonly status: number;
  readonly outcome: Outcome;
  /** Bytes of the body that were sent. */
  readonly bytes: number;
  /** Bytes of the body that were promised, where fewer were sent. */
  readonly announcedBytes?: number | undefined;
  readonly milliseconds: number;
}

export interface RequestLog {
  finished(request: Finished): void;
  /** Writes what is folded still. */
  close(): void;
}

/** How often it is looked which sums are due. */
const sweepMs = 5_000;
/** Longer than any method that machines use. */
const maxMethodLength = 32;

export function createRequestLog(logger: Logger, now: () => number = Date.now): RequestLog {
  const folds = createRequestFolds(
    ({ level, message, fields }, repeated) => logger[level](message, { ...fields, repeated }),
    now,
  );
  const timer = setInterval(folds.sweep, sweepMs);
  timer.unref();
  const detailed = logger.level === 'debug' || logger.level === 'trace';
  return {
    finished: (finished) => {
      const { request, outcome } = finished;
      const message = messageOf(request);
      const level = levelOf(finished);
      const fields = fieldsOf(finished);
      if (detailed) logDetails(logger, outcome);
      // A machine that boots asks for this first.
      else if (outcome.endpoint === 'boot.ipxe') folds.forget(hostOf(request.remoteAddress));
      else if (isFailure(finished)) {
        const client = hostOf(request.remoteAddress);
        const { mac, uuid, reason, file, status } = fields;
        const key = JSON.stringify([client, mac, uuid, message, status, reason, file]);
        if (folds.isRetry(key, { client, level, message, fields })) return;
      }
      logger[level](message, fields);
    },
    close: () => {
      clearInterval(timer);
      folds.close();
    },
  };
}

function isFailure({ status, outcome }: Finished): boolean {
  return status >= 400 || outcome.cut !== undefined;
}

/** What a machine does not get is a warning; that something is broken here is an error. */
function levelOf({ status, outcome }: Finished): 'info' | 'warn' | 'error' {
  const { reason, story, cut, note } = outcome;
  if (cut !== undefined) return reason === 'client_gone' ? 'warn' : 'error';
  if (status < 400) return 'info';
  if (status >= 500) return status === 503 ? 'warn' : 'error';
  if (reason === 'boot_from_disk') return 'info';
  return story !== undefined || note !== undefined ? 'warn' : 'info';
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}

/** `HTTP GET /ipxe?mac=…`, as upstream writes it. */
function messageOf({ method, target }: Request): string {
  const parsed = parseTarget(target);
  const shown =
    reportShown(target) ??
    (parsed === undefined ? target : parsed.escapedPath + (parsed.hasQuery ? `?${parsed.rawQuery}` : ''));
  // An escape of three characters stands for one.
  const text = decodeLatin1(cutText(shown, 3 * limits.logMessageLength));
  return `HTTP ${cutText(method, maxMethodLength)} ${cutText(text, limits.logMessageLength)}`;
}

/**
 * A report's URL without its token, wherever that is and however it is spelt: who reads the log could report in a machine's name.
 * @returns undefined for any other target
 */
function reportShown(target: string): string | undefined {
  if (!/report/i.test(decodePath(target))) return undefined;
  const question = target.indexOf('?');
  const path = cleanPath(decodePath(question < 0 ? target : target.slice(0, question)));
  const found = /\/machine\/report(?=\/|$)/.exec(path);
  if (found === null) return undefined;
  const token = path.length > found.index + found[0].length ? '/...' : '';
  return `${found[0]}${token}${question < 0 ? '' : `?${commonRedaction.query(target.slice(question + 1)).replaceAll('…', '...')}`}`;
}

/** In the order of their names, in which they are written. */
function fieldsOf({ request, status, outcome, bytes, milliseconds }: Finished): LogFields {
  const { story, reason, note } = outcome;
  const mac = cutField(story?.labels.get('mac'));
  const uuid = cutField(story?.labels.get('uuid'));
  return {
    bytes,
    file: story?.position,
    group: cutField(story?.group && nameOf(story.group)),
    mac,
    ms: Math.round(milliseconds * 10) / 10,
    next: story !== undefined && status >= 400 ? nextStep(mac, uuid) : undefined,
    note: cutField(noteOf(story?.notes, note)),
    profile: cutField(story?.profile && nameOf(story.profile)),
    reason: cutField(outcome.cut ?? (reason === 'ok' ? undefined : (story?.message ?? reason))),
    remote: request.remoteAddress,
    rendered: story?.rendered && `line ${story.rendered.line}`,
    status,
    template: cutField(story?.template && `${story.template.kind}/${story.template.name}`),
    uuid,
  };
}

function cutField(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cutText(text, limits.logFieldLength);
}

/** What to type to learn more; a machine may call itself anything, and a shell is to take it for a name. */
function nextStep(mac: string | undefined, uuid: string | undefined): string {
  const known = mac || uuid;
  if (known === undefined || !/^[\w:.-]{1,64}$/.test(known))
    return 'matchbox explain, with what follows the ? of this line';
  return `matchbox explain ${mac ? 'mac' : 'uuid'}=${known}`;
}

function noteOf(notes: readonly string[] = [], note: string | undefined): string | undefined {
  if (notes.length === 0) return note;
  return (note === undefined ? notes : [...notes, note]).join('; ');
}

/** The id that upstream would log; a group without one is named after its file. */
function nameOf({ name, value }: { name: string; value: { id: string } | undefined }): string {
  return value?.id || name.replace(/\.json$/, '');
}

/** At debug level, what was matched on the way, in upstream's words. */
function logDetails(logger: Logger, { endpoint, story }: Outcome): void {
  if (story === undefined) return;
  const labels = cutText(formatLabels(story.labels), limits.logFieldLength);
  const group = story.group && nameOf(story.group);
  const profile = story.profile && nameOf(story.profile);
  if (story.template !== undefined) {
    const matched = templateEndpoints[story.template.kind]?.matched ?? 'Matched a template';
    logger.debug(matched, { group, labels, profile });
  } else if (story.reason === 'ok' && endpoint === 'metadata')
    logger.debug('Matched group metadata', { group, labels });
  else if (story.reason === 'ok' && endpoint === 'ipxe') logger.debug('Matched an iPXE config', { labels, profile });
  else if (story.reason === 'ok' && endpoint === 'grub') logger.debug('Matched a GRUB config', { labels, profile });
}

/** `map[a:1 b:2]`, as Go prints a map. */
function formatLabels(labels: ReadonlyMap<string, string>): string {
  return `map[${[...labels]
    .map(([key, value]) => `${key}:${value}`)
    .sort()
    .join(' ')}]`;
}
