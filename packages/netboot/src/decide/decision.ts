/** What was decided about one packet, and why: the one record that dry run, log, metrics, explain and doctor read. */
import type { Client } from '../client.ts';
import type { DhcpMessage } from '../dhcp/message.ts';
import type { MessageType } from '../dhcp/option.ts';
import type { LeaseChange } from '../lease/lease.ts';
import type { Mode } from './network.ts';
import type { Outcome, Rule } from './rule.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The port a packet came in by, or an answer leaves by, by what it is for: 67 or 4011 outside of tests. */
export type ServerPort = 'dhcp' | 'boot';

export interface Reply {
  readonly type: 'OFFER' | 'ACK' | 'NAK';
  readonly message: DhcpMessage;
  readonly to: Endpoint;
  readonly from: ServerPort;
}

/** Which boot file a machine gets, or why none. */
export interface BootChoice {
  readonly rule: BootRule;
  /** How the file is named in the answer; with a rule that gives one. */
  readonly file?: string;
  /** The architecture that it was chosen for. */
  readonly architecture?: number;
}

export type BootRule =
  /** iPXE gets the script's URL. */
  | 'script'
  /** A ROM gets its loader by TFTP. */
  | 'loader'
  /** UEFI HTTP boot gets its loader's URL. */
  | 'http_loader'
  /** An iPXE that cannot fetch URLs gets one that can. */
  | 'better_ipxe'
  | Extract<
      Rule,
      | 'not_network_boot'
      | 'unknown_machine'
      | 'opted_out'
      | 'boots_from_disk'
      | 'no_architecture'
      | 'unknown_architecture'
      | 'loader_missing'
      | 'raspberry_pi'
    >;

export interface Decision {
  readonly rule: Rule;
  readonly outcome: Outcome;
  /** '' when the packet is for no network. */
  readonly network: string;
  readonly mode: Mode;
  /** The reply is what would have been sent. */
  readonly dryRun: boolean;
  readonly port: ServerPort;
  readonly source: Endpoint;
  /** Without a message type, or a message, the packet was none of a client. */
  readonly type?: MessageType;
  readonly transactionId?: number;
  readonly secondsElapsed?: number;
  readonly relay?: string;
  /** The address that the machine has, or asks for in a REQUEST, by its own word. */
  readonly address?: string;
  readonly client?: Client;
  /** What the machine showed of itself, as text. */
  readonly evidence?: string;
  readonly boot?: BootChoice;
  readonly reply?: Reply;
  readonly lease?: LeaseChange;
}
