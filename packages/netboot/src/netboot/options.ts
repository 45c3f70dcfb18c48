/** What a server of network boot is started with, and what it tells. */
import type { Client } from '../client.ts';
import type { AnswerLimits } from '../decide/allowance.ts';
import type { Decision } from '../decide/decision.ts';
import type { Machine } from '../decide/network.ts';
import type { Notice } from '../decide/observer.ts';
import type { UnkeptAnswer } from '../decide/unkept.ts';
import type { KeptTable, LeaseKeeper } from '../lease/keeper.ts';
import type { ServerSeen } from '../probe/probe.ts';
import type { HostInterface } from '../socket/interface.ts';
import type { TransferRecord } from '../tftp/sessions.ts';
import type { NetworkConfig } from './config.ts';

export interface NetbootPorts {
  /** 67 */
  readonly dhcp: number;
  /** 68 */
  readonly client: number;
  /** 4011 */
  readonly boot: number;
  /** 69 */
  readonly tftp: number;
}

export const standardPorts: NetbootPorts = { dhcp: 67, client: 68, boot: 4011, tftp: 69 };

export interface NetbootOptions {
  /** The interface that is served. */
  readonly served: HostInterface;
  /** What has to be served, or nothing is. None: the ports are bound, and `reconfigure` says what is served. */
  readonly networks: readonly NetworkConfig[];
  readonly httpPort: number;
  readonly ports?: NetbootPorts;
  /** Searched for loaders, in this order. */
  readonly loaderFolders: readonly string[];
  /** Loaders besides the usual names, of groups for example; asked again and again. */
  readonly loaderNames?: () => readonly string[];
  /** TFTP serves these as well. undefined: no TFTP. */
  readonly tftp?: { readonly folders: readonly string[]; readonly dataPorts: 'one' | 'each' };
  /** The journal of a network's leases; needed for networks with a range, unless there is a keeper. */
  readonly leasePath?: (network: string) => string;
  /** Keeps a network's leases in the place of a journal, for several servers that give from one range. */
  readonly leaseKeeper?: (network: string, table: KeptTable) => Promise<LeaseKeeper>;
  /** Whether a server that gives addresses is one of those that share the leases: it is no other server. */
  readonly isReplica?: (serverAddress: string) => boolean;
  /** What is known of a machine. Called for every packet, so it must be quick. */
  readonly machine?: (client: Client) => Machine;
  /**
   * Whether the machine's script would send it to its disk; without, no machine's would. Asked where its loader is too old to do
   * that: such a machine is offered nothing, so that its firmware goes on by itself.
   */
  readonly bootsFromDisk?: (client: Client) => boolean;
  /**
   * The same of who asks for a loader by TFTP or HTTP, to whom another server gave its address: known by the MAC address that the
   * neighbour table has for it, which behind a router is the router's.
   */
  readonly addressBootsFromDisk?: (address: string, mac: string | undefined) => boolean;
  /** The machine that an address is reserved for. */
  readonly reservedFor?: (address: string) => string | undefined;
  /** How many machines groups match, for whom a part of the addresses is kept. */
  readonly knownMachines?: () => number;
  readonly limits?: AnswerLimits;
  /** How often other servers are looked for, in milliseconds; 0: never, not at the start either. */
  readonly probeEveryMs?: number;
  /** How long each of two tries waits for their answers. */
  readonly probeWaitMs?: number;
  readonly descriptors?: { readonly dhcp?: number; readonly boot?: number; readonly tftp?: number };
  readonly events?: NetbootEvents;
}

/** Every one is told as it happens; none may throw. */
export interface NetbootEvents {
  readonly onDecision?: (decision: Decision) => void;
  readonly onNotice?: (notice: Notice) => void;
  readonly onTransfer?: (record: TransferRecord) => void;
  /** What an operator should know: a journal that cannot be written, a mode that is not what was asked for. */
  readonly onWarning?: (text: string) => void;
  /** A machine was not given what was decided: another server was faster, or leases cannot be kept. */
  readonly onUnkept?: (unkept: UnkeptLease) => void;
  readonly onServers?: (servers: readonly ServerSeen[]) => void;
}

export interface UnkeptLease {
  readonly network: string;
  readonly mac: string;
  readonly outcome: UnkeptAnswer['outcome'];
}
