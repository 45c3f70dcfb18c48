/**
 * Writes the archive that the Linux kernel unpacks as its first root file system.
 * Spec: https://docs.kernel.org/driver-api/early-userspace/buffer-format.html ("newc").
 */

const TYPES = { folder: 0o040000, file: 0o100000 } as const;

/** What an archive holds; `data` is the content of a file. */
export interface ArchiveEntry {
  readonly path: string;
  readonly type: keyof typeof TYPES;
  /** Permission bits. */
  readonly mode: number;
  readonly data?: string | Uint8Array;
}

/**
 * Encodes entries, in the given order and all owned by root, as an uncompressed newc archive.
 *
 * @param entries folders come before what is in them
 */
export function encodeCpio(entries: readonly ArchiveEntry[]): Buffer {
  const parts = entries.flatMap((entry, index) =>
    record(index + 1, entry.path, TYPES[entry.type] | entry.mode, entry.data),
  );
  return Buffer.concat([...parts, ...record(0, 'TRAILER!!!', 0)]);
}

function record(inode: number, path: string, mode: number, data: string | Uint8Array = ''): Buffer[] {
  const name = Buffer.from(`${path}\0`);
  const content = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [header, name, padding(header.length + name.length), content, padding(content.length)];
}

function padding(length: number): Buffer {
  return Buffer.alloc(-length & 3);
}
