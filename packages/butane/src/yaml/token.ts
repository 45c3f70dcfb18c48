/** The tokens of YAML 1.1. */
import type { ScalarStyle } from './node.ts';

export type TokenKind =
  | 'stream-start'
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

/** `line` and `column` of the first character, both from 0. */
export interface Token {
  readonly kind: TokenKind;
  readonly line: number;
  readonly column: number;
  /** Content of a scalar, name of an anchor or alias, suffix of a tag, prefix of a tag directive, version `1.1`. */
  readonly value: string;
  /** Handle of a tag or a tag directive. */
  readonly handle: string;
  readonly style: ScalarStyle;
}
