/** The file that audit lines are appended to: whole lines or none, also on a full disk and after a crash. */
import { type FileHandle, open } from 'node:fs/promises';
import { errnoOf } from '@matchbox/gotext';
import { createSerialQueue } from '../data/serial-queue.ts';

export interface AuditFile {
  /**
   * Resolves when the line is on the disk. Lines never mix.
   * @throws the error of write(2) or fsync(2); then no part of the line is in the file
   */
  append(line: string): Promise<void>;
  /** Opens the path anew, after log rotation has moved the file away. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** @throws the error of open(2), with the path in it */
export async function openAuditFile(path: string): Promise<AuditFile> {
  let file = await openAtLineStart(path);
  const queue = createSerialQueue();
  return {
    append: (line) => queue.run(() => appendWhole(file, Buffer.from(line))),
    reopen: () =>
      queue.run(async () => {
        const next = await openAtLineStart(path);
        await file.close();
        file = next;
      }),
    close: () => queue.run(() => file.close()),
  };
}

/** What a crash has torn off stays a line of its own, so that the lines after it can be read. */
async function openAtLineStart(path: string): Promise<FileHandle> {
  const file = await open(path, 'a+', 0o640);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    if (size > 0 && last[0] !== 0x0a) await appendWhole(file, Buffer.from('\n'));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function appendWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const { size } = await file.stat();
  let written = 0;
  try {
    while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
    await file.datasync().catch(unlessUnsupported);
  } catch (error) {
    // Nothing may follow half a line. Nobody else has written meanwhile if the file is as long as we left it.
    const now = await file.stat();
    if (now.size === size + written) await file.truncate(size).catch(unlessUnsupported);
    throw error;
  }
}

/** Pipes and terminals can be neither synced nor cut. */
function unlessUnsupported(error: unknown): void {
  if (errnoOf(error) !== 'EINVAL') throw error;
}
