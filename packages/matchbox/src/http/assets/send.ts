/** Sends a part of an open file to a client: as fast as it reads, and with no more memory than one buffer. */
import { close, read } from 'node:fs';
import { promisify } from 'node:util';
import { takeBuffer } from './buffers.ts';
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
 * A client that stalls holds up its own transfer only, and nothing here has a time limit: GRUB stalls for seconds. When the
 * file turns out shorter than announced the connection is destroyed, since a short body must not look like a whole one.
 */
export async function sendFile({ fd, start, length }: FileBody, sink: FileSink): Promise<SendOutcome> {
  const buffer = takeBuffer(length);
  let outcome: SendOutcome;
  try {
    outcome = await pump(fd, start, length, buffer.bytes, sink);
  } catch {
    outcome = 'read failed';
  }
  if (outcome === 'sent') {
    buffer.giveBack();
    sink.end();
  } else {
    // The socket may still hold on to the buffer, so it is not used again.
    buffer.drop();
    sink.destroy();
  }
  await closeFile(fd);
  return outcome;
}

async function pump(
  fd: number,
  start: number,
  length: number,
  buffer: Uint8Array,
  sink: FileSink,
): Promise<SendOutcome> {
  const gone = whenGone(sink);
  for (let done = 0; done < length; ) {
    if (sink.destroyed) return 'client gone';
    const { bytesRead } = await readInto(fd, buffer, 0, Math.min(buffer.length, length - done), start + done);
    if (bytesRead === 0) return 'file truncated';
    const chunk = bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
    if (!(await Promise.race([gone, write(sink, chunk)]))) return 'client gone';
    done += bytesRead;
  }
  return 'sent';
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
