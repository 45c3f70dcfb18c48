/** What the rules of a mode decide by, and what they say. */
import type { Client } from '../client.ts';
import type { DhcpMessage } from '../dhcp/message.ts';
import type { BootChoice, Decision, Endpoint, ServerPort } from './decision.ts';
import type { Lookups, Machine, Network } from './network.ts';
import type { ReplyPorts } from './reply.ts';
import type { Rule } from './rule.ts';

/** A message that has passed the first look, with what is known of its sender. */
export interface Query {
  readonly message: DhcpMessage;
  readonly client: Client;
  readonly machine: Machine;
  readonly boot: BootChoice;
  readonly network: Network;
  readonly lookups: Lookups;
  readonly port: ServerPort;
  readonly source: Endpoint;
  readonly ports: ReplyPorts;
}

/** What the rules of a mode say: everything else of a decision follows from the packet. */
export type Verdict = { readonly rule: Rule } & Pick<Decision, 'reply' | 'lease'>;
