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
  const accepted = new Map<string, string>();
  let [blockSizeBytes, windowSize, repeatMs]: [number, number, number | undefined] = [512, 1, undefined];
  for (const [name, value] of options) {
    if (accepted.has(name)) continue;
    const number = /^\d{1,10}$/.test(value) ? Number(value) : -1;
    if (name === 'blksize' && isWithin(number, 8, 65_464)) {
      blockSizeBytes = Math.max(8, Math.min(number, mtuBytes - headerBytes));
      accepted.set(name, String(blockSizeBytes));
    } else if (name === 'tsize' && number >= 0) {
      accepted.set(name, String(sizeBytes));
    } else if (name === 'timeout' && isWithin(number, 1, maxTimeoutSeconds)) {
      repeatMs = number * 1000;
      accepted.set(name, String(number));
    } else if (name === 'windowsize' && isWithin(number, 1, 65_535)) {
      windowSize = Math.min(number, maxWindow);
      accepted.set(name, String(windowSize));
    }
  }
  return { blockSizeBytes, windowSize, repeatMs, sizeBytes, accepted: [...accepted] };
}

function isWithin(number: number, least: number, most: number): boolean {
  return number >= least && number <= most;
}
