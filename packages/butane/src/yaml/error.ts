/** The one error of the YAML layer. */

/**
 * `syntax`: the text is no YAML, or cannot be decoded at all; a single message.
 * `type`: it is YAML, but values do not fit the types; one line per fault.
 */
export type YamlErrorCode = 'syntax' | 'type';

/** A place in the text, both counted from 1; the column counts characters. */
export interface ErrorPlace {
  readonly line: number;
  readonly column: number;
}

/** A place in the text as the scanner counts: from 0. */
interface Spot {
  readonly line: number;
  readonly column: number;
}

/** A YAML document that cannot be read. `message` is go-yaml's text, beginning with `yaml: `. */
export class YamlError extends Error {
  readonly code: YamlErrorCode;
  /** The lines that the message names, in order, counted from 1. */
  readonly lines: readonly number[];
  /** Where each fault is, as exactly as it is known; go-yaml's lines are often others. */
  readonly places: readonly ErrorPlace[];

  constructor(code: YamlErrorCode, message: string, lines: readonly number[], places: readonly ErrorPlace[] = []) {
    super(message);
    this.name = 'YamlError';
    this.code = code;
    this.lines = lines;
    this.places = places;
  }
}

/** An error that names no line: bytes that are no text, or values that cannot be decoded. */
export function documentError(problem: string, ...places: ErrorPlace[]): YamlError {
  return new YamlError('syntax', `yaml: ${problem}`, [], places);
}

/**
 * An error of the scanner. `context` is where the construct around it starts, `problem` where it was noticed, `place`
 * the one of them that people want to see.
 *
 * Quirk: go-yaml names the line of the construct, unless that is the first line of the document: then the line of
 * the problem, and none at all if that is the first too (decode.go, parser.fail). We do the same, since users compare the texts.
 */
export function scannerError(message: string, context: Spot, problem: Spot, place: Spot): YamlError {
  const line = context.line || problem.line;
  return errorAt(message, line === 0 ? 0 : line + 1, place);
}

/**
 * An error of the grammar. `contextLine` is where the construct around it starts, counted from 0.
 *
 * Quirk: go-yaml forgets to count these lines from 1, so they are one too low (decode.go, parser.fail); we do the same.
 */
export function parserError(message: string, contextLine: number, problem: Spot): YamlError {
  return errorAt(message, contextLine || problem.line, problem);
}

function errorAt(message: string, line: number, spot: Spot): YamlError {
  const place = { line: spot.line + 1, column: spot.column + 1 };
  if (line === 0) return documentError(message, place);
  return new YamlError('syntax', `yaml: line ${line}: ${message}`, [line], [place]);
}
