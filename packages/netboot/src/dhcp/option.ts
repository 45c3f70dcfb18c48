/** The DHCP options that are read or written here, by name (RFC 2132 and those named beside them). */

export const option = {
  subnetMask: 1,
  router: 3,
  dnsServer: 6,
  hostName: 12,
  domainName: 15,
  broadcastAddress: 28,
  ntpServer: 42,
  /** Tag-length-value inside, closed by 255 (PXE 2.1). */
  vendorSpecific: 43,
  requestedAddress: 50,
  leaseSeconds: 51,
  /** Options in the fields sname and file. Read, and never sent. */
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterList: 55,
  message: 56,
  maximumSize: 57,
  renewalSeconds: 58,
  rebindingSeconds: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServerName: 66,
  bootFileName: 67,
  /** RFC 3004, or raw text (iPXE). */
  userClass: 77,
  /** RFC 3046. */
  relayAgent: 82,
  /** RFC 4578. */
  architecture: 93,
  /** RFC 4578. */
  networkInterface: 94,
  /** RFC 4578: the machine's UUID. */
  machineIdentifier: 97,
  /** Encapsulated options of Etherboot and iPXE. */
  ipxe: 175,
} as const;

/** The message types of option 53 (RFC 2132 9.6). */
export const messageTypes = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'] as const;

export type MessageType = Exclude<(typeof messageTypes)[number], ''>;
