/** The names that files of the data directory may have, and what an id or a reference of a user comes to. */

/** A file may lie in this many folders below that of its kind, one in the other. */
export const maxFolderDepth = 8;
/** What most file systems allow for a part of a path, in bytes of UTF-8. */
const maxPartBytes = 255;
/** Half-written files have names that upstream and we leave alone. */
export const temporarySuffix = '.matchbox-tmp';

/**
 * The file name that an id or a reference stands for, as upstream resolves it inside a folder: `./a//b` is `a/b`.
 * @returns undefined for what leaves the folder, is empty or has control characters
 */
export function resolveName(reference: string): string | undefined {
  // Nearly every name is plain already, and machines are answered by names.
  if (/^\w[\w-]*(?:\.\w[\w-]*)*$/.test(reference)) return reference;
  if (/[\u0000-\u001f\u007f]/.test(reference)) return undefined;
  const parts = reference.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..')) return undefined;
  return parts.join('/');
}

/**
 * Why no file of this name is ever read or written: what is stored must be found again by whoever lists the folder.
 * @param name relative to the kind's folder
 * @returns undefined for a name that may be used
 */
export function nameFault(name: string): string | undefined {
  if (resolveName(name) !== name) return 'not a name below the folder of its kind';
  const parts = name.split('/');
  const folders = parts.slice(0, -1);
  if (folders.length > maxFolderDepth) return `in more than ${maxFolderDepth} folders`;
  if (folders.some((folder) => folder.startsWith('.'))) return 'in a folder whose name begins with a dot';
  if (name.endsWith(temporarySuffix)) return `a name that ends with ${temporarySuffix} is that of a half-written file`;
  return undefined;
}

/** Whether a part of the name is longer than file systems have room for; said in other words, as upstream says it. */
export function isTooLong(name: string): boolean {
  return name.length * 3 > maxPartBytes && name.split('/').some((part) => Buffer.byteLength(part) > maxPartBytes);
}
