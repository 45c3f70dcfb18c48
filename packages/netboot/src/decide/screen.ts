/** Whether a message is one that a machine's firmware or system can have sent, before anybody asks what it wants. */
import { type DhcpMessage, macOf, messageTypeOf, readNumber } from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { isHostAddress, noAddress, parseIpv4 } from '../ipv4.ts';
import type { Endpoint, ServerPort } from './decision.ts';
import type { Rule } from './rule.ts';

const [request, ethernet, ethernetBytes] = [1, 1, 6] as const;
const serverTypes = ['OFFER', 'ACK', 'NAK'];

/** @returns why the message is dropped, or undefined */
export function screen(
  message: DhcpMessage,
  port: ServerPort,
  source: Endpoint,
  isOurs: (address: string) => boolean,
): Rule | undefined {
  if (message.operation !== request) return 'not_a_request';
  if (message.hardwareType !== ethernet || message.hardwareLength !== ethernetBytes) return 'not_ethernet';
  // The lowest bit of the first byte makes a group address.
  if ((message.hardwareField[0]! & 1) === 1 || macOf(message) === '00:00:00:00:00:00') return 'bad_hardware_address';
  const type = messageTypeOf(message);
  if (type === undefined) return 'no_message_type';
  if (serverTypes.includes(type)) return 'server_message';
  const { relayAddress } = message;
  if (relayAddress !== noAddress && (!isHostAddress(parseIpv4(relayAddress) ?? 0) || isOurs(relayAddress)))
    return 'bad_relay';
  return port === 'boot' && !canBeAnswered(source) ? 'bad_source' : undefined;
}

/** From 4011 the answer goes to where the packet came from, which no network or broadcast address can be. */
function canBeAnswered({ address, port }: Endpoint): boolean {
  const first = (parseIpv4(address) ?? 0) >>> 24;
  return port > 0 && first !== 0 && first < 224;
}

/** The greatest answer in bytes of UDP payload: what option 57 says less the headers, and what EDK2 takes. */
export function maxReplyBytes(message: DhcpMessage): number {
  const datagram = readNumber(message, option.maximumSize, 2) ?? 0;
  return Math.min(1472, Math.max(576, datagram) - 28);
}
