/** One log line a request, with the story behind its answer; the same failure of a retrying machine is folded. */
import { decodeLatin1 } from '../core/byte-string.ts';
import { templateEndpoints } from '../core/endpoint.ts';
import type { LogFields, Logger } from '../core/log.ts';
import type { Outcome, Request } from './message.ts';
import { parseTarget } from './target.ts';

export interface Finished {
  readonly request: Request;
  readonly status: number;
  readonly outcome: Outcome;
  /** Bytes of the body that were sent or announced. */
  readonly bytes: number;
  readonly milliseconds: number;
}

export interface RequestLog {
  finished(request: Finished): void;
  /** Writes what is folded still. */
  close(): void;
}

interface Fold {
  readonly message: string;
  readonly fields: LogFields;
  readonly level: 'info' | 'warn' | 'error';
  readonly since: number;
  repeats: number;
}

/** A failure that repeats is written once, and summed up after this long. */
const foldMs = 120_000;
/** Different failures that are remembered at a time, some 4 KB each at most; beyond that lines are not folded. */
const maxFolds = 5000;
/** A longer target is cut in its line. */
const maxMessageLength = 2000;

export function createRequestLog(logger: Logger, now: () => number = Date.now): RequestLog {
  const folds = new Map<string, Fold>();

  const flush = (key: string, fold: Fold) => {
    folds.delete(key);
    if (fold.repeats === 0) return;
    // It goes on retrying, most likely: until it was silent for as long, one line each time is enough.
    folds.set(key, { ...fold, since: now(), repeats: 0 });
    const repeated = `${fold.repeats} ${fold.repeats === 1 ? 'time' : 'times'} in ${formatSpan(now() - fold.since)}`;
    logger[fold.level](fold.message, { ...fold.fields, repeated });
  };

  const flushOlderThan = (ageMs: number) => {
    // Insertion order is age order, so the first young one ends the search.
    for (const [key, fold] of [...folds]) {
      if (now() - fold.since < ageMs) break;
      flush(key, fold);
    }
  };
  const timer = setInterval(() => flushOlderThan(foldMs), 10_000);
  timer.unref();

  return {
    finished: (finished) => {
      const { request, status, outcome } = finished;
      const message = messageOf(request);
      const level = status >= 500 ? (status === 503 ? 'warn' : 'error') : 'info';
      const fields = fieldsOf(finished);
      if (logger.level === 'debug' || logger.level === 'trace') logDetails(logger, outcome);
      else if (status >= 400) {
        const { mac, uuid } = labelsOf(outcome);
        const key = `${hostOf(request.remoteAddress)} ${mac} ${uuid} ${message} ${status} ${fields.reason} ${fields.file}`;
        const fold = folds.get(key);
        if (fold !== undefined) {
          fold.repeats++;
          return;
        }
        if (folds.size < maxFolds) folds.set(key, { message, fields, level, since: now(), repeats: 0 });
      }
      logger[level](message, fields);
    },
    close: () => {
      clearInterval(timer);
      flushOlderThan(Number.NEGATIVE_INFINITY);
    },
  };
}

/** `41 s`, `2 min` */
function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}

/** `HTTP GET /ipxe?mac=…`, as upstream writes it. */
function messageOf({ method, target }: Request): string {
  const parsed = parseTarget(target);
  const shown = parsed === undefined ? target : parsed.escapedPath + (parsed.hasQuery ? `?${parsed.rawQuery}` : '');
  const text = decodeLatin1(shown);
  return `HTTP ${method} ${text.length > maxMessageLength ? `${text.slice(0, maxMessageLength)}…` : text}`;
}

function labelsOf({ story }: Outcome): { mac: string | undefined; uuid: string | undefined } {
  return { mac: story?.labels.get('mac'), uuid: story?.labels.get('uuid') };
}

/** In the order of their names, in which they are written. */
function fieldsOf({ request, status, outcome, bytes, milliseconds }: Finished): LogFields {
  const { story, reason, note } = outcome;
  return {
    bytes,
    file: story?.position,
    group: story?.group && nameOf(story.group),
    mac: story?.labels.get('mac'),
    ms: Math.round(milliseconds * 10) / 10,
    note: noteOf(story?.notes, note),
    profile: story?.profile && nameOf(story.profile),
    reason: reason === 'ok' ? undefined : (story?.message ?? reason),
    remote: request.remoteAddress,
    rendered: story?.rendered && `line ${story.rendered.line}`,
    status,
    template: story?.template && `${story.template.kind}/${story.template.name}`,
    uuid: story?.labels.get('uuid'),
  };
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
  const labels = formatLabels(story.labels);
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
export function formatLabels(labels: ReadonlyMap<string, string>): string {
  return `map[${[...labels]
    .map(([key, value]) => `${key}:${value}`)
    .sort()
    .join(' ')}]`;
}
