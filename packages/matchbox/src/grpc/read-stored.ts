/** A file as it is stored, with the original's words where there is none. */
import type { Catalog } from '../data/catalog.ts';
import { isTooLong } from '../data/file-name.ts';
import type { Kind } from '../data/kind.ts';
import { StoreError } from '../data/store.ts';

/**
 * @param name file name in the folder of its kind
 * @throws StoreError
 */
export function readStored(catalog: Catalog, kind: Kind, name: string): Uint8Array {
  const { snapshot } = catalog;
  const entry = snapshot.file(kind, name);
  const path = catalog.describe(kind, name);
  if (entry === undefined) {
    // Quirk: Go opens a folder without complaint and fails when it reads it, so upstream's text says "read" (matchbox/storage/fs.go, readFile).
    if (snapshot.hasFolder(kind, name)) throw new StoreError('not_a_file', `read ${path}: is a directory`);
    if (isTooLong(name)) throw new StoreError('not_found', `open ${path}: file name too long`);
    throw new StoreError('not_found', `open ${path}: no such file or directory`);
  }
  const { fault, bytes } = entry;
  if (fault === undefined || fault.code === 'content') return bytes;
  throw new StoreError(fault.code, fault.message);
}
