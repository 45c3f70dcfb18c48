/** HTTP/2 as bytes, for what no library would send. */

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** `GET /`, without Huffman coding, from the static table where it is there. */
export const headersOf = (path: string) =>
  Buffer.concat([
    Buffer.from([0x82, 0x87, 0x04, path.length]),
    Buffer.from(path),
    Buffer.from([0x41, 0x01]),
    Buffer.from('h'),
  ]);

/** A header that is not in any table, its name and value written out. */
export function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x00]), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  // Lengths from 127 on take more bytes (RFC 7541 section 5.1).
  const head = [Math.min(bytes.length, 127)];
  for (let rest = bytes.length - 127; rest >= 0; rest = rest < 128 ? -1 : rest >> 7) {
    head.push(rest < 128 ? rest : (rest & 127) | 128);
  }
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** `POST` to a path. */
export const post = (path: string, more: Uint8Array = new Uint8Array()) =>
  Buffer.concat([Buffer.from([0x83, 0x87, 0x04]), text(path), Buffer.from([0x41, 0x01]), Buffer.from('h'), more]);

/** A request: 5 is a whole one, 4 one whose body follows, 0 one whose head goes on. */
export function headFrame(stream: number, head: Uint8Array, flags = 5): Buffer {
  return frame(1, flags, stream, head);
}
