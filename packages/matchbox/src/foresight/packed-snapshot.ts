/** A snapshot as bytes that threads may share: what it is made from, to be read anew there. */
import { decodeFile, type FileEntry, unreadableFile } from '../data/file-entry.ts';
import { type Kind, kinds } from '../data/kind.ts';
import { onceFor } from '../data/once-for.ts';
import { createSnapshot, type Snapshot, type SnapshotOptions } from '../data/snapshot.ts';
import { type StoredFile, StoreError, type StoreErrorCode } from '../data/store.ts';
import { loadTemplateFunctions, type TemplateFunctions } from '../data/template-library.ts';

interface PackedFile {
  readonly kind: Kind;
  readonly name: string;
  /** Its place in the shared bytes, the end excluded; or why it could not be read. */
  readonly content: readonly [start: number, end: number] | { readonly code: StoreErrorCode; readonly message: string };
}

export interface PackedSnapshot {
  readonly files: readonly PackedFile[];
  readonly bytes: SharedArrayBuffer;
  readonly options: SnapshotOptions;
}

/** @param snapshot one that was read once: older versions of what is broken now are not kept */
export const packSnapshot: (snapshot: Snapshot) => PackedSnapshot = onceFor((snapshot: Snapshot) => {
  const entries = kinds.flatMap((kind): FileEntry[] => [...snapshot.files(kind)]);
  const { onBrokenGroup, ignitionVersion, templateLibrary } = snapshot;
  return packFiles(entries.map(asStored), { onBrokenGroup, ignitionVersion, templateLibrary });
});

function asStored({ kind, name, bytes, fault }: FileEntry): StoredFile {
  const isRead = fault === undefined || fault.code === 'content';
  return { kind, name, content: isRead ? bytes : new StoreError(fault.code, fault.message) };
}

/** The same for files that nobody has made sense of yet. */
export function packFiles(files: readonly StoredFile[], options: SnapshotOptions): PackedSnapshot {
  const size = files.reduce((sum, { content }) => sum + (content instanceof Uint8Array ? content.length : 0), 0);
  const bytes = new SharedArrayBuffer(size);
  const all = new Uint8Array(bytes);
  let end = 0;
  const packed = files.flatMap(({ kind, name, content }): PackedFile[] => {
    if (content === undefined) return [];
    if (content instanceof StoreError)
      return [{ kind, name, content: { code: content.code, message: content.message } }];
    const start = end;
    all.set(content, start);
    end += content.length;
    return [{ kind, name, content: [start, end] }];
  });
  return { files: packed, bytes, options };
}

export async function unpackSnapshot({ files, bytes, options }: PackedSnapshot): Promise<Snapshot> {
  const templateFunctions = await loadTemplateFunctions(options.templateLibrary ?? 'none');
  return createSnapshot(entriesOf(files, bytes, templateFunctions), options);
}

function* entriesOf(
  files: readonly PackedFile[],
  bytes: SharedArrayBuffer,
  templateFunctions: TemplateFunctions,
): Generator<FileEntry> {
  // Decoders of text take no shared memory, so that it is copied: at once, for pieces of their own cost small files more than their bytes.
  const all = new Uint8Array(bytes).slice();
  for (const { kind, name, content } of files) {
    if ('code' in content) yield unreadableFile(kind, name, new StoreError(content.code, content.message));
    else yield decodeFile(kind, name, all.subarray(content[0], content[1]), { templateFunctions });
  }
}
