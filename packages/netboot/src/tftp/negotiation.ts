/** What a request's options come to (RFC 2348, 2349, 7440): the size of blocks and windows, the pause before a repetition. */
import type { TftpOptions } from './packet.ts';

export interface TransferPlan {
  readonly blockSizeBytes: number;
  /** Blocks sent before an acknowledgement is awaited. */
  readonly windowSize: number;
  /** What the client asked for; without, 1 s and doubling. */
  readonly repeatMs: number | undefined;
  readonly sizeBytes: number;
  /** What an OACK holds; empty when none is sent. */
  readonly accepted: TftpOptions;
}

export interface NegotiationLimits {
  /** A packet of a block has to go into one frame: firmware drops fragments. */
  readonly mtuBytes: number;
}

/** What IP, UDP and TFTP take of a frame. */
const headerBytes = 32;
const maxWindow = 64;
/** RFC 2349 allows 255; whoever asks for that and is silent keeps a place for half an hour. */
const maxTimeoutSeconds = 10;

/** An option that is unknown, repeated or out of range counts for nothing, as if it had not been asked for. */
export function negotiate(options: TftpOptions, sizeBytes: number, { mtuBytes }: NegotiationLimits): TransferPlan {
  const accepted = new Map<string, number>();
  for (const [name, value] of options) {
    if (accepted.has(name)) continue;
    const number = /^\d{1,10}$/.test(value) ? Number(value) : -1;
    const granted = name === 'tsize' && number >= 0 ? sizeBytes : grant(name, number, mtuBytes);
    if (granted !== undefined) accepted.set(name, granted);
  }
  const timeoutSeconds = accepted.get('timeout');
  return {
    blockSizeBytes: accepted.get('blksize') ?? 512,
    windowSize: accepted.get('windowsize') ?? 1,
    repeatMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    sizeBytes,
    accepted: Array.from(accepted, ([name, number]) => [name, String(number)] as const),
  };
}

/** What an option comes to for which so much is asked. */
function grant(name: string, asked: number, mtuBytes: number): number | undefined {
  if (name === 'blksize' && isWithin(asked, 8, 65_464)) return Math.max(8, Math.min(asked, mtuBytes - headerBytes));
  if (name === 'timeout' && isWithin(asked, 1, maxTimeoutSeconds)) return asked;
  if (name === 'windowsize' && isWithin(asked, 1, 65_535)) return Math.min(asked, maxWindow);
  return undefined;
}

function isWithin(number: number, least: number, most: number): boolean {
  return number >= least && number <= most;
}
