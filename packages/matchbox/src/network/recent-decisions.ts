/** The last decisions of network boot, for those who follow a running server. */

import { type Decision, describeArchitecture, rules } from '@matchbox/netboot';
import { limits } from '../limits/limits.ts';

/** A decision as it is told, one object of JSON a line; what is undefined is left out. */
export interface ToldDecision {
  /** Counts up from 1 with each decision since the server runs. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  readonly network: string;
  readonly mode: string;
  readonly dryRun: boolean;
  readonly outcome: string;
  readonly rule: string;
  readonly because: string;
  /** Where it came in: `dhcp` (67) or `boot` (4011). */
  readonly port: string;
  readonly type?: string | undefined;
  readonly mac?: string | undefined;
  readonly uuid?: string | undefined;
  readonly architecture?: string | undefined;
  readonly relay?: string | undefined;
  /** `OFFER`, `ACK` or `NAK`; in a dry run what would have been sent. */
  readonly reply?: string | undefined;
  readonly to?: string | undefined;
  readonly address?: string | undefined;
  readonly file?: string | undefined;
  readonly shows?: string | undefined;
}

export interface RecentDecisions {
  note(decision: Decision, atMs: number): void;
  /** Those behind a number, oldest first; older ones than are kept are gone. */
  after(number: number): readonly ToldDecision[];
}

export function createRecentDecisions(kept: number = limits.recentDecisions): RecentDecisions {
  const ring: (ToldDecision | undefined)[] = [];
  let last = 0;
  return {
    note: (decision, atMs) => {
      last++;
      ring[last % kept] = told(decision, last, atMs);
    },
    after: (number) => {
      const first = Math.max(number, last - kept, 0) + 1;
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => ring[(first + index) % kept]!);
    },
  };
}

function told(decision: Decision, number: number, atMs: number): ToldDecision {
  const { network, mode, dryRun, outcome, rule, port, type, client, relay, reply, boot, evidence } = decision;
  const [architecture] = client?.architectures ?? [];
  const address = reply?.message.yourAddress;
  return {
    ...{ number, at: new Date(atMs).toISOString(), network, mode, dryRun, outcome, rule, because: rules[rule].because },
    ...{ port, type, mac: client?.mac, uuid: client?.uuid },
    architecture: architecture === undefined ? undefined : describeArchitecture(architecture),
    relay,
    reply: reply?.type,
    to: reply && `${reply.to.address}:${reply.to.port}`,
    address: address === '0.0.0.0' ? decision.address : (address ?? decision.address),
    file: reply === undefined ? undefined : boot?.file,
    shows: evidence,
  };
}
