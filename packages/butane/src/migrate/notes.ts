// What a migration says besides the text that it makes.
import type { Path, Position } from '../yaml/index.ts';

/**
 * `lost`: it could not be carried over, and the new config does less than the old one. `check`: it was carried over, but
 * somebody has to look whether it means the same.
 */
export type NoteKind = 'lost' | 'check';

/** Why; closed. */
export type NoteCode =
  | 'unknown-key'
  | 'wrong-type'
  | 'filesystem-without-path'
  | 'duplicate-path'
  | 'size-no-mebibytes'
  | 'scheme-unsupported'
  | 'create-without-force'
  | 'referenced-config'
  | 'service-not-available'
  | 'dynamic-data'
  | 'template-action';

export interface MigrationNote extends Position {
  readonly kind: NoteKind;
  readonly code: NoteCode;
  /** Where it stands in the old config, by the names of Butane's style: `storage.files.0.filesystem`. */
  readonly path: Path;
  readonly message: string;
}

/** `lost at $.etcd.name, line 3 col 5: …` */
export function compareNotes(a: MigrationNote, b: MigrationNote): number {
  return a.line - b.line || a.column - b.column;
}
