/** A snapshot as bytes that threads may share: what it is made from, to be read anew there. */
import { decodeFile, type FileEntry } from '../data/file-entry.ts';
import { type Kind, kinds } from '../data/kind.ts';
import { onceFor } from '../data/once-for.ts';
import { createSnapshot, type Snapshot, type SnapshotOptions } from '../data/snapshot.ts';
import { loadTemplateFunctions, type TemplateFunctions } from '../data/template-library.ts';

/** A file's place in the shared bytes, from `start` to `end`, which is excluded. */
type PackedFile = readonly [kind: Kind, name: string, start: number, end: number];

export interface PackedSnapshot {
  readonly files: readonly PackedFile[];
  readonly bytes: SharedArrayBuffer;
  readonly options: SnapshotOptions;
}

/** @param snapshot one that was read once: older versions of what is broken now are not kept */
export const packSnapshot: (snapshot: Snapshot) => PackedSnapshot = onceFor(pack);

function pack(snapshot: Snapshot): PackedSnapshot {
  const entries = kinds.flatMap((kind): FileEntry[] => [...snapshot.files(kind)]);
  const size = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const bytes = new SharedArrayBuffer(size);
  const all = new Uint8Array(bytes);
  let at = 0;
  const files = entries.map((entry): PackedFile => {
    all.set(entry.bytes, at);
    const start = at;
    at += entry.bytes.length;
    return [entry.kind, entry.name, start, at];
  });
  const { onBrokenGroup, ignitionVersion, templateLibrary } = snapshot;
  return { files, bytes, options: { onBrokenGroup, ignitionVersion, templateLibrary } };
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
  const all = new Uint8Array(bytes);
  // Decoders of text take no shared memory, so that each file is copied out.
  for (const [kind, name, start, end] of files)
    yield decodeFile(kind, name, all.slice(start, end), { templateFunctions });
}
