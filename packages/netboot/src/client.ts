/** Who sent a DHCP message: what can be told of a machine from its options. */
import { decodeArchitectures } from './architecture.ts';
import { decodeMachineIdentifier } from './dhcp/machine-identifier.ts';
import { bytesAsText, type DhcpMessage, macOf, readText } from './dhcp/message.ts';
import { option } from './dhcp/option.ts';
import { decodeSubOptions } from './dhcp/sub-option.ts';
import { decodeUserClasses } from './dhcp/user-class.ts';

export interface Client {
  /** `52:54:00:a1:9c:ae` */
  readonly mac: string;
  /** From option 97; absent when that is missing or malformed, as some network cards leave it. */
  readonly uuid?: string;
  /** Option 60 as sent; '' without. */
  readonly vendorClass: string;
  /** Option 77 as a list. */
  readonly userClasses: readonly string[];
  /** Option 93, or the digits of the vendor class; empty when neither says. */
  readonly architectures: readonly number[];
  /**
   * `ipxe` counts more than the vendor class. `none` is no network boot client: an operating system, an installer, a
   * phone.
   */
  readonly boots: 'ipxe' | 'pxe' | 'http' | 'none';
  /** Of iPXE: whether it can fetch a URL. One that does not list its features is taken at its word. */
  readonly ipxeHasHttp: boolean;
  /** A Raspberry Pi's own ROM, which says it is a BIOS and can run none of its loaders. */
  readonly raspberryPi: boolean;
}

/** Sub-options of option 175 (iPXE, `include/ipxe/dhcp.h`). */
const [ipxeVersion, ipxeHttp] = [235, 19] as const;
/** The prefixes that Raspberry Pi boards have their addresses from. */
const raspberryPiPrefixes = ['b8:27:eb', 'dc:a6:32', 'e4:5f:01', '28:cd:c1', 'd8:3a:dd', '2c:cf:67'];

export function describeClient(message: DhcpMessage): Client {
  const { options } = message;
  const mac = macOf(message);
  const vendorClass = readText(message, option.vendorClass) ?? '';
  const uuid = decodeMachineIdentifier(options.get(option.machineIdentifier) ?? new Uint8Array());
  const userClasses = decodeUserClasses(options.get(option.userClass) ?? new Uint8Array());
  const features = decodeSubOptions(options.get(option.ipxe) ?? new Uint8Array(), true);
  const has = (code: number) => features.some((feature) => feature.code === code);
  const sentArchitectures = decodeArchitectures(options.get(option.architecture) ?? new Uint8Array());
  const architectures = sentArchitectures.length > 0 ? sentArchitectures : digitsOf(vendorClass);
  return {
    mac,
    ...(uuid !== undefined && { uuid }),
    vendorClass,
    userClasses,
    architectures,
    boots: userClasses.includes('iPXE') || has(ipxeVersion) ? 'ipxe' : bootsBy(vendorClass),
    ipxeHasHttp: has(ipxeHttp) || !options.has(option.ipxe),
    raspberryPi: raspberryPiPrefixes.includes(mac.slice(0, 8)) && (architectures[0] ?? 0) === 0,
  };
}

/** Quirk: a second-stage iPXE may send the bare class that a proxy gave it, so the prefix counts (seen on the wire). */
function bootsBy(vendorClass: string): Client['boots'] {
  if (vendorClass.startsWith('PXEClient')) return 'pxe';
  return vendorClass.startsWith('HTTPClient') ? 'http' : 'none';
}

function digitsOf(vendorClass: string): readonly number[] {
  const digits = /^(?:PXE|HTTP)Client:Arch:(\d{5})(?::|$)/.exec(vendorClass)?.[1];
  return digits === undefined ? [] : [Number(digits)];
}

/** Text of a stranger as one printable line of at most 64 characters. */
export function printable(text: string): string {
  const shown = text.slice(0, 64).replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return text.length > 64 ? `${shown}…` : shown;
}

/** What a machine showed of itself, for a log line or an alarm: `60="PXEClient" 77="iPXE" 93=7`. */
export function describeEvidence(
  { vendorClass, userClasses, architectures }: Client,
  { options }: DhcpMessage,
): string {
  const shown = [`60="${printable(vendorClass)}"`];
  if (userClasses.length > 0) shown.push(`77="${printable(userClasses.join(','))}"`);
  if (architectures.length > 0) shown.push(`93=${architectures.slice(0, 8).join(',')}`);
  const ipxe = options.get(option.ipxe);
  if (ipxe !== undefined) shown.push(`175="${printable(bytesAsText(ipxe))}"`);
  return shown.join(' ');
}
