/** Sends a part of an open file to a client: as fast as it reads, and with no more memory than two buffers. */
import { close, read } from 'node:fs';
import { promisify } from 'node:util';
import { takeBuffers } from './buffers.ts';
import type { FileBody } from './file-body.ts';

/** The part of `http.ServerResponse` that is needed. */
export interface FileSink {
  readonly destroyed: boolean;
  write(chunk: Uint8Array, onWritten: (error?: Error | null) => void): boolean;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** How a transfer went: all handed to the kernel, the client gone (which is normal), the file shorter than announced, or unreadable. */
export type SendOutcome = 'sent' | 'client gone' | 'file truncated' | 'read failed';

const readInto = promisify(read);
const closeFile = promisify(close);

/**
 * Sends exactly `length` bytes, ends the response and closes the file.
 *
 * The next chunk is read while the kernel takes the one before, so that disk and network work at the same time. A client
 * that stalls holds up its own transfer only, and nothing here has a time limit: GRUB stalls for seconds. When the file turns
 * out shorter than announced the connection is destroyed, since a short body must not look like a whole one.
 */
export async function sendFile({ fd, start, length }: FileBody, sink: FileSink): Promise<SendOutcome> {
  const buffers = takeBuffers(length);
  const gone = whenGone(sink);
  let outcome: SendOutcome = 'sent';
  try {
    outcome = await pump(fd, start, length, buffers.halves, sink, gone);
  } catch {
    outcome = 'read failed';
  }
  // After a broken transfer the socket may still hold on to a buffer, so it is not used again.
  if (outcome === 'sent') buffers.giveBack();
  else buffers.drop();
  if (outcome === 'sent') sink.end();
  else sink.destroy();
  await closeFile(fd);
  return outcome;
}

async function pump(
  fd: number,
  start: number,
  length: number,
  halves: readonly [Uint8Array, Uint8Array],
  sink: FileSink,
  gone: Promise<false>,
): Promise<SendOutcome> {
  let written: Promise<boolean> = Promise.resolve(!sink.destroyed);
  for (let done = 0, turn = 0; done < length; turn ^= 1) {
    if (halves[0] === halves[1] && !(await written)) return 'client gone';
    const half = halves[turn]!;
    const wanted = Math.min(half.length, length - done);
    const { bytesRead } = await readInto(fd, half, 0, wanted, start + done);
    if (bytesRead === 0) return 'file truncated';
    if (!(await written)) return 'client gone';
    done += bytesRead;
    written = Promise.race([gone, write(sink, bytesRead === half.length ? half : half.subarray(0, bytesRead))]);
  }
  return (await written) ? 'sent' : 'client gone';
}

function write(sink: FileSink, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    sink.write(chunk, (error) => resolve(!error));
  });
}

function whenGone(sink: FileSink): Promise<false> {
  return new Promise((resolve) => {
    sink.once('close', () => resolve(false));
  });
}
