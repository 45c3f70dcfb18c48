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

/** An error that names no line: bytes that are no text, or values that cannot be decoded. */
export function documentError(problem: string): YamlError {
  return new YamlError('syntax', `yaml: ${problem}`, []);
}

/**
 * An error of the scanner. `contextLine` is where the construct around it starts, `problemLine` where it was
 * noticed; both count from 0.
 *
 * Quirk: go-yaml names the line of the construct, unless that is the first line of the document: then the line of
 * the problem, and none at all if that is the first too. We do the same, since users compare the texts.
 */
export function scannerError(problem: string, contextLine: number, problemLine: number): YamlError {
  const line = contextLine || problemLine;
  return errorAt(problem, line === 0 ? 0 : line + 1);
}

/**
 * An error of the grammar. Lines count from 0.
 *
 * Quirk: go-yaml forgets to count these lines from 1, so they are one too low; we do the same.
 */
export function parserError(problem: string, contextLine: number, problemLine: number): YamlError {
  return errorAt(problem, contextLine || problemLine);
}

function errorAt(problem: string, line: number): YamlError {
  if (line === 0) return documentError(problem);
  return new YamlError('syntax', `yaml: line ${line}: ${problem}`, [line]);
}
