/** A network that machines are booted on, for the built-in network boot. */
import type { LeaseTerms } from '@matchbox/netboot';

/** As it is written: '' , 0, false and empty lists say nothing. */
export interface Network extends LeaseTerms {
  readonly id: string;
  readonly name: string;
  /** Name or address of the interface whose process serves it; '' for whichever has an address in the subnet. */
  readonly interface: string;
  readonly subnet: string;
  /** Relays that it is behind, where their addresses are not in the subnet. */
  readonly relays: readonly string[];
  readonly mode: string;
  readonly alone: string;
  readonly force: boolean;
  readonly authority: string;
  /** `10.77.0.100-10.77.0.200` */
  readonly ranges: readonly string[];
  /** undefined: half of the range. */
  readonly unknownShare: number | undefined;
  readonly answer: string;
  /** MAC addresses, and makers by their first three bytes. */
  readonly deny: readonly string[];
  /** Name of the firmware, or its architecture's number → file. */
  readonly loaders: ReadonlyMap<string, string>;
  readonly scriptUrl: string;
  readonly loaderUrl: string;
}

/** The names of the fields in the JSON file, in its order. */
export const networkNames = {
  id: 'id',
  name: 'name',
  interface: 'interface',
  subnet: 'subnet',
  relays: 'relays',
  mode: 'mode',
  alone: 'alone',
  force: 'force',
  authority: 'authority',
  ranges: 'ranges',
  routers: 'routers',
  dnsServers: 'dns_servers',
  ntpServers: 'ntp_servers',
  domainName: 'domain_name',
  leaseSeconds: 'lease_seconds',
  firmwareLeaseSeconds: 'firmware_lease_seconds',
  unknownShare: 'unknown_share',
  answer: 'answer',
  deny: 'deny',
  loaders: 'loaders',
  scriptUrl: 'script_url',
  loaderUrl: 'loader_url',
} as const satisfies { readonly [K in keyof Network]: string };

export const emptyNetwork: Network = {
  ...{ id: '', name: '', interface: '', subnet: '', relays: [], mode: '', alone: '', force: false, authority: '' },
  ...{ ranges: [], routers: [], dnsServers: [], ntpServers: [], domainName: '', leaseSeconds: 0 },
  ...{ firmwareLeaseSeconds: 0, unknownShare: undefined, answer: '', deny: [], loaders: new Map() },
  ...{ scriptUrl: '', loaderUrl: '' },
};
