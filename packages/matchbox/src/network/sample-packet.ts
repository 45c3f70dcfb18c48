/** The DHCP message that a machine would send, from the few things that decide about it. */
import {
  broadcastFlag,
  type DhcpMessage,
  encodeMachineIdentifier,
  encodePacket,
  messageTypes,
  option,
  textAsBytes,
} from '@matchbox/netboot';

export interface SampleMachine {
  /** As `formatMac` writes it. */
  readonly mac: string;
  readonly uuid: string | undefined;
  /** Option 93; undefined for a machine that does not boot from the network. */
  readonly architecture: number | undefined;
  /** Option 60. */
  readonly vendorClass: string;
  /** Option 77; '' for none. */
  readonly userClass: string;
  readonly type: 'DISCOVER' | 'REQUEST';
  /** Of the relay that the message comes through; undefined for none. */
  readonly relay: string | undefined;
}

/** What iPXE says of itself in option 175: that it can fetch by HTTP, and its version. */
const ipxeFeatures = Uint8Array.of(19, 1, 1, 235, 3, 1, 0, 0);
const none = '0.0.0.0';

export function samplePacket({
  mac,
  uuid,
  architecture,
  vendorClass,
  userClass,
  type,
  relay = none,
}: SampleMachine): Uint8Array {
  const hardwareField = new Uint8Array(16);
  hardwareField.set(mac.split(':').map((pair) => Number.parseInt(pair, 16)));
  const options: (readonly [number, Uint8Array])[] = [
    [option.messageType, Uint8Array.of(messageTypes.indexOf(type))],
    [option.parameterList, Uint8Array.of(1, 3, 6, 12, 15, 43, 51, 54, 60, 66, 67)],
  ];
  if (vendorClass !== '') options.push([option.vendorClass, textAsBytes(vendorClass)]);
  if (userClass !== '') options.push([option.userClass, textAsBytes(userClass)]);
  if (userClass === 'iPXE') options.push([option.ipxe, ipxeFeatures]);
  if (architecture !== undefined) {
    options.push([option.architecture, Uint8Array.of(architecture >> 8, architecture & 255)]);
    options.push([option.networkInterface, Uint8Array.of(1, 3, 0)]);
  }
  if (uuid !== undefined) options.push([option.machineIdentifier, encodeMachineIdentifier(uuid)]);
  const message: DhcpMessage = {
    operation: 1,
    hardwareType: 1,
    hardwareLength: 6,
    hops: 0,
    transactionId: 1,
    seconds: 4,
    flags: broadcastFlag,
    clientAddress: none,
    yourAddress: none,
    nextServer: none,
    relayAddress: relay,
    hardwareField,
    serverName: '',
    file: '',
    options: new Map(options),
  };
  return encodePacket(message);
}
