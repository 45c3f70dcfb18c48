/** A DHCP message as a value (RFC 2131 section 2), and its options by type. */

import { formatIpv4 } from '../ipv4.ts';
import { formatMac } from '../mac.ts';
import { type MessageType, messageTypes, option } from './option.ts';

/** Addresses are dotted quads; `0.0.0.0` stands for none. */
export interface DhcpMessage {
  /** "op": 1 from clients, 2 from servers. */
  readonly operation: number;
  /** "htype": 1 is Ethernet. */
  readonly hardwareType: number;
  /** "hlen": how many bytes of `hardwareField` count; 6 for Ethernet. */
  readonly hardwareLength: number;
  readonly hops: number;
  /** "xid", unsigned. */
  readonly transactionId: number;
  /** "secs" since the client began. */
  readonly seconds: number;
  /** 0x8000 asks for a broadcast. */
  readonly flags: number;
  /** "ciaddr" */
  readonly clientAddress: string;
  /** "yiaddr" */
  readonly yourAddress: string;
  /** "siaddr" */
  readonly nextServer: string;
  /** "giaddr" */
  readonly relayAddress: string;
  /** "chaddr", all 16 bytes. */
  readonly hardwareField: Uint8Array;
  /** "sname", up to its NUL, a character a byte. */
  readonly serverName: string;
  /** "file", up to its NUL, a character a byte. */
  readonly file: string;
  /** Code → value, long and repeated options joined (RFC 3396), in the order of the message. */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

export const broadcastFlag = 0x8000;

/** The first `hlen` bytes of chaddr, as `52:54:00:a1:9c:ae`. */
export function macOf({ hardwareField, hardwareLength }: DhcpMessage): string {
  return formatMac(hardwareField.subarray(0, hardwareLength));
}

/** undefined without option 53 (BOOTP), and when it is none of the eight of RFC 2131. */
export function messageTypeOf(message: DhcpMessage): MessageType | undefined {
  return messageTypes[readNumber(message, option.messageType, 1) ?? 0] || undefined;
}

/** An option of `bytes` bytes (1, 2 or 4) as an unsigned number; undefined when absent or of another length. */
export function readNumber({ options }: DhcpMessage, code: number, bytes: 1 | 2 | 4): number | undefined {
  const value = options.get(code);
  return value?.length === bytes ? value.reduce((number, byte) => number * 256 + byte, 0) : undefined;
}

/** An option that is one address. */
export function readAddress(message: DhcpMessage, code: number): string | undefined {
  const number = readNumber(message, code, 4);
  return number === undefined ? undefined : formatIpv4(number);
}

/** An option that is text, a character a byte, without NULs at its end. */
export function readText({ options }: DhcpMessage, code: number): string | undefined {
  const value = options.get(code);
  return value === undefined ? undefined : bytesAsText(value).replace(/\0+$/, '');
}

/** A character a byte, which any bytes survive. */
export function bytesAsText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The opposite of `bytesAsText`; of greater characters only the lowest eight bits stay. */
export function textAsBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 255);
}
