/** The journal's files: the newest is written to, older ones are sealed with an index, the oldest are removed. */
import { open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemMessage } from '@matchbox/gotext';
import { limits } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import { type Batch, decodeLine, type UnwrittenBatch } from './line.ts';
import { type ScannedLine, scanLines } from './scan-lines.ts';
import { openSegmentFile, type SegmentFile } from './segment-file.ts';
import { isSidecar, type LineAt, LineIndex, linesOf } from './sidecar.ts';

export interface Segments {
  /** So many bytes had to be read when they were opened. */
  readonly readBytes: number;
  append(line: Uint8Array, batch: UnwrittenBatch): Promise<void>;
  /**
   * Begins a new segment when the newest is full or old, and removes the oldest ones beyond the bounds.
   * @param knownBefore everything before it is in the snapshot: what is not has to stay
   * @returns whether a segment stayed for that alone
   */
  rollIfFull(nextSeq: number, knownBefore: number): Promise<boolean>;
  /** Batches that have an event of a machine, the newest first. */
  batchesOf(machine: string, beforeSeq: number): AsyncIterable<Batch>;
  close(): Promise<void>;
}

export interface SegmentOptions {
  readonly logger: Logger;
  readonly segmentBytes?: number;
  readonly segmentMs?: number;
  readonly maxBytes?: number;
  readonly maxAgeMs?: number;
  readonly now?: () => number;
}

/** `journal-000000000001.log`: the number of its first event. */
const namePattern = /^journal-(\d{12,15})\.log$/;

interface Sealed {
  readonly firstSeq: number;
  readonly bytes: number;
  readonly changedAt: number;
}

/**
 * @param snapshotSeq everything before it is known already, so older segments are not read
 * @param onBatch is shown each batch of the segments that have to be read, in order
 */
export async function openSegments(
  folder: string,
  options: SegmentOptions,
  snapshotSeq: number,
  onBatch: (batch: Batch) => void,
): Promise<Segments> {
  const { logger } = options;
  const firsts = await listSegments(folder);
  const unread = firsts.findLastIndex((first) => first <= snapshotSeq);
  const sealed: Sealed[] = [];
  let readBytes = 0;
  let newest: { file: SegmentFile; lines: readonly ScannedLine[] } | undefined;
  for (const [index, first] of firsts.entries()) {
    const path = pathOf(folder, first);
    const last = index === firsts.length - 1;
    if (!last) sealed.push(await describe(path, first));
    if (index < unread && !last) continue;
    const scan = scanLines(await readFile(path));
    readBytes += scan.goodLength;
    const torn = (await stat(path)).size - scan.goodLength;
    if (torn > 0) logger.warn(`the journal of the machines ends in a torn line: ${torn} bytes are cut off`, { path });
    if (scan.damaged > 0)
      logger.error(`the journal of the machines has ${scan.damaged} damaged lines: they are left out`, { path });
    for (const { batch } of scan.lines) onBatch(batch);
    if (last) newest = { file: await openSegmentFile(path, scan.goodLength), lines: scan.lines };
  }
  newest ??= { file: await openSegmentFile(pathOf(folder, snapshotSeq), 0), lines: [] };
  const firstSeq = firsts.at(-1) ?? snapshotSeq;
  return new SegmentSet(folder, options, { sealed, file: newest.file, firstSeq, lines: newest.lines, readBytes });
}

async function listSegments(folder: string): Promise<number[]> {
  return (await readdir(folder))
    .flatMap((name) => namePattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

async function describe(path: string, firstSeq: number): Promise<Sealed> {
  const { size, mtimeMs } = await stat(path);
  return { firstSeq, bytes: size, changedAt: mtimeMs };
}

function pathOf(folder: string, first: number): string {
  return join(folder, `journal-${`${first}`.padStart(12, '0')}.log`);
}

/** What is in the folder. */
interface Found {
  readonly sealed: Sealed[];
  /** The newest one, that is written to. */
  readonly file: SegmentFile;
  readonly firstSeq: number;
  readonly lines: readonly ScannedLine[];
  readonly readBytes: number;
}

class SegmentSet implements Segments {
  readonly readBytes: number;
  readonly #folder: string;
  readonly #options: SegmentOptions;
  readonly #now: () => number;
  #sealed: Sealed[];
  #file: SegmentFile;
  #firstSeq: number;
  #since: number;
  /** Lines of the newest segment by machine. */
  #lines = new LineIndex();

  constructor(folder: string, options: SegmentOptions, { sealed, file, firstSeq, lines, readBytes }: Found) {
    this.readBytes = readBytes;
    this.#folder = folder;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#sealed = sealed;
    this.#file = file;
    this.#firstSeq = firstSeq;
    this.#since = this.#now();
    for (const { offset, length, batch } of lines) this.#lines.add(batch, { offset, length });
  }

  async append(line: Uint8Array, batch: UnwrittenBatch): Promise<void> {
    const offset = this.#file.length;
    await this.#file.append(line);
    this.#lines.add(batch, { offset, length: line.length - 1 });
  }

  async rollIfFull(nextSeq: number, knownBefore: number): Promise<boolean> {
    const { segmentBytes = 16 * 1024 * 1024, segmentMs = 60 * 60 * 1000 } = this.#options;
    if (this.#file.length === 0) return false;
    if (this.#file.length < segmentBytes && this.#now() - this.#since < segmentMs) return false;
    const next = await openSegmentFile(pathOf(this.#folder, nextSeq), 0);
    const full = this.#file;
    const lines = this.#lines;
    this.#sealed.push({ firstSeq: this.#firstSeq, bytes: full.length, changedAt: this.#now() });
    this.#file = next;
    this.#firstSeq = nextSeq;
    this.#since = this.#now();
    this.#lines = new LineIndex();
    await full.close();
    return this.#tidy(full, lines, knownBefore);
  }

  /** What fails here is made up for later: an index when it is asked for, a removal at the next segment. */
  async #tidy({ path, length }: SegmentFile, lines: LineIndex, knownBefore: number): Promise<boolean> {
    try {
      // What is known already is not read again: a segment is large, and parsing it would hold machines up.
      await this.#writeSidecar(path, lines.encode(length));
      return await this.#removeOld(knownBefore);
    } catch (error) {
      this.#options.logger.warn(`cannot tidy the journal of the machines: ${systemMessage(error)}`, {
        path: this.#folder,
      });
      return false;
    }
  }

  async #writeSidecar(path: string, sidecar: Uint8Array): Promise<Uint8Array> {
    try {
      const temporary = `${sidecarOf(path)}.tmp`;
      await writeFile(temporary, sidecar, { mode: 0o600 });
      await rename(temporary, sidecarOf(path));
    } catch (error) {
      // It is made again when it is asked for.
      this.#options.logger.warn(`cannot write an index of the journal: ${systemMessage(error)}`, { path });
    }
    return sidecar;
  }

  async #removeOld(knownBefore: number): Promise<boolean> {
    const { maxBytes = limits.journalBytes, maxAgeMs = limits.journalMs } = this.#options;
    let total = this.#sealed.reduce((sum, { bytes }) => sum + bytes, 0);
    const isOld = ({ changedAt }: Sealed) => this.#now() - changedAt > maxAgeMs;
    while (this.#sealed.length > 0 && (total > maxBytes || isOld(this.#sealed[0]!))) {
      if ((this.#sealed[1]?.firstSeq ?? this.#firstSeq) > knownBefore) return true;
      const { firstSeq, bytes } = this.#sealed.shift()!;
      total -= bytes;
      const path = pathOf(this.#folder, firstSeq);
      await rm(sidecarOf(path), { force: true });
      await rm(path, { force: true });
    }
    return false;
  }

  async *batchesOf(machine: string, beforeSeq: number): AsyncGenerator<Batch> {
    // What is sealed or removed meanwhile is read all the same: the files have handles of their own here.
    const newest = this.#file.path;
    const sealed = this.#sealed.toReversed();
    yield* readLines(newest, this.#lines.linesOf(machine).slice());
    for (const { firstSeq } of sealed) {
      if (firstSeq >= beforeSeq) continue;
      const path = pathOf(this.#folder, firstSeq);
      // Removed meanwhile: that part of the story is over.
      const size = (await stat(path).catch(() => undefined))?.size;
      if (size !== undefined) yield* readLines(path, linesOf(await this.#readSidecar(path, size), machine));
    }
  }

  async #readSidecar(path: string, size: number): Promise<Uint8Array> {
    const found = await readFile(sidecarOf(path)).catch(() => undefined);
    if (found !== undefined && isSidecar(found, size)) return found;
    const bytes = await readFile(path);
    const lines = new LineIndex();
    for (const { offset, length, batch } of scanLines(bytes).lines) lines.add(batch, { offset, length });
    return this.#writeSidecar(path, lines.encode(bytes.length));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The lines of a segment, the last one first. */
async function* readLines(path: string, lines: readonly LineAt[]): AsyncGenerator<Batch> {
  if (lines.length === 0) return;
  const file = await open(path, 'r');
  try {
    for (const { offset, length } of lines.toReversed()) {
      const bytes = new Uint8Array(length);
      await file.read(bytes, 0, length, offset);
      const batch = decodeLine(bytes);
      if (batch !== undefined) yield batch;
    }
  } finally {
    await file.close();
  }
}

function sidecarOf(path: string): string {
  return path.replace(/\.log$/, '.idx');
}
