/** What a request says about who sent it, reduced to what can be believed and to bounded sizes. */
import { machineBounds } from './machine.ts';
import { commonRedaction, type Redaction } from './redact.ts';
import { trustedMac, trustedSerial, trustedUuid } from './trust.ts';

export interface Sighting {
  readonly at: number;
  readonly uuid?: string;
  readonly macs: readonly string[];
  readonly serial?: string;
  readonly hostname?: string;
  /** Without the port; '' when it says nothing, as behind a proxy that does not tell. */
  readonly address: string;
  readonly labels: readonly (readonly [key: string, value: string])[];
}

export interface Distrust {
  readonly uuids: ReadonlySet<string>;
  readonly macs: ReadonlySet<string>;
}

interface SightedBy {
  readonly at: number;
  readonly address: string;
  readonly distrust: Distrust;
  /** What of it is not kept. */
  readonly redaction?: Redaction | undefined;
}

/** Labels by which a machine is recognised; `net0` and the like are not the card that booted, so they only add addresses. */
export function sightingOf(
  labels: ReadonlyMap<string, string>,
  { at, address, distrust, redaction = commonRedaction }: SightedBy,
): Sighting {
  const uuid = trustedUuid(labels.get('uuid') ?? '', distrust.uuids);
  const serial = redaction.isSecret('serial') ? undefined : trustedSerial(labels.get('serial') ?? '');
  const mac = trustedMac(labels.get('mac') ?? '', distrust.macs);
  const hostname = redaction.isSecret('hostname') ? undefined : labels.get('hostname');
  return {
    at,
    macs: mac === undefined ? [] : [mac],
    address,
    labels: boundedLabels(labels, redaction),
    ...(uuid !== undefined && { uuid }),
    ...(serial !== undefined && { serial }),
    ...(hostname !== undefined && hostname !== '' && hostname.length <= 253 && { hostname }),
  };
}

function boundedLabels(labels: ReadonlyMap<string, string>, redaction: Redaction): (readonly [string, string])[] {
  const bounded: (readonly [string, string])[] = [];
  let length = 0;
  for (const [key, value] of labels) {
    const label = [cut(key), redaction.isSecret(key) ? '…' : cut(value)] as const;
    length += label[0].length + label[1].length;
    if (bounded.length === machineBounds.labels || length > machineBounds.labelsLength) break;
    bounded.push(label);
  }
  return bounded;
}

function cut(text: string): string {
  return text.length > machineBounds.labelLength ? `${text.slice(0, machineBounds.labelLength)}…` : text;
}
