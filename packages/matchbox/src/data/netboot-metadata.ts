/** The keys of a group's metadata that the built-in network boot reads; flat, so that Terraform can write them. */
export const netbootMetadataKeys = {
  /** `false`: the machine is not offered anything to boot. */
  netboot: 'netboot',
  /** The address that it gets in mode dhcp. */
  address: 'netboot_address',
  /** The host name that it is told with it. */
  hostName: 'netboot_hostname',
  /** The loader that its firmware gets, in place of the usual one. */
  loader: 'netboot_loader',
} as const;

/** An address is one machine's, so a group that reserves one has to name its machine. */
export function isOfOneMachine(selector: ReadonlyMap<string, string>): boolean {
  return selector.has('mac') || selector.has('uuid');
}
