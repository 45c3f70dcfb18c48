/** Sends a part of an open file to a client: as fast as it reads, and with no more memory than one buffer. */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { Turn } from '../../limits/turn.ts';
import type { TransferBuffers } from './buffers.ts';
import { closeBody, type FileBody, type KeptFileBody, type OpenFileBody } from './file-body.ts';

/** The part of `http.ServerResponse` that is needed. */
export interface FileSink {
  readonly destroyed: boolean;
  write(chunk: Uint8Array, onWritten: (error?: Error | null) => void): boolean;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** How a transfer went: all handed to the kernel, the client gone (which is normal), the file shorter than announced, or unreadable. */
export type SendOutcome = 'sent' | 'client_gone' | 'file_truncated' | 'read_failed';

export interface Sending {
  readonly outcome: SendOutcome;
  /** Bytes of the body that the kernel took. */
  readonly sentBytes: number;
}

export interface SendOptions {
  readonly buffers: TransferBuffers;
  /** Called each time that the client has taken something. */
  readonly onProgress?: () => void;
  /** When the next piece may be sent; at once if nobody says so. */
  readonly turn?: Turn;
}

const readInto = promisify(read);

/** What is in memory goes to the network in pieces of this size, so that progress is seen. */
const pieceBytes = 1024 * 1024;

/**
 * Sends exactly `length` bytes, ends the response and closes the file.
 *
 * A client that stalls holds up its own transfer only, and nothing here has a time limit: GRUB stalls for seconds. When the
 * file turns out shorter than announced the connection is destroyed, since a short body must not look like a whole one.
 */
export async function sendFile(
  body: FileBody,
  sink: FileSink,
  { buffers, onProgress, turn = () => undefined }: SendOptions,
): Promise<Sending> {
  let sentBytes = 0;
  const took = (bytes: number) => {
    sentBytes += bytes;
    onProgress?.();
  };
  const outcome =
    'bytes' in body ? await sendKept(body, sink, { took, turn }) : await sendOpen(body, sink, { buffers, took, turn });
  if (outcome === 'sent') sink.end();
  else sink.destroy();
  await closeBody(body);
  return { outcome, sentBytes };
}

interface Steps {
  readonly took: (bytes: number) => void;
  readonly turn: Turn;
}

function sendKept({ bytes, start, length }: KeptFileBody, sink: FileSink, steps: Steps): Promise<SendOutcome> {
  const pieceAt = (done: number) => bytes.subarray(start + done, start + Math.min(length, done + pieceBytes));
  return sendPieces(length, sink, { pieceAt, ...steps });
}

interface Pieces extends Steps {
  /** What comes after so many bytes, or why nothing does. */
  readonly pieceAt: (done: number, gone: Promise<false>) => Uint8Array | Promise<Uint8Array | SendOutcome>;
}

async function sendPieces(length: number, sink: FileSink, { pieceAt, took, turn }: Pieces): Promise<SendOutcome> {
  const gone = whenGone(sink);
  for (let done = 0; done < length; ) {
    await turn();
    if (sink.destroyed) return 'client_gone';
    const piece = await pieceAt(done, gone);
    if (typeof piece === 'string') return piece;
    if (!(await Promise.race([gone, write(sink, piece)]))) return 'client_gone';
    done += piece.length;
    took(piece.length);
  }
  return 'sent';
}

async function sendOpen(
  body: OpenFileBody,
  sink: FileSink,
  { buffers, ...steps }: Steps & Pick<SendOptions, 'buffers'>,
): Promise<SendOutcome> {
  const buffer = buffers.take(body.length);
  let outcome: SendOutcome;
  try {
    outcome = await pump(body, buffer.bytes, sink, steps);
  } catch {
    outcome = 'read_failed';
  }
  // The socket may still hold on to the buffer of what was not sent, so that one is not used again.
  if (outcome === 'sent') buffer.giveBack();
  else buffer.drop();
  return outcome;
}

function pump(
  { fd, start, length, reach }: OpenFileBody,
  buffer: Uint8Array,
  sink: FileSink,
  steps: Steps,
): Promise<SendOutcome> {
  const pieceAt = async (done: number, gone: Promise<false>): Promise<Uint8Array | SendOutcome> => {
    const at = start + done;
    const reached = reach === undefined ? Number.POSITIVE_INFINITY : await Promise.race([gone, reach(at)]);
    if (reached === false) return 'client_gone';
    const { bytesRead } = await readInto(fd, buffer, 0, Math.min(buffer.length, length - done, reached - at), at);
    if (bytesRead === 0) return 'file_truncated';
    return bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
  };
  return sendPieces(length, sink, { pieceAt, ...steps });
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
