/** The flight recorder: bytes that machines were served, by their digest, within a bound; what was not asked for longest is forgotten. */
import { systemMessage } from '@matchbox/gotext';
import { makeFolder } from '../disk/make-folder.ts';
import { limits } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import type { Archive } from '../machines/archive.ts';
import { ArchiveSegments } from './archive-segments.ts';
import { openFormerFiles } from './former-files.ts';

/** What is known of machines is its owner's alone. */
const folderMode = 0o700;

export interface ArchiveOptions {
  readonly logger: Logger;
  /** All files together; as the table of limits says unless told otherwise. */
  readonly maxBytes?: number;
}

/** So much is written in one piece. */
const piece = { bytes: 1024 * 1024, bodies: 256 };

/** @param folder made if it is not there */
export async function openArchive(
  folder: string,
  { logger, maxBytes = limits.servedBytes }: ArchiveOptions,
): Promise<Archive> {
  await makeFolder(folder, folderMode);
  const former = await openFormerFiles(folder);
  const segments = await ArchiveSegments.open(folder, { maxBytes, maxBodies: limits.servedBodies });
  const waiting = new Map<string, Uint8Array>();
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let failing = false;

  const write = async (bodies: readonly (readonly [string, Uint8Array])[]) => {
    try {
      await segments.append(bodies);
      for (const [digest] of bodies) await former.remove(digest);
      while (former.bytes > 0 && former.bytes + segments.bytes > maxBytes) await former.removeOldest();
      await segments.forget(former.bytes);
      failing = false;
    } catch (error) {
      if (!failing) logger.error(`what machines were served cannot be kept: ${systemMessage(error)}`, { path: folder });
      failing = true;
    }
  };
  const writeAll = async () => {
    while (waiting.size > 0) {
      const bodies = firstOf(waiting);
      await write(bodies);
      for (const [digest, bytes] of bodies) {
        waiting.delete(digest);
        waitingBytes -= bytes.length;
      }
    }
    writing = undefined;
  };
  const keep = (digest: string, bytes: Uint8Array) => {
    // What is about to be forgotten, and is served still, is written anew.
    if (segments.isFresh(digest)) return;
    if (
      waiting.has(digest) ||
      bytes.length > limits.servedBodyBytes ||
      waitingBytes + bytes.length > limits.servedWaitingBytes
    )
      return;
    waiting.set(digest, bytes);
    waitingBytes += bytes.length;
    writing ??= writeAll();
  };

  return {
    keep,
    read: async (digest) => {
      if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
      const found = waiting.get(digest) ?? (await segments.read(digest)) ?? (await former.read(digest));
      if (found !== undefined) keep(digest, found);
      return found;
    },
    close: async () => {
      await writing;
      await segments.close();
    },
  };
}

function firstOf(waiting: ReadonlyMap<string, Uint8Array>): (readonly [string, Uint8Array])[] {
  const first: (readonly [string, Uint8Array])[] = [];
  let bytes = 0;
  for (const body of waiting) {
    if (first.length === piece.bodies || (bytes > 0 && bytes + body[1].length > piece.bytes)) break;
    first.push(body);
    bytes += body[1].length;
  }
  return first;
}

/** The bytes of a server without a folder for them: in memory, within a bound. */
export function openMemoryArchive(): Archive {
  const kept = new Map<string, Uint8Array>();
  let total = 0;
  return {
    keep: (digest, bytes) => {
      if (bytes.length > limits.servedBodyBytes) return;
      const known = kept.delete(digest);
      kept.set(digest, bytes);
      if (!known) total += bytes.length;
      for (const [oldest, { length }] of kept) {
        if (total <= limits.servedWaitingBytes) return;
        kept.delete(oldest);
        total -= length;
      }
    },
    read: async (digest) => kept.get(digest),
    close: async () => {},
  };
}
