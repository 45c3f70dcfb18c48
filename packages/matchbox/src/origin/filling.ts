/** A file on its way from the origin: written beside its place, read by whoever waits for it while it grows, and in its place once it is proven. */
import { type FileHandle, open, rename, rm, utimes } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { systemMessage } from '@matchbox/gotext';
import { makeFolder } from '../disk/make-folder.ts';
import { OriginError } from './address.ts';
import type { createCheck } from './sums.ts';

export interface Filling {
  /** Where it is written. */
  readonly path: string;
  /** Announced by the origin; undefined when it says nothing: then nobody knows before the end. */
  readonly size: number | undefined;
  readonly modifiedAt: number | undefined;
  /**
   * Resolves when more than `offset` bytes may be read, with how many. The last ones may be read only once all is proven, so that nobody
   * has a whole file that is wrong. Rejects when it never will be.
   */
  reach(offset: number): Promise<number>;
  /** Resolves with its size when the file is in its place. @throws OriginError */
  readonly done: Promise<number>;
}

export interface FillingOptions {
  readonly path: string;
  readonly place: string;
  /** For messages. */
  readonly shown: string;
  readonly body: IncomingMessage;
  readonly size: number | undefined;
  readonly modifiedAt: number | undefined;
  readonly check: ReturnType<typeof createCheck>;
  readonly mostBytes: number;
  /** Called before it is put in its place. */
  readonly makeWay: () => Promise<void>;
}

/** Held back until all is proven. */
const heldBackBytes = 1;

export async function startFilling(options: FillingOptions): Promise<Filling> {
  const { path, place, shown, body, size, modifiedAt, check, mostBytes, makeWay } = options;
  await makeFolder(dirname(path));
  const handle = await open(path, 'w', 0o644);
  let written = 0;
  let proven = false;
  let failed: OriginError | undefined;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  const run = async (): Promise<number> => {
    try {
      await receive(handle, body, (chunk) => {
        check.update(chunk);
        written += chunk.length;
        if (written > (size ?? mostBytes)) throw new OriginError('corrupt', `${shown}: more bytes than announced`);
        wake();
      });
      if (size !== undefined && written !== size) {
        throw new OriginError('away', `${shown}: cut off after ${written} of ${size} bytes`);
      }
      const fault = check.fault();
      if (fault !== undefined) throw new OriginError('corrupt', `${shown} is not used: ${fault}`);
      if (modifiedAt !== undefined) await utimes(path, modifiedAt, modifiedAt);
      await handle.sync();
      await makeWay();
      await makeFolder(dirname(place));
      await rename(path, place);
      proven = true;
      return written;
    } catch (error) {
      failed = error instanceof OriginError ? error : faultOf(error, shown);
      body.destroy();
      await rm(path, { force: true });
      throw failed;
    } finally {
      await handle.close();
      wake();
    }
  };
  const done = run();
  // Whoever waits hears of it by `reach`.
  done.catch(() => {});
  const limit = () => (proven ? written : Math.min(written, (size ?? Number.POSITIVE_INFINITY) - heldBackBytes));
  return {
    ...{ path, size, modifiedAt, done },
    reach: (offset) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (failed === undefined && limit() <= offset && !(proven && written <= offset)) {
            waiting.add(look);
            return;
          }
          waiting.delete(look);
          if (failed !== undefined) reject(failed);
          else resolve(limit());
        };
        look();
      }),
  };
}

async function receive(handle: FileHandle, body: IncomingMessage, took: (chunk: Buffer) => void): Promise<void> {
  // The connection may break before the first byte is waited for.
  if (body.destroyed && !body.readableEnded) throw body.errored ?? new Error('the connection is gone');
  for await (const chunk of body as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
    took(chunk);
  }
}

function faultOf(error: unknown, shown: string): OriginError {
  // Of a file the system names the path; of a connection it names none. A write's path is known to us alone.
  const isLocal = error instanceof Error && ('path' in error || ('syscall' in error && error.syscall === 'write'));
  return new OriginError(isLocal ? 'refused' : 'away', `${shown}: ${systemMessage(error)}`, { cause: error });
}

/** @returns once the first bytes are there, or the end is */
export async function beginning(filling: Filling, bytes: number): Promise<void> {
  while ((await filling.reach(0)) < Math.min(bytes, filling.size ?? bytes)) {
    const before = await filling.reach(0);
    const more = await filling.reach(before);
    if (more === before) return;
  }
}
