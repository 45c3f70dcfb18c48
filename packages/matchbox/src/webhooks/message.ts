/** What a receiver is sent: a CloudEvent in structured form, signed as Standard Webhooks says. */
import { createHmac } from 'node:crypto';
import type { MachineEvent } from '../machines/event.ts';
import { type Machine, nameOf } from '../machines/machine.ts';
import type { Receiver, WebhookTopic } from './receiver.ts';

/** @returns undefined for events that receivers are not told of */
function topicOf({ kind }: MachineEvent): WebhookTopic | undefined {
  return kind === 'state' || kind === 'loop' || kind === 'identity' || kind === 'rollout' ? kind : undefined;
}

export function isWanted({ topics, states }: Receiver, event: MachineEvent): boolean {
  const topic = topicOf(event);
  if (topic === undefined || !topics.includes(topic)) return false;
  return topic !== 'state' || states.length === 0 || states.includes(event.state ?? '');
}

/**
 * Thin on purpose: ids and what changed, no text of a log.
 * @param machine undefined for an event of a rollout itself
 * @param id unique for this source; the same each time that it is sent
 * Spec: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function cloudEvent(
  event: MachineEvent,
  machine: Machine | undefined,
  { id, source }: { id: string; source: string },
): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: machine === undefined ? 'dev.matchbox.rollout.v1' : `dev.matchbox.machine.${topicOf(event) ?? 'event'}.v1`,
    subject: machine?.id ?? event.rollout ?? event.machine,
    time: new Date(event.at).toISOString(),
    datacontenttype: 'application/json',
    data: {
      ...(machine && {
        machine: machine.id,
        name: nameOf(machine),
        state: machine.state,
        group: machine.group,
        profile: machine.profile,
        macs: machine.macs,
        uuids: machine.uuids,
      }),
      rollout: event.rollout,
      actor: machine === undefined ? event.actor : undefined,
      what: event.what,
      text: event.text,
      boot: event.boot,
    },
  });
}

/** Headers of one attempt. Spec: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function headersOf(id: string, body: string, secrets: readonly string[], nowMs: number): Record<string, string> {
  const timestamp = `${Math.floor(nowMs / 1000)}`;
  const headers: Record<string, string> = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
  };
  if (secrets.length > 0)
    headers['webhook-signature'] = secrets
      .map((secret) => `v1,${sign(`${id}.${timestamp}.${body}`, secret)}`)
      .join(' ');
  return headers;
}

function sign(content: string, secret: string): string {
  return createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(content)
    .digest('base64');
}
