/** A file of the journal: opened, appended to and synced; a write that failed leaves no half line in front of the next one. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../disk/sync-folder.ts';

export interface SegmentFile {
  readonly path: string;
  /** Bytes that are safely in it. */
  readonly length: number;
  /** Appends and syncs. After a failure the file ends where it did before. @throws what the system says */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** @param length where the last good line ends: what follows is cut off */
export async function openSegmentFile(path: string, length: number): Promise<SegmentFile> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = await file.stat();
    if (size > length) {
      await file.truncate(length);
      await file.datasync();
    }
    if (size === 0) await syncFolder(dirname(path));
  } catch (error) {
    await file.close();
    throw error;
  }
  return segmentFile(path, file, length);
}

function segmentFile(path: string, file: FileHandle, initialLength: number): SegmentFile {
  let length = initialLength;
  let torn = false;
  const mend = async () => {
    await file.truncate(length);
    torn = false;
  };
  return {
    path,
    get length() {
      return length;
    },
    append: async (bytes) => {
      if (torn) await mend();
      torn = true;
      try {
        await writeWhole(file, bytes, length);
        await file.datasync();
      } catch (error) {
        // When this fails as well, the next write mends it first.
        await mend().catch(() => {});
        throw error;
      }
      torn = false;
      length += bytes.length;
    },
    close: () => file.close(),
  };
}

/** A full disk takes a part of a write and says so only the next time. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
