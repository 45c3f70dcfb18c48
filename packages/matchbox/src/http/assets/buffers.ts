/** Read buffers for transfers: large while there are few of them, small when there are many, used again afterwards. */
import { limits } from '../../limits/limits.ts';

/** Measured over loopback: 64 KiB reach a third of the throughput at three times the CPU time; 1 MiB take a fifth more of it. */
const largestBytes = 512 * 1024;
const smallestBytes = 16 * 1024;
/** A transfer takes so much of what is left of the budget: those that come later find something, too. */
const share = 1 / 8;
/** Buffers kept for later transfers. */
const keptBytes = 16 * 1024 * 1024;

/** The buffer of one transfer. */
export interface TransferBuffer {
  readonly bytes: Uint8Array;
  /** Ends the transfer; the bytes may be used again. */
  giveBack(): void;
  /** Ends the transfer; something may still read the bytes. */
  drop(): void;
}

export interface TransferBuffers {
  /** @param length of the whole transfer in bytes; a short one gets a buffer of its own size */
  take(length: number): TransferBuffer;
}

/** @param budgetBytes of all buffers in use */
export function createTransferBuffers(budgetBytes: number = limits.transferBytes): TransferBuffers {
  const free = new Map<number, Uint8Array[]>();
  let freeBytes = 0;
  let takenBytes = 0;

  const takeFree = (size: number) => {
    const buffer = free.get(size)?.pop();
    if (buffer) freeBytes -= size;
    return buffer;
  };
  const keep = (buffer: Uint8Array) => {
    if (freeBytes + buffer.length > keptBytes) return;
    freeBytes += buffer.length;
    const list = free.get(buffer.length);
    if (list) list.push(buffer);
    else free.set(buffer.length, [buffer]);
  };
  return {
    take: (length) => {
      const size = Math.min(length, chunkSize(budgetBytes - takenBytes));
      const whole = size === length;
      const bytes = (whole ? undefined : takeFree(size)) ?? Buffer.allocUnsafeSlow(size);
      takenBytes += size;
      const drop = () => {
        takenBytes -= size;
      };
      const giveBack = () => {
        drop();
        if (!whole) keep(bytes);
      };
      return { bytes, giveBack, drop };
    },
  };
}

/** The largest power of two that is a fair share of the bytes that are left. */
export function chunkSize(leftBytes: number): number {
  const fair = 2 ** Math.floor(Math.log2(Math.max(leftBytes * share, 1)));
  return Math.min(largestBytes, Math.max(smallestBytes, fair));
}
