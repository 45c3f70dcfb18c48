/** Messages as real clients send them, for tests: captured values, built by name. */

import { parseIpv4 } from '../ipv4.ts';
import { parseMac } from '../mac.ts';
import { encodeMachineIdentifier } from './machine-identifier.ts';
import { type DhcpMessage, textAsBytes } from './message.ts';
import { type MessageType, messageTypes, option } from './option.ts';

export const sampleMac = '52:54:00:a1:9c:ae';
const sampleUuid = '16e7d8a7-bfa9-428b-9117-363341bb330a';

export const bytesOf = (...values: (number | string)[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => (typeof value === 'string' ? [...textAsBytes(value)] : [value])));

export function addressBytes(...addresses: string[]): Uint8Array {
  return Uint8Array.from(
    addresses.flatMap((address) => {
      const value = parseIpv4(address) ?? 0;
      return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
    }),
  );
}

export type Options = Readonly<Record<number, Uint8Array>>;

/** A message of a type from `sampleMac`, with these options after option 53 and these fields. */
export function sampleMessage(
  type: MessageType,
  options: Options | readonly (readonly [number, Uint8Array])[] = {},
  fields: Partial<Omit<DhcpMessage, 'options'>> & { readonly mac?: string } = {},
): DhcpMessage {
  const { mac = sampleMac, ...header } = fields;
  const hardwareField = new Uint8Array(16);
  hardwareField.set(parseMac(mac));
  const pairs = Array.isArray(options)
    ? (options as [number, Uint8Array][])
    : Object.entries(options as Options).map(([code, value]) => [Number(code), value] as const);
  return {
    operation: 1,
    hardwareType: 1,
    hardwareLength: 6,
    hops: 0,
    transactionId: 0x3903f326,
    seconds: 4,
    flags: 0,
    clientAddress: '0.0.0.0',
    yourAddress: '0.0.0.0',
    nextServer: '0.0.0.0',
    relayAddress: '0.0.0.0',
    hardwareField,
    serverName: '',
    file: '',
    ...header,
    options: new Map([[option.messageType, Uint8Array.of(messageTypes.indexOf(type))], ...pairs]),
  };
}

const uuidOption = encodeMachineIdentifier(sampleUuid);
const legacyList = Uint8Array.of(1, 3, 6, 7, 12, 15, 17, 26, 42, 43, 60, 66, 67, 119, 121, 128, 129, 130, 131);
const ipxeList = Uint8Array.of(1, 3, 6, 7, 12, 15, 17, 26, 42, 43, 60, 66, 67, 119, 128, 175, 203);
const ovmfList = Uint8Array.of(
  1,
  2,
  3,
  4,
  5,
  6,
  12,
  13,
  15,
  17,
  18,
  22,
  23,
  28,
  40,
  41,
  42,
  43,
  50,
  51,
  54,
  58,
  59,
  60,
  66,
  67,
  97,
);
const ipxeFeatures = bytesOf(177, 5, 1, 0x1a, 0xf4, 0x10, 0, 235, 3, 1, 0, 0, 19, 1, 1, 17, 1, 1);

/** The options of each client as captured on the wire, without option 53. */
export const clientOptions = {
  biosRom: {
    [option.parameterList]: legacyList,
    [option.maximumSize]: bytesOf(5, 0xc0),
    [option.vendorClass]: bytesOf('PXEClient:Arch:00000:UNDI:002001'),
    [option.clientIdentifier]: bytesOf(1, 0x52, 0x54, 0, 0xa1, 0x9c, 0xae),
    [option.architecture]: bytesOf(0, 0),
    [option.networkInterface]: bytesOf(1, 2, 1),
    [option.machineIdentifier]: uuidOption,
  },
  ipxeBios: {
    [option.parameterList]: ipxeList,
    [option.maximumSize]: bytesOf(5, 0xc0),
    [option.vendorClass]: bytesOf('PXEClient:Arch:00000:UNDI:002001'),
    [option.clientIdentifier]: bytesOf(1, 0x52, 0x54, 0, 0xa1, 0x9c, 0xae),
    [option.userClass]: bytesOf('iPXE'),
    [option.architecture]: bytesOf(0, 0),
    [option.networkInterface]: bytesOf(1, 2, 1),
    [option.machineIdentifier]: uuidOption,
    [option.ipxe]: ipxeFeatures,
  },
  ipxeEfi: {
    [option.parameterList]: ipxeList,
    [option.vendorClass]: bytesOf('PXEClient:Arch:00007:UNDI:003010'),
    [option.userClass]: bytesOf('iPXE'),
    [option.architecture]: bytesOf(0, 7),
    [option.networkInterface]: bytesOf(1, 3, 10),
    [option.machineIdentifier]: uuidOption,
    [option.ipxe]: ipxeFeatures,
  },
  ovmf: {
    [option.parameterList]: ovmfList,
    [option.maximumSize]: bytesOf(5, 0xc0),
    [option.vendorClass]: bytesOf('PXEClient:Arch:00007:UNDI:003000'),
    [option.architecture]: bytesOf(0, 7),
    [option.networkInterface]: bytesOf(1, 3, 0),
    [option.machineIdentifier]: uuidOption,
  },
  ovmfHttp: {
    [option.parameterList]: Uint8Array.of(1, 3, 6, 12, 15, 28, 43, 54, 60, 67, 97, 235),
    [option.maximumSize]: bytesOf(5, 0xc0),
    [option.vendorClass]: bytesOf('HTTPClient:Arch:00016:UNDI:003000'),
    [option.architecture]: bytesOf(0, 16),
    [option.networkInterface]: bytesOf(1, 3, 0),
    [option.machineIdentifier]: uuidOption,
  },
  linux: {
    [option.parameterList]: Uint8Array.of(1, 28, 2, 3, 15, 6, 12, 42),
    [option.hostName]: bytesOf('node1'),
    [option.clientIdentifier]: bytesOf(255, 0, 1, 2, 3, 0, 1, 0, 1, 9, 9, 9, 9, 0x52, 0x54, 0, 0xa1, 0x9c, 0xae),
  },
  debianInstaller: {
    [option.parameterList]: Uint8Array.of(1, 28, 2, 3, 15, 6, 12, 42, 66, 67),
    [option.vendorClass]: bytesOf('d-i'),
  },
} satisfies Record<string, Options>;
