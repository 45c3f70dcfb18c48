/** The index of a segment: which lines tell of a machine, so that an old story is read without reading the whole segment. */
import { crc32 } from 'node:zlib';
import type { Recorded } from '../machines/event.ts';

/** Where a line is. */
export interface LineAt {
  readonly offset: number;
  readonly length: number;
}

/** Which lines tell of a machine, in order. Two machines may have a hash, and have their lines together then: the lines say for sure. */
export class LineIndex {
  readonly #byHash = new Map<number, LineAt[]>();
  /** The same lists: a name is found sooner than its hash is made. */
  readonly #byMachine = new Map<string, LineAt[]>();

  /** Notes a line that stands behind all that are in the index. */
  add({ events }: { readonly events: readonly Recorded[] }, at: LineAt): void {
    for (const { machine } of events) {
      const lines = this.#byMachine.get(machine) ?? this.#begin(machine);
      if (lines.at(-1) !== at) lines.push(at);
    }
  }

  #begin(machine: string): LineAt[] {
    const hash = hashOf(machine);
    const lines = this.#byHash.get(hash) ?? [];
    this.#byHash.set(hash, lines);
    this.#byMachine.set(machine, lines);
    return lines;
  }

  /** Lines that probably tell of a machine, in order. */
  linesOf(machine: string): readonly LineAt[] {
    return this.#byMachine.get(machine) ?? [];
  }

  /** The index as a file, which a search goes through without parsing it. */
  encode(segmentBytes: number): Uint8Array {
    let entries = 0;
    for (const { length } of this.#byHash.values()) entries += length;
    const bytes = new Uint8Array(headerBytes + entries * entryBytes);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, magic);
    view.setUint32(4, segmentBytes);
    view.setUint32(8, entries);
    let at = headerBytes;
    for (const hash of Uint32Array.from(this.#byHash.keys()).sort()) {
      for (const { offset, length } of this.#byHash.get(hash)!) {
        view.setUint32(at, hash);
        view.setUint32(at + 4, offset);
        view.setUint32(at + 8, length);
        at += entryBytes;
      }
    }
    return bytes;
  }
}

/** Hash of the machine, offset and length of the line: four bytes each, sorted by the hash. */
const entryBytes = 12;
/** Of the segment that it was made for: an index of another length is made anew. */
const headerBytes = 12;

/** `MBX2` */
const magic = 0x4d425832;

/** Whether these bytes are a whole index of a segment of that length. */
export function isSidecar(bytes: Uint8Array, segmentBytes: number): boolean {
  if (bytes.length < headerBytes) return false;
  const view = viewOf(bytes);
  const entries = view.getUint32(8);
  return (
    view.getUint32(0) === magic &&
    view.getUint32(4) === segmentBytes &&
    bytes.length === headerBytes + entries * entryBytes
  );
}

/** Lines that probably tell of a machine, in order; the lines themselves say for sure. */
export function linesOf(sidecar: Uint8Array, machine: string): LineAt[] {
  const view = viewOf(sidecar);
  const count = view.getUint32(8);
  const hash = hashOf(machine);
  const hashAt = (index: number) => view.getUint32(headerBytes + index * entryBytes);
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >>> 1;
    if (hashAt(middle) < hash) low = middle + 1;
    else high = middle;
  }
  const found: LineAt[] = [];
  for (let index = low; index < count && hashAt(index) === hash; index++) {
    const at = headerBytes + index * entryBytes;
    found.push({ offset: view.getUint32(at + 4), length: view.getUint32(at + 8) });
  }
  return found;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** It finds lines and proves nothing: quick is what counts. */
function hashOf(machine: string): number {
  return crc32(machine);
}
