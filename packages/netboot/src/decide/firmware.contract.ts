/**
 * Models of what takes our answers: what a machine boots from the offers that reach it, in the words of the sources that
 * they are drawn from. They know nothing of how answers are made.
 */
import { type DhcpMessage, macOf, messageTypeOf, readAddress, readText } from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { encodePacket } from '../dhcp/packet.ts';
import { decodeSubOptions } from '../dhcp/sub-option.ts';
import { noAddress } from '../ipv4.ts';

/** `boots FILE from SERVER`, `asks SERVER:4011`, or why nothing happens. */
export type Fate = string;

export type Firmware = (asked: DhcpMessage, offers: readonly DhcpMessage[]) => Fate;

/** A DHCP server of the site that gives addresses and knows nothing of booting. */
export function plainOffer(asked: DhcpMessage, more: ReadonlyMap<number, Uint8Array> = new Map()): DhcpMessage {
  const text = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0));
  return {
    ...asked,
    operation: 2,
    yourAddress: '10.77.0.60',
    options: new Map([
      [option.messageType, Uint8Array.of(2)],
      [option.serverIdentifier, Uint8Array.of(10, 77, 0, 2)],
      [option.leaseSeconds, Uint8Array.of(0, 0, 14, 16)],
      [option.subnetMask, Uint8Array.of(255, 255, 255, 0)],
      [option.domainName, text('example.com')],
      ...more,
    ]),
  };
}

const fileOf = (offer: DhcpMessage) => offer.file || (readText(offer, option.bootFileName) ?? '').replace(/\0.*$/s, '');
const classOf = (offer: DhcpMessage) => readText(offer, option.vendorClass) ?? '';
const serverOf = (offer: DhcpMessage) => readAddress(offer, option.serverIdentifier) ?? '';
const boots = (offer: DhcpMessage) => `boots ${fileOf(offer)} from ${offer.nextServer}`;

/** Dhcp4Dxe drops an offer without 53 or 54, of another transaction or machine, and PxeBcDxe one of more than 1472 bytes. */
function isForMe(asked: DhcpMessage, offer: DhcpMessage): boolean {
  return (
    offer.operation === 2 &&
    offer.transactionId === asked.transactionId &&
    macOf(offer) === macOf(asked) &&
    messageTypeOf(offer) === 'OFFER' &&
    serverOf(offer) !== '' &&
    encodePacket(offer).length <= 1472
  );
}

/** EDK2, PxeBcDhcp4.c: PxeBcParseDhcp4Packet sorts the offers, PxeBcSelectDhcp4Offer chooses, PxeBcRetryBinlOffer asks. */
export const edk2: Firmware = (asked, offers) => {
  const mine = offers.filter((offer) => isForMe(asked, offer));
  const withAddress = mine.filter(({ yourAddress }) => yourAddress !== noAddress);
  if (withAddress.length === 0) return 'no address';
  const isPxe = (offer: DhcpMessage) => classOf(offer).startsWith('PXEClient');
  const has43 = (offer: DhcpMessage) => offer.options.has(option.vendorSpecific);
  const binl = withAddress.find((offer) => isPxe(offer) && !has43(offer));
  const proxy = mine.find((offer) => offer.yourAddress === noAddress && isPxe(offer));
  const whole = withAddress.find((offer) => fileOf(offer) !== '' && !isPxe(offer));
  if (proxy !== undefined && has43(proxy)) return boots(proxy);
  if (binl !== undefined) return `asks ${serverOf(binl)}:4011`;
  if (proxy !== undefined) return `asks ${serverOf(proxy)}:4011`;
  return whole === undefined ? 'no boot file' : boots(whole);
};

/** EDK2's HttpBootDxe, HttpBootDhcp4.c: only `HTTPClient` counts, and the URI is in option 67 or the file field. */
export const httpBoot: Firmware = (asked, offers) => {
  const mine = offers.filter((offer) => isForMe(asked, offer));
  if (!mine.some(({ yourAddress }) => yourAddress !== noAddress)) return 'no address';
  const offer = mine.find((each) => classOf(each).startsWith('HTTPClient') && /^https?:/.test(fileOf(each)));
  return offer === undefined ? 'no boot file' : `boots ${fileOf(offer)}`;
};

/** A PXE 2.1 ROM reads the file field alone, up to its NUL, and takes a proxy's only where discovery control says so. */
export const biosRom: Firmware = (asked, offers) => {
  const mine = offers.filter((offer) => offer.transactionId === asked.transactionId && macOf(offer) === macOf(asked));
  const address = mine.find(({ yourAddress }) => yourAddress !== noAddress);
  if (address === undefined) return 'PXE-E51: no address';
  const proxy = mine.find((offer) => offer.yourAddress === noAddress && classOf(offer).startsWith('PXEClient'));
  if (proxy !== undefined) {
    const inside = decodeSubOptions(proxy.options.get(option.vendorSpecific) ?? new Uint8Array(), true);
    const control = inside.find(({ code }) => code === 6)?.value[0] ?? 0;
    if ((control & 8) === 8 && proxy.file !== '' && proxy.nextServer !== noAddress) return boots(proxy);
    return `asks ${serverOf(proxy)}:4011`;
  }
  return address.file === '' ? 'PXE-E53: no boot filename' : boots(address);
};

/** iPXE, net/udp/dhcp.c: a proxy's offer is complete with next server and file (dhcp_has_pxeopts), else it asks port 4011. */
export const ipxe: Firmware = (asked, offers) => {
  const mine = offers.filter((offer) => offer.transactionId === asked.transactionId && serverOf(offer) !== '');
  const address = mine.find(({ yourAddress }) => yourAddress !== noAddress);
  if (address === undefined) return 'no address';
  const features = decodeSubOptions(address.options.get(option.ipxe) ?? new Uint8Array(), true);
  const skipsProxies = features.some(({ code, value }) => code === 176 && value[0] === 1);
  const proxy = skipsProxies
    ? undefined
    : mine.find((offer) => offer.yourAddress === noAddress && classOf(offer).startsWith('PXEClient'));
  const source = proxy ?? address;
  if (proxy !== undefined && (proxy.nextServer === noAddress || fileOf(proxy) === ''))
    return `asks ${serverOf(proxy)}:4011`;
  const file = fileOf(source);
  return file === '' ? 'no boot file' : /^https?:/.test(file) ? `chains ${file}` : boots(source);
};
