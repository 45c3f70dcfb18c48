/** A file of the data directory as the catalog holds it: its bytes, what they mean, and what is wrong with them. */
import { JsonError, type JsonErrorCode } from './go-json.ts';
import { decodeStoredGroup, type Group } from './group.ts';
import type { Kind, TemplateKind } from './kind.ts';
import { decodeNetwork } from './network.ts';
import type { Network } from './network-fields.ts';
import { decodeProfile, type Profile } from './profile.ts';
import { revisionOf } from './revision.ts';
import type { StoreError } from './store.ts';
import { decodeTemplate, type Template, TemplateFileError } from './template.ts';
import type { TemplateFunctions } from './template-library.ts';

/** Why a file cannot be used. Without `line` it is not about its content. */
export interface FileFault {
  readonly message: string;
  /** From 1; columns count characters. */
  readonly line?: number;
  readonly column?: number;
  /** The file was not read: unreadable, a device, a link to nowhere. */
  readonly code: 'content' | 'unreadable' | 'not_a_file';
  /** What is wrong with the content. */
  readonly about?: JsonErrorCode | 'template';
}

interface Meanings {
  groups: Group;
  profiles: Profile;
  ignition: Template;
  cloud: Template;
  generic: Template;
  networks: Network;
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
export type NetworkEntry = FileEntry<'networks'>;
export type TemplateEntry = FileEntry<TemplateKind>;

/** A file that is broken now. `lastGood` tells whether an older version stays in force. */
export interface BrokenFile {
  readonly kind: Kind;
  readonly name: string;
  readonly fault: FileFault;
  readonly lastGood: boolean;
}

/** What a file is decoded with. */
export interface Decoding<K extends Kind = Kind> {
  readonly templateFunctions: TemplateFunctions;
  /** The entry so far, whose version stays in force when the bytes are broken. */
  readonly previous?: FileEntry<K> | undefined;
}

export function decodeFile<K extends Kind>(
  kind: K,
  name: string,
  bytes: Uint8Array,
  { previous, templateFunctions }: Decoding<K>,
): FileEntry<K> {
  try {
    return new Entry(kind, name, { bytes, value: decoders[kind](bytes, name, templateFunctions), fault: undefined });
  } catch (error) {
    if (!(error instanceof JsonError || error instanceof TemplateFileError)) throw error;
    const { message, line, column } = error;
    const about = error instanceof JsonError ? error.code : 'template';
    const fault = { message, line, column, code: 'content', about } as const;
    return new Entry(kind, name, { bytes, value: previous?.value, fault });
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
  return new Entry(kind, name, {
    bytes: new Uint8Array(),
    value: previous?.value,
    fault: { message: error.message, code },
  });
}

/** `groups/node1.json:3:14`, or without the position when there is none. */
export function formatPosition(kind: Kind, name: string, fault?: Pick<FileFault, 'line' | 'column'>): string {
  return `${kind}/${name}${fault?.line === undefined ? '' : `:${fault.line}:${fault.column}`}`;
}

const decoders: {
  readonly [K in Kind]: (bytes: Uint8Array, name: string, functions: TemplateFunctions) => Meanings[K];
} = {
  groups: decodeStoredGroup,
  profiles: decodeProfile,
  ignition: (bytes, name, functions) => decodeTemplate('ignition', name, bytes, functions),
  cloud: (bytes, name, functions) => decodeTemplate('cloud', name, bytes, functions),
  generic: (bytes, name, functions) => decodeTemplate('generic', name, bytes, functions),
  networks: decodeNetwork,
};

/** There may be 100,000 of them. */
class Entry<K extends Kind> implements FileEntry<K> {
  readonly kind: K;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly value: Meanings[K] | undefined;
  readonly fault: FileFault | undefined;
  private hash: string | undefined;

  constructor(kind: K, name: string, { bytes, value, fault }: Pick<FileEntry<K>, 'bytes' | 'value' | 'fault'>) {
    this.kind = kind;
    this.name = name;
    this.bytes = bytes;
    this.value = value;
    this.fault = fault;
    this.hash = undefined;
  }

  get revision(): string {
    this.hash ??= revisionOf(this.bytes);
    return this.hash;
  }
}
