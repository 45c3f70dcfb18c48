/** Reads what machines report of themselves: our own JSON, cloud-init's and the installers' webhooks, forms, plain text. */
import { parseShallowJson } from '../limits/shallow-json.ts';
import type { ReportedState } from './story.ts';

export interface Report {
  /** undefined: progress, which changes no state. */
  readonly state: ReportedState | undefined;
  /** A word or sentence for lists. */
  readonly reason: string;
  /** What came with it, such as the end of a log. */
  readonly text: string;
  /** The format it was taken for. */
  readonly form: 'matchbox' | 'cloud-init' | 'curtin' | 'phone-home' | 'text';
}

/** Bytes of a text that are kept: its end, where logs say what went wrong. */
export const maxTextBytes = 64 * 1024;
const maxReasonLength = 300;

const stateWords: Readonly<Record<string, ReportedState>> = {
  installing: 'installing',
  started: 'installing',
  installed: 'installed',
  built: 'installed',
  running: 'running',
  ready: 'running',
  failed: 'failed',
  failure: 'failed',
};

/**
 * The form is told from the body, since cloud-init sends no Content-Type and shells send any.
 * @param query of the request: `state`, `reason` and `text` count where the body says nothing
 */
export function readReport(body: Uint8Array, query: ReadonlyMap<string, string>): Report {
  const text = new TextDecoder().decode(body).trim();
  const json = text.startsWith('{') ? parseObject(body) : undefined;
  if (json !== undefined) return fromJson(json, query);
  if (isForm(text)) return fromForm(new URLSearchParams(text), query);
  return fromWords(query, text);
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseShallowJson(bytes);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function fromJson(json: Readonly<Record<string, unknown>>, query: ReadonlyMap<string, string>): Report {
  if (typeof json.event_type === 'string' && typeof json.name === 'string') return fromWebhook(json);
  const state = stateOf(word(json.state) || query.get('state'));
  const reason = word(json.reason) || query.get('reason') || '';
  return { state, reason: cutReason(reason), text: cutText(word(json.text)), form: 'matchbox' };
}

/**
 * cloud-init's and curtin's events, by MAAS's reading: only stages of the top level (without a slash in their name) change a state.
 * Source: cloudinit/reporting/events.py, curtin/reporter/events.py.
 */
function fromWebhook(event: Readonly<Record<string, unknown>>): Report {
  const name = word(event.name);
  const finished = event.event_type === 'finish';
  const result = word(event.result).toUpperCase();
  const form = event.origin === 'cloudinit' ? 'cloud-init' : 'curtin';
  const failed = finished && (result === 'FAIL' || result === 'FAILURE');
  // What says nothing of its result, or says what nobody knows, has not said that all is well.
  const succeeded = finished && (result === 'SUCCESS' || result === 'WARN');
  const told = [name, finished ? result : word(event.event_type), word(event.description)]
    .filter((part) => part !== '')
    .join(' ');
  return {
    state: webhookState(name, { started: !finished, succeeded, failed }),
    reason: cutReason(told),
    text: cutText(lastFile(event.files)),
    form,
  };
}

function webhookState(
  name: string,
  { started, succeeded, failed }: Readonly<Record<'started' | 'succeeded' | 'failed', boolean>>,
): ReportedState | undefined {
  if (name.includes('/')) return undefined;
  if (failed) return 'failed';
  if (name === 'cmd-install') return succeeded ? 'installed' : started ? 'installing' : undefined;
  return name === 'modules-final' && succeeded ? 'running' : undefined;
}

/** Of attached files the last one with a content, which is base64. */
function lastFile(files: unknown): string {
  if (!Array.isArray(files)) return '';
  const contents = files.flatMap((file: { content?: unknown }) =>
    typeof file?.content === 'string' ? [file.content] : [],
  );
  return new TextDecoder().decode(Buffer.from(contents.at(-1) ?? '', 'base64'));
}

/** `a=b&c=d` on one line: cloud-init's phone_home, or curl's `-d`. */
function isForm(text: string): boolean {
  return text.length <= maxTextBytes && /^[A-Za-z_][A-Za-z0-9_.-]*=[^\s]*$/.test(text);
}

function fromForm(form: URLSearchParams, query: ReadonlyMap<string, string>): Report {
  const stated = form.get('state') ?? query.get('state');
  // cloud-init's phone_home comes at the end of a first boot and states nothing.
  if (stated === undefined && form.has('instance_id')) {
    return {
      state: 'running',
      reason: cutReason(`phone_home of ${form.get('hostname') ?? form.get('instance_id')}`),
      text: '',
      form: 'phone-home',
    };
  }
  const reason = form.get('reason') ?? query.get('reason') ?? '';
  return { state: stateOf(stated), reason: cutReason(reason), text: cutText(form.get('text') ?? ''), form: 'matchbox' };
}

function fromWords(query: ReadonlyMap<string, string>, text: string): Report {
  const state = stateOf(query.get('state'));
  return {
    state,
    reason: cutReason(query.get('reason') ?? ''),
    text: cutText(text || query.get('text') || ''),
    form: 'text',
  };
}

function stateOf(text: string | undefined): ReportedState | undefined {
  const state = text?.trim().toLowerCase() ?? '';
  return Object.hasOwn(stateWords, state) ? stateWords[state] : undefined;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function cutReason(reason: string): string {
  return reason.length > maxReasonLength ? `${reason.slice(0, maxReasonLength)}…` : reason;
}

function cutText(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxTextBytes) return text;
  return `…${bytes.subarray(bytes.length - maxTextBytes).toString()}`;
}
