/** What a change of a file comes to, given what the file was. */
import { decodeFile, type FileEntry, unreadableFile } from './file-entry.ts';
import { isDescriptionKind, type Kind } from './kind.ts';
import { type StoredFile, StoreError } from './store.ts';
import type { TemplateFunctions } from './template-library.ts';

/** An entry, or none. */
export interface Update {
  readonly kind: Kind;
  readonly name: string;
  readonly entry: FileEntry | undefined;
}

/** How files are taken in. */
export interface Reading {
  /** A broken description is none, whatever it was before. */
  readonly forget: boolean;
  readonly templateFunctions: TemplateFunctions;
}

/**
 * @param before the entry so far
 * @returns undefined if there is nothing new
 */
export function updateOf(
  change: StoredFile,
  before: FileEntry | undefined,
  { forget, templateFunctions }: Reading,
): Update | undefined {
  const { kind, name, content } = change;
  if (content === undefined) return before && { kind, name, entry: undefined };
  const kept = forget && isDescriptionKind(kind) ? undefined : before;
  if (content instanceof StoreError) {
    if (before?.fault?.message === content.message) return undefined;
    return { kind, name, entry: unreadableFile(kind, name, content, kept) };
  }
  const isSame = before !== undefined && before.fault?.code !== 'unreadable' && equalBytes(before.bytes, content);
  return isSame
    ? undefined
    : { kind, name, entry: decodeFile(kind, name, content, { previous: kept, templateFunctions }) };
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
