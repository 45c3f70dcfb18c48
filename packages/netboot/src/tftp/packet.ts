/** The bytes of TFTP (RFC 1350, options by RFC 2347). */
import { bytesAsText, textAsBytes } from '../dhcp/message.ts';

/** Option names in lower case; names and values a character a byte. */
export type TftpOptions = readonly (readonly [name: string, value: string])[];

export type TftpPacket =
  | { readonly kind: 'read' | 'write'; readonly name: string; readonly mode: string; readonly options: TftpOptions }
  | { readonly kind: 'data'; readonly block: number; readonly data: Uint8Array }
  | { readonly kind: 'acknowledgement'; readonly block: number }
  | { readonly kind: 'error'; readonly code: number; readonly text: string }
  | { readonly kind: 'options'; readonly options: TftpOptions };

export type TftpFault =
  | 'too_short'
  | 'too_long'
  | 'unknown_operation'
  | 'not_terminated'
  | 'unpaired_option'
  | 'too_many_options';

export type DecodedTftp =
  | { readonly packet: TftpPacket; readonly fault?: undefined }
  | { readonly packet?: undefined; readonly fault: TftpFault };

export const tftpError = {
  other: 0,
  notFound: 1,
  forbidden: 2,
  illegalOperation: 4,
  unknownTransfer: 5,
  badOption: 8,
} as const;

const operations = ['', 'read', 'write', 'data', 'acknowledgement', 'error', 'options'] as const;
/** RFC 2347 has 512; a longer one is read all the same, so that its name can be refused with a reason. */
const maxRequestBytes = 1500;
const maxOptions = 16;

/** Total: any bytes are a packet or have a fault. */
export function decodeTftp(input: Uint8Array): DecodedTftp {
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (bytes.length < 4) return { fault: 'too_short' };
  const kind = operations[bytes[0]! * 256 + bytes[1]!] || undefined;
  const number = bytes[2]! * 256 + bytes[3]!;
  switch (kind) {
    case 'read':
    case 'write':
      return decodeRequest(kind, bytes);
    case 'data':
      return { packet: { kind, block: number, data: bytes.subarray(4) } };
    case 'acknowledgement':
      return { packet: { kind, block: number } };
    case 'error':
      return { packet: { kind, code: number, text: bytesAsText(bytes.subarray(4, 260)).split('\0')[0]! } };
    case 'options': {
      const texts = splitTexts(bytes);
      return typeof texts === 'string' ? { fault: texts } : pairTexts(texts, (options) => ({ kind, options }));
    }
    default:
      return { fault: 'unknown_operation' };
  }
}

function decodeRequest(kind: 'read' | 'write', bytes: Uint8Array): DecodedTftp {
  const texts = splitTexts(bytes);
  if (typeof texts === 'string') return { fault: texts };
  const [name, mode, ...rest] = texts;
  if (name === undefined || mode === undefined) return { fault: 'not_terminated' };
  return pairTexts(rest, (options) => ({ kind, name, mode: mode.toLowerCase(), options }));
}

function pairTexts(texts: readonly string[], make: (options: TftpOptions) => TftpPacket): DecodedTftp {
  if (texts.length % 2 !== 0) return { fault: 'unpaired_option' };
  if (texts.length > 2 * maxOptions) return { fault: 'too_many_options' };
  const options = Array.from({ length: texts.length / 2 }, (_, index) => {
    return [texts[2 * index]!.toLowerCase(), texts[2 * index + 1]!] as const;
  });
  return { packet: make(options) };
}

/** Everything behind the operation, at its NULs. */
function splitTexts(bytes: Uint8Array): readonly string[] | TftpFault {
  if (bytes.length > maxRequestBytes) return 'too_long';
  if (bytes.at(-1) !== 0) return 'not_terminated';
  return bytesAsText(bytes.subarray(2, -1)).split('\0');
}

export function encodeTftp(packet: TftpPacket): Uint8Array {
  const operation = [0, operations.indexOf(packet.kind)];
  switch (packet.kind) {
    case 'read':
    case 'write':
      return Uint8Array.from([...operation, ...nulTerminated([packet.name, packet.mode, ...packet.options.flat()])]);
    case 'data': {
      const bytes = new Uint8Array(4 + packet.data.length);
      bytes.set([...operation, (packet.block >> 8) & 255, packet.block & 255]);
      bytes.set(packet.data, 4);
      return bytes;
    }
    case 'acknowledgement':
      return Uint8Array.from([...operation, (packet.block >> 8) & 255, packet.block & 255]);
    case 'error':
      return Uint8Array.from([...operation, packet.code >> 8, packet.code & 255, ...nulTerminated([packet.text])]);
    case 'options':
      return Uint8Array.from([...operation, ...nulTerminated(packet.options.flat())]);
  }
}

function nulTerminated(texts: readonly string[]): Uint8Array {
  return textAsBytes(texts.map((text) => `${text}\0`).join(''));
}
