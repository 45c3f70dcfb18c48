/** A TFTP server without sockets, for tests that count bytes: sessions, a file in memory, and the packets as they leave. */
import { BlockSpace } from './blocks.ts';
import { type FileSource, memoryFile, type ServedFile } from './files.ts';
import { encodeNetascii } from './netascii.ts';
import { decodeTftp, encodeTftp, type TftpOptions, type TftpPacket } from './packet.ts';
import { defaultSessionLimits, type Effect, TftpSessions } from './sessions.ts';

export const wireClient = { address: '10.77.0.50', port: 2070 };

export class TransferWire {
  readonly #sessions: TftpSessions<ServedFile>;
  readonly #space = new BlockSpace();
  readonly #inMemory: FileSource['inMemory'];
  readonly endings: string[] = [];

  constructor(contents: Uint8Array, mtuBytes = 1500) {
    this.#sessions = new TftpSessions({ ...defaultSessionLimits, mtuBytes });
    this.#inMemory = (path) => (path === 'file' ? contents : undefined);
  }

  /** What the server sends for bytes of a client, at a time. */
  receive(bytes: Uint8Array, nowMs = 0, from = wireClient): readonly Uint8Array[] {
    return this.#run(this.#sessions.receive(bytes, from, nowMs), nowMs);
  }

  send(packet: TftpPacket, nowMs = 0, from = wireClient): readonly Uint8Array[] {
    return this.receive(encodeTftp(packet), nowMs, from);
  }

  read(options: TftpOptions = [], mode = 'octet', nowMs = 0): readonly Uint8Array[] {
    return this.send({ kind: 'read', name: 'file', mode, options }, nowMs);
  }

  /** @param block as it stands in a packet */
  acknowledge(block: number, nowMs = 0): readonly Uint8Array[] {
    return this.send({ kind: 'acknowledgement', block }, nowMs);
  }

  tick(nowMs: number): readonly Uint8Array[] {
    return this.#run(this.#sessions.tick(nowMs), nowMs);
  }

  #run(effects: readonly Effect<ServedFile>[], nowMs: number): readonly Uint8Array[] {
    return effects.flatMap((effect) => {
      switch (effect.kind) {
        case 'send':
          return [effect.bytes];
        case 'open': {
          const bytes = this.#inMemory(effect.path);
          const inMode = bytes && (effect.mode === 'netascii' ? encodeNetascii(bytes) : bytes);
          return this.#run(
            this.#sessions.opened(effect.client, inMode ? memoryFile(inMode) : 'missing', nowMs),
            nowMs,
          ).slice();
        }
        case 'send_blocks': {
          const { file, first, count, blockSizeBytes } = effect;
          const bytes = file.read((first - 1) * blockSizeBytes, count * blockSizeBytes) as Uint8Array;
          // A client keeps its own bytes; those of the server are overwritten by its next packets.
          return this.#space.frame(bytes, first, count, blockSizeBytes).map((packet) => packet.slice());
        }
        default:
          this.endings.push(effect.record.ending);
          return [];
      }
    });
  }
}

/** No two blocks of it are alike. */
export function contentsOf(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at++) bytes[at] = at * 7 + (at >> 8) * 13 + (at >> 16);
  return bytes;
}

export const text = (packets: readonly Uint8Array[]) => packets.map((packet) => Buffer.from(packet).toString('latin1'));
export const hex = (packets: readonly Uint8Array[]) => packets.map((packet) => Buffer.from(packet).toString('hex'));

/** The DATA packets of blocks `first` to `last`, made from the contents and nothing else. */
export function blocks(contents: Uint8Array, sizeBytes: number, first: number, last = first): string[] {
  return Array.from({ length: last - first + 1 }, (_, each) => {
    const block = first + each;
    const header = Buffer.of(0, 3, (block >> 8) & 255, block & 255);
    return Buffer.concat([header, contents.subarray((block - 1) * sizeBytes, block * sizeBytes)]).toString('hex');
  });
}

/** A client as RFC 1350 and 7440 describe it, over a network without faults: what it has written, and each block's number. */
export function fetchFrom(wire: TransferWire, sizeBytes: number, windowSize: number, first: readonly Uint8Array[]) {
  const parts: Uint8Array[] = [];
  const numbers: number[] = [];
  let waiting = first;
  for (let isLast = false; !isLast; ) {
    let inWindow = 0;
    for (const bytes of waiting) {
      const { packet } = decodeTftp(bytes);
      if (packet?.kind !== 'data') throw new Error(`no data: ${JSON.stringify(packet)}`);
      parts.push(packet.data.slice());
      numbers.push(packet.block);
      isLast = packet.data.length < sizeBytes;
      inWindow++;
    }
    if (inWindow === 0 || (inWindow < windowSize && !isLast)) throw new Error('the window is not full');
    waiting = wire.acknowledge(numbers.at(-1)!);
  }
  return { contents: Buffer.concat(parts), numbers, after: waiting };
}
