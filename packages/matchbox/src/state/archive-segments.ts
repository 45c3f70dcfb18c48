/**
 * The flight recorder's files: bodies one behind the other, each with its digest in front of it, which is also its checksum. A process
 * only ever appends to files that it began itself, so that a torn end is nobody's beginning; the oldest file is removed whole.
 */
import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeArchiveIndex, encodeArchiveIndex, type Kept } from './archive-index.ts';

export interface ArchiveBounds {
  /** All files together. */
  readonly maxBytes: number;
  /** Bodies that are known, each of which takes some memory. */
  readonly maxBodies: number;
}

/** Files there are: each start may leave a short one. */
const maxSegments = 1024;
/** Parts that the space is given free in. */
const parts = 16;
const largestSegment = 8 * 1024 * 1024;

const namePattern = /^served-(\d{8,12})\.log$/;
const headPattern = /^([0-9a-f]{64}) (\d{1,10})\n/;

interface Segment {
  readonly number: number;
  bytes: number;
  readonly kept: Kept[];
}

interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

export class ArchiveSegments {
  readonly #folder: string;
  readonly #bounds: ArchiveBounds;
  /** The oldest first. */
  readonly #segments: Segment[] = [];
  readonly #places = new Map<string, Place>();
  #bytes = 0;
  #bodies = 0;
  /** What is in a segment before this one is soon to be removed. */
  #freshFrom = 0;
  #file: FileHandle | undefined;

  private constructor(folder: string, bounds: ArchiveBounds) {
    this.#folder = folder;
    this.#bounds = bounds;
  }

  /** @throws what the system says of a folder that cannot be read */
  static async open(folder: string, bounds: ArchiveBounds): Promise<ArchiveSegments> {
    const segments = new ArchiveSegments(folder, bounds);
    const numbers = (await readdir(folder)).flatMap((name) => namePattern.exec(name)?.[1] ?? []).map(Number);
    for (const number of numbers.sort((a, b) => a - b)) segments.#add(await segments.#read(number));
    return segments;
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#bytes;
  }

  has(digest: string): boolean {
    return this.#places.has(digest);
  }

  /** Whether it is there for a while still. */
  isFresh(digest: string): boolean {
    const place = this.#places.get(digest);
    return place !== undefined && place.segment >= this.#freshFrom;
  }

  /** Appends bodies in one piece. @throws what the system says; none of them is kept then */
  async append(bodies: readonly (readonly [digest: string, bytes: Uint8Array])[]): Promise<void> {
    const file = await this.#writable();
    const segment = this.#segments.at(-1)!;
    const pieces: Uint8Array[] = [];
    const kept: Kept[] = [];
    let at = segment.bytes;
    for (const [digest, bytes] of bodies) {
      const head = Buffer.from(`${digest} ${bytes.length}\n`, 'latin1');
      kept.push({ digest, offset: at + head.length, length: bytes.length });
      pieces.push(head, bytes);
      at += head.length + bytes.length;
    }
    try {
      await writeWhole(file, Buffer.concat(pieces), segment.bytes);
    } catch (error) {
      // What was written of it is behind the end of the last good one, and the next write begins there.
      await file.truncate(segment.bytes).catch(() => {});
      throw error;
    }
    this.#bytes += at - segment.bytes;
    segment.bytes = at;
    for (const each of kept) this.#keep(segment, each);
    const { maxBytes, maxBodies } = this.#bounds;
    const isFull = at >= Math.min(largestSegment, maxBytes / parts) || segment.kept.length >= maxBodies / parts;
    if (isFull) await this.#seal();
  }

  /** Removes the oldest files, for as long as there is too much besides the one that is written. @throws what the system says */
  async forget(otherBytes: number): Promise<void> {
    while (this.#segments.length > (this.#file === undefined ? 0 : 1) && this.#isTooMuch(otherBytes)) {
      const [{ number, bytes, kept }] = this.#segments as [Segment];
      await rm(indexOf(this.#pathOf(number)), { force: true });
      await rm(this.#pathOf(number), { force: true });
      this.#segments.shift();
      this.#bytes -= bytes;
      this.#bodies -= kept.length;
      for (const { digest } of kept) if (this.#places.get(digest)?.segment === number) this.#places.delete(digest);
    }
    this.#lookWhatIsFresh();
  }

  /** @returns undefined for what is not there, or damaged: it is kept anew when it comes again */
  async read(digest: string): Promise<Uint8Array | undefined> {
    const place = this.#places.get(digest);
    if (place === undefined) return undefined;
    const bytes = await readPart(this.#pathOf(place.segment), place).catch(() => undefined);
    if (bytes !== undefined && hash('sha256', bytes) === digest) return bytes;
    if (this.#places.get(digest) === place) this.#places.delete(digest);
    return undefined;
  }

  async close(): Promise<void> {
    if (this.#file !== undefined) await this.#seal();
  }

  #isTooMuch(otherBytes: number): boolean {
    const { maxBytes, maxBodies } = this.#bounds;
    return this.#bytes + otherBytes > maxBytes || this.#bodies > maxBodies || this.#segments.length > maxSegments;
  }

  /** The younger half of what there is room for. */
  #lookWhatIsFresh(): void {
    const { maxBytes, maxBodies } = this.#bounds;
    let bytes = 0;
    let bodies = 0;
    this.#freshFrom = 0;
    for (const segment of this.#segments.toReversed()) {
      bytes += segment.bytes;
      bodies += segment.kept.length;
      if (bytes <= maxBytes / 2 && bodies <= maxBodies / 2) continue;
      this.#freshFrom = segment.number + 1;
      return;
    }
  }

  #add(segment: Segment): void {
    const { kept } = segment;
    this.#segments.push({ ...segment, kept: [] });
    this.#bytes += segment.bytes;
    for (const each of kept) this.#keep(this.#segments.at(-1)!, each);
    this.#lookWhatIsFresh();
  }

  #keep(segment: Segment, kept: Kept): void {
    segment.kept.push(kept);
    this.#bodies++;
    this.#places.set(kept.digest, { segment: segment.number, offset: kept.offset, length: kept.length });
  }

  /** The file that is written; another process that keeps its state here at the same time has another. */
  async #writable(): Promise<FileHandle> {
    if (this.#file !== undefined) return this.#file;
    for (let number = (this.#segments.at(-1)?.number ?? 0) + 1; ; number++) {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      try {
        this.#file = await open(this.#pathOf(number), flags, 0o600);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      this.#segments.push({ number, bytes: 0, kept: [] });
      return this.#file;
    }
  }

  async #seal(): Promise<void> {
    const file = this.#file!;
    const { number, bytes, kept } = this.#segments.at(-1)!;
    this.#file = undefined;
    await file.close();
    await this.#writeIndex(number, bytes, kept);
  }

  /** Without it the file is read at the next start. */
  async #writeIndex(number: number, bytes: number, kept: readonly Kept[]): Promise<void> {
    const path = indexOf(this.#pathOf(number));
    await writeFile(`${path}.tmp`, encodeArchiveIndex(kept, bytes), { mode: 0o600 })
      .then(() => rename(`${path}.tmp`, path))
      .catch(() => rm(`${path}.tmp`, { force: true }))
      .catch(() => {});
  }

  async #read(number: number): Promise<Segment> {
    const path = this.#pathOf(number);
    const { size } = await stat(path);
    const index = await readFile(indexOf(path)).catch(() => undefined);
    const known = index && decodeArchiveIndex(index);
    // A process that was killed may have written more since.
    if (known?.bytes === size) return { number, ...known };
    const content = await readFile(path);
    const kept = scan(content);
    await this.#writeIndex(number, content.length, kept);
    return { number, bytes: content.length, kept };
  }

  #pathOf(number: number): string {
    return join(this.#folder, `served-${`${number}`.padStart(8, '0')}.log`);
  }
}

/** Bodies that are whole, up to where the file is torn or damaged. */
function scan(content: Buffer): Kept[] {
  const kept: Kept[] = [];
  for (let at = 0; at < content.length; ) {
    const head = headPattern.exec(content.toString('latin1', at, at + 80));
    const length = Number(head?.[2]);
    const offset = at + (head?.[0].length ?? 0);
    if (head === null || offset + length > content.length) break;
    const digest = head[1]!;
    if (hash('sha256', content.subarray(offset, offset + length)) === digest) kept.push({ digest, offset, length });
    at = offset + length;
  }
  return kept;
}

async function readPart(path: string, { offset, length }: Place): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    await file.read(bytes, 0, length, offset);
    return bytes;
  } finally {
    await file.close();
  }
}

/** A full disk takes a part of a write and says so only the next time. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function indexOf(path: string): string {
  return path.replace(/\.log$/, '.idx');
}
