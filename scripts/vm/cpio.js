// Writes the archive that the Linux kernel unpacks as its first root file system.
// Spec: https://docs.kernel.org/driver-api/early-userspace/buffer-format.html ("newc").

const TYPES = { folder: 0o040000, file: 0o100000 };

/**
 * Encodes entries, in the given order and all owned by root, as an uncompressed newc archive.
 *
 * @param entries `{ path, type: 'folder' | 'file', mode, data }`; `data` is the content of a file. Folders must come before what is in them.
 */
export function encodeCpio(entries) {
  const parts = entries.flatMap((entry, index) =>
    record(index + 1, entry.path, TYPES[entry.type] | entry.mode, entry.data),
  );
  return Buffer.concat([...parts, ...record(0, 'TRAILER!!!', 0, undefined)]);
}

function record(inode, path, mode, data) {
  const name = Buffer.from(`${path}\0`);
  const content = Buffer.from(data ?? '');
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [header, name, padding(header.length + name.length), content, padding(content.length)];
}

function padding(length) {
  return Buffer.alloc(-length & 3);
}
