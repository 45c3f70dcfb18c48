/** Read buffers for transfers: large while there are few of them, small when there are many, used again afterwards. */

/** What the transfers may hold that begin while there are fewer than `budgetBytes / smallestBytes`. */
const budgetBytes = 32 * 1024 * 1024;
/** Measured over loopback: 64 KiB reach a third of what 1 MiB reach, at three times the CPU time. */
const largestBytes = 1024 * 1024;
const smallestBytes = 16 * 1024;
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

const free = new Map<number, Uint8Array[]>();
let freeBytes = 0;
let transfers = 0;

/** @param length of the whole transfer in bytes; a short one gets a buffer of its own size */
export function takeBuffer(length: number): TransferBuffer {
  transfers++;
  const size = chunkSize(transfers);
  const drop = () => {
    transfers--;
  };
  if (length <= size) return { bytes: Buffer.allocUnsafeSlow(length), giveBack: drop, drop };
  const bytes = takeFree(size) ?? Buffer.allocUnsafeSlow(size);
  const giveBack = () => {
    drop();
    keep(bytes);
  };
  return { bytes, giveBack, drop };
}

/** The largest power of two with which that many transfers stay within the budget. */
export function chunkSize(count: number): number {
  const share = 2 ** Math.floor(Math.log2(budgetBytes / Math.max(count, 1)));
  return Math.min(largestBytes, Math.max(smallestBytes, share));
}

function takeFree(size: number): Uint8Array | undefined {
  const buffer = free.get(size)?.pop();
  if (buffer) freeBytes -= size;
  return buffer;
}

function keep(buffer: Uint8Array): void {
  if (freeBytes + buffer.length > keptBytes) return;
  freeBytes += buffer.length;
  const list = free.get(buffer.length);
  if (list) list.push(buffer);
  else free.set(buffer.length, [buffer]);
}
