/**
 * Requests that Node's parser refuses for bytes beyond ASCII in their target.
 * Quirk: iPXE does not encode what it expands, so an asset tag with `é` may come as its bare bytes. Go takes such a target,
 * Node's parser (llhttp) does not; so what it hands back is read here. Everything else that it refuses stays refused.
 */
import { STATUS_CODES } from 'node:http';
import type { Request } from './message.ts';

/**
 * @param packet the bytes as they came; the whole head of the request must be there
 * @returns undefined for anything but a plain GET or HEAD whose only fault are such bytes
 */
export function parseRawRequest(packet: Uint8Array): Omit<Request, 'remoteAddress'> | undefined {
  const text = Buffer.from(packet).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const line = /^(GET|HEAD) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.[01]\r\n/.exec(text);
  if (end < 0 || line === null || !/[\x80-\xff]/.test(line[2]!)) return undefined;
  const headers = new Map<string, string>();
  for (const header of text.slice(line[0].length, end).split('\r\n')) {
    if (header === '') continue;
    const colon = header.indexOf(':');
    const name = header.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(header)) return undefined;
    headers.set(name, headers.get(name) ?? header.slice(colon + 1).trim());
  }
  // A body would have to be told from the next request; what sends one can write a proper target.
  if (headers.has('content-length') || headers.has('transfer-encoding')) return undefined;
  return { method: line[1]!, target: line[2]!, headers: Object.fromEntries(headers) };
}

/** Status line and headers of an answer after which the connection ends. */
export function formatHead(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}Connection: close\r\n\r\n`;
}
