/** The one error of the YAML layer. */

/**
 * `syntax`: the text is no YAML, or cannot be decoded at all; a single message.
 * `type`: it is YAML, but values do not fit the types; one line per fault.
 */
export type YamlErrorCode = 'syntax' | 'type';

/** A YAML document that cannot be read. `message` is go-yaml's text, beginning with `yaml: `. */
export class YamlError extends Error {
  readonly code: YamlErrorCode;
  /** The lines that the message names, in order, counted from 1. */
  readonly lines: readonly number[];

  constructor(code: YamlErrorCode, message: string, lines: readonly number[]) {
    super(message);
    this.name = 'YamlError';
    this.code = code;
    this.lines = lines;
  }
}
