/** Read buffers for transfers: large while there are few of them, small when there are many, used again afterwards. */

/** What all transfers together may hold while there are fewer than `budget / smallest / 2` of them. */
const budgetBytes = 64 * 1024 * 1024;
/** Measured over loopback: 64 KiB reach a third of what 1 MiB reach, at three times the CPU time. */
const largestBytes = 1024 * 1024;
const smallestBytes = 16 * 1024;
/** Buffers kept for the next transfer. */
const keptBytes = 16 * 1024 * 1024;

/** Two buffers of the same size: one is filled while the other is sent. */
export interface BufferPair {
  readonly halves: readonly [Uint8Array, Uint8Array];
  /** Ends the transfer; the buffers may be used again. */
  giveBack(): void;
  /** Ends the transfer; something may still read the buffers. */
  drop(): void;
}

const free = new Map<number, Uint8Array[]>();
let freeBytes = 0;
let transfers = 0;

/** @param length of the whole transfer in bytes; a short one gets a buffer of its own size */
export function takeBuffers(length: number): BufferPair {
  transfers++;
  const size = chunkSize(transfers);
  if (length <= size) {
    const only = Buffer.allocUnsafeSlow(length);
    return { halves: [only, only], giveBack: forget, drop: forget };
  }
  const halves: [Uint8Array, Uint8Array] = [take(size), take(size)];
  const giveBack = () => {
    forget();
    for (const half of halves) keep(half);
  };
  return { halves, giveBack, drop: forget };
}

/** The largest power of two with which that many transfers stay within the budget. */
export function chunkSize(count: number): number {
  const share = budgetBytes / 2 / Math.max(count, 1);
  return Math.min(largestBytes, Math.max(smallestBytes, 2 ** Math.floor(Math.log2(share))));
}

function forget(): void {
  transfers--;
}

function take(size: number): Uint8Array {
  const buffer = free.get(size)?.pop();
  if (!buffer) return Buffer.allocUnsafeSlow(size);
  freeBytes -= size;
  return buffer;
}

function keep(buffer: Uint8Array): void {
  if (freeBytes + buffer.length > keptBytes) return;
  freeBytes += buffer.length;
  const list = free.get(buffer.length);
  if (list) list.push(buffer);
  else free.set(buffer.length, [buffer]);
}
