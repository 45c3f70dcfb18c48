/** The event of an answer: what of it is told, and what of it is not to be kept. */
import { hash } from 'node:crypto';
import type { Story } from '../answer/answer.ts';
import type { Labels } from '../data/group-index.ts';
import type { MachineEvent } from './event.ts';
import type { Machine } from './machine.ts';
import type { Redaction } from './redact.ts';

/** An answer on an endpoint that is made from the configuration. */
export interface ServedAnswer {
  /** What was asked for, as sent; left out where nothing is to be remembered of it. */
  readonly target?: string;
  readonly endpoint: string;
  readonly labels: Labels;
  readonly address: string;
  readonly rawQuery: string;
  readonly status: number;
  readonly body: Uint8Array;
  readonly story: Story;
  readonly milliseconds: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** Values that are not to be kept; an answer may say them again, as `/metadata` and many a template do. */
export function secretsOf(
  { labels }: ServedAnswer,
  redaction: Redaction,
): readonly (readonly [name: string, value: string])[] {
  let secrets: (readonly [string, string])[] | undefined;
  for (const label of labels) {
    if (label[1] === '' || !redaction.isSecret(label[0])) continue;
    secrets ??= [];
    secrets.push(label);
  }
  return secrets ?? noSecrets;
}

const noSecrets: readonly (readonly [string, string])[] = [];

/** Nobody means to send more, and looking for all that a stranger sends would take long. */
const mostSecrets = 16;

/** Characters of an answer's message that are kept. */
const textLength = 500;

type Secrets = ReturnType<typeof secretsOf>;

export function hasOne(body: Uint8Array, secrets: Secrets): boolean {
  if (secrets.length === 0) return false;
  if (secrets.length > mostSecrets) return true;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  return secrets.some(([, value]) => bytes.includes(value));
}

/** A shorter value is taken out beside its name alone: it may be anything else. */
const tellingLength = 4;

function without(text: string, secrets: Secrets): string {
  return secrets.reduce((kept, [name, value]) => {
    const beside = kept.replaceAll(`${name}=${value}`, () => `${name}=…`);
    return value.length < tellingLength ? beside : beside.replaceAll(value, () => '…');
  }, text);
}

export function answerEvent(
  { id, boot }: Machine,
  { endpoint, address, status, body, story, milliseconds, at }: ServedAnswer,
  kept: { digest: string; query: string; secrets: Secrets; kind: MachineEvent['kind'] },
): MachineEvent {
  const { reason, message, group, profile, template, rollout } = story;
  // One object that grows: spreading members in makes several for each answer.
  const event: Mutable<MachineEvent> = {
    kind: kept.kind,
    machine: id,
    at,
    what: endpoint,
    address,
    status,
    reason,
    digest: kept.digest,
    bytes: body.length,
    milliseconds: tenths(milliseconds),
    query: kept.query,
  };
  if (boot !== undefined) event.boot = boot.id;
  if (group !== undefined) event.group = nameOfEntry(group);
  if (profile !== undefined) event.profile = nameOfEntry(profile);
  if (template !== undefined) {
    event.template = `${template.kind}/${template.name}`;
    event.revision = template.revision.slice(0, 12);
  }
  if (rollout !== undefined) event.rollout = rollout.rollout;
  if (message !== undefined) event.text = without(message.slice(0, 4 * textLength), kept.secrets).slice(0, textLength);
  return event;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function nameOfEntry({ name }: { readonly name: string }): string {
  return name.endsWith('.json') ? name.slice(0, -5) : name;
}

export function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** A body and its digest. */
export interface Digested {
  body: Uint8Array | undefined;
  digest: string;
}

/** Bodies of scripts and cached configs are the same bytes each time: of what an answer is made of, the body that was made of it last. */
const digests = new WeakMap<object, Digested>();

/** @returns where the digest of the last body of such an answer is; undefined where each of them is another */
export function digestsOf({ profile, template }: Pick<Story, 'profile' | 'template'>): Digested | undefined {
  const source = template ?? profile;
  if (source === undefined) return undefined;
  let last = digests.get(source);
  if (last === undefined) {
    last = { body: undefined, digest: '' };
    digests.set(source, last);
  }
  return last;
}

export function digestOf(body: Uint8Array, last: Digested | undefined): string {
  if (last === undefined) return hash('sha256', body);
  if (last.body !== body) {
    last.digest = hash('sha256', body);
    last.body = body;
  }
  return last.digest;
}
