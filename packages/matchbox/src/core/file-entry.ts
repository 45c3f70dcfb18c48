/** A file of the data directory as the catalog holds it: its bytes, what they mean, and what is wrong with them. */
import { createHash } from 'node:crypto';
import { JsonError } from './go-json.ts';
import { decodeGroup, type Group } from './group.ts';
import type { Kind, TemplateKind } from './kind.ts';
import { decodeProfile, type Profile } from './profile.ts';
import type { StoreError } from './store.ts';

/** Why a file cannot be used. Without `line` it is not about its content. */
export interface FileFault {
  readonly message: string;
  /** From 1; columns count characters. */
  readonly line?: number;
  readonly column?: number;
  /** The file was not read: unreadable, a device, a link to nowhere. */
  readonly code: 'content' | 'unreadable' | 'not_a_file';
}

/** A template's text as stored; compiled when it is first rendered. */
export interface Template {
  readonly bytes: Uint8Array;
}

interface Meanings {
  groups: Group;
  profiles: Profile;
  ignition: Template;
  cloud: Template;
  generic: Template;
}

export interface FileEntry<K extends Kind = Kind> {
  readonly kind: K;
  /** Relative to the kind's folder: `node1.json`. */
  readonly name: string;
  /** As last read, broken or not; empty when it could not be read. */
  readonly bytes: Uint8Array;
  /** What is in force: the content, or the last good version while the file is broken; undefined if it never was good. */
  readonly value: Meanings[K] | undefined;
  readonly fault: FileFault | undefined;
  /** Content hash (hex) of `bytes`. */
  readonly revision: string;
}

export type GroupEntry = FileEntry<'groups'>;
export type ProfileEntry = FileEntry<'profiles'>;
export type TemplateEntry = FileEntry<TemplateKind>;

/** A file that is broken now. `lastGood` tells whether an older version stays in force. */
export interface BrokenFile {
  readonly kind: Kind;
  readonly name: string;
  readonly fault: FileFault;
  readonly lastGood: boolean;
}

export function revisionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * @param previous the entry so far, whose version stays in force when these bytes are broken
 */
export function decodeFile<K extends Kind>(
  kind: K,
  name: string,
  bytes: Uint8Array,
  previous?: FileEntry<K>,
): FileEntry<K> {
  try {
    return entry(kind, name, bytes, decoders[kind](bytes), undefined);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const { message, line, column } = error;
    return entry(kind, name, bytes, previous?.value, { message, line, column, code: 'content' });
  }
}

/** An entry for a file that is there and cannot be read. */
export function unreadableFile<K extends Kind>(
  kind: K,
  name: string,
  error: StoreError,
  previous?: FileEntry<K>,
): FileEntry<K> {
  const code = error.code === 'not_a_file' ? 'not_a_file' : 'unreadable';
  return entry(kind, name, new Uint8Array(), previous?.value, { message: error.message, code });
}

/** `groups/node1.json:3:14`, or without the position when there is none. */
export function formatPosition(kind: Kind, name: string, fault?: Pick<FileFault, 'line' | 'column'>): string {
  return `${kind}/${name}${fault?.line === undefined ? '' : `:${fault.line}:${fault.column}`}`;
}

const decoders: { readonly [K in Kind]: (bytes: Uint8Array) => Meanings[K] } = {
  groups: decodeGroup,
  profiles: decodeProfile,
  ignition: (bytes) => ({ bytes }),
  cloud: (bytes) => ({ bytes }),
  generic: (bytes) => ({ bytes }),
};

function entry<K extends Kind>(
  kind: K,
  name: string,
  bytes: Uint8Array,
  value: Meanings[K] | undefined,
  fault: FileFault | undefined,
): FileEntry<K> {
  let revision: string | undefined;
  return {
    kind,
    name,
    bytes,
    value,
    fault,
    get revision() {
      revision ??= revisionOf(bytes);
      return revision;
    },
  };
}
