/** What an operator decided for a network, and what is known of a machine: the givens of every decision. */

import type { Client } from '../client.ts';
import type { Subnet } from '../ipv4.ts';
import type { AddressRange } from '../lease/pool.ts';
import type { LeaseView } from '../lease/table.ts';

/** What the server does on a network. `auto` becomes one of these when other servers were looked for. */
export type Mode = 'off' | 'proxy' | 'dhcp';

export interface Network {
  readonly name: string;
  readonly mode: Mode;
  /** Decides and logs, sends nothing and keeps nothing. */
  readonly dryRun: boolean;
  /** Ours on this network: option 54, the TFTP server, and where answers come from. */
  readonly serverAddress: string;
  /** `http://10.77.0.1:8080/boot.ipxe`, which iPXE is sent to. */
  readonly scriptUrl: string;
  /** `http://10.77.0.1:8080/netboot/`, under which UEFI HTTP boot finds its loader. */
  readonly loaderBaseUrl: string;
  /** Architecture → the file that an operator wants for it. */
  readonly loaders: ReadonlyMap<number, string>;
  /** `known`: machines that a group other than a default matches. */
  readonly answerTo: 'known' | 'all';
  /** Machines that are never answered: MAC addresses, and makers by their first three bytes (`b8:27:eb`). */
  readonly denied?: ReadonlySet<string>;
  /** Set in `dhcp` mode. */
  readonly dhcp?: DhcpSettings;
}

/** What machines are told with their address, and for how long it is theirs. */
export interface LeaseTerms {
  readonly routers: readonly string[];
  readonly dnsServers: readonly string[];
  readonly ntpServers: readonly string[];
  /** '' for none. */
  readonly domainName: string;
  readonly leaseSeconds: number;
  /** For ROMs and iPXE, which never give an address back. */
  readonly firmwareLeaseSeconds: number;
}

export interface DhcpSettings extends LeaseTerms {
  readonly subnet: Subnet;
  readonly ranges: readonly AddressRange[];
  /**
   * When a NAK is sent to a machine that comes back with an address: never; when the address is of another network or
   * another machine's; or also when nothing is known of its lease, which is right where there can be no other server.
   */
  readonly authority: 'none' | 'network' | 'full';
}

/** What the data directory and the registry of machines say of a client. */
export interface Machine {
  /** A group other than a default matches. */
  readonly known: boolean;
  readonly denied?: boolean;
  /** Its group says that it boots from its disk, or by another server. */
  readonly optedOut?: boolean;
  /** The address reserved for it. */
  readonly address?: string;
  readonly hostName?: string;
  /** Architecture → loader of its group. */
  readonly loaders?: ReadonlyMap<number, string>;
}

/** What a decision may ask. Every answer is at hand: nothing here waits. */
export interface Lookups {
  machine(client: Client): Machine;
  /** The loader found for an architecture. */
  loaderFor(architecture: number): string | undefined;
  /** Whether a file of this name is served. */
  hasFile(name: string): boolean;
  /** Whether a loader hands UEFI firmware over to its disk when its script says so; without, every one does. */
  handsToDisk?(name: string): boolean;
  /** Whether the machine's script would send it to its disk now; without, none would. */
  bootsFromDisk?(client: Client): boolean;
  readonly leases: LeaseView;
  /** Whether an address that is offered to the machine now could be confirmed; left out where it always can. */
  mayOffer?(mac: string): boolean;
  /** Whether one more answer is within the limits. */
  allowance(mac: string): 'free' | 'machine' | 'all';
  /** Whether a message is one of ours, looking for other servers. */
  isOwnProbe(mac: string): boolean;
}
