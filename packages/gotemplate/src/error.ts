// The one error class of this package.

/**
 * What went wrong:
 * - `parse`: the text is not a template;
 * - `execute`: the template failed on this data, with Go's words;
 * - `limit`: `outputLimitBytes`, `stepLimit` or a bound of the JavaScript engine was reached;
 * - `option`: an option or an argument of this API is not usable.
 */
export type TemplateErrorCode = 'parse' | 'execute' | 'limit' | 'option';

/** Where and why; see {@link TemplateError}. */
export interface TemplateErrorDetails {
  readonly code: TemplateErrorCode;
  readonly message: string;
  readonly name?: string;
  readonly line?: number;
  readonly column?: number;
  readonly missingKey?: string | undefined;
  readonly missingFunction?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Every failure of parsing and executing. `message` is Go's text to the letter (`template: NAME:LINE:COL: …`), except for
 * the code `limit`, which Go does not have.
 */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;
  /** Name of the template that failed: the one being executed, not the file that holds it. */
  readonly templateName: string;
  /** Line, counted from 1; 0 if there is no position. */
  readonly line: number;
  /** Bytes (UTF-8) on the line before the position, as Go counts: 0 is the line's first byte. */
  readonly column: number;
  /** The key that the data lacks, if that is what failed. */
  readonly missingKey: string | undefined;
  /** The function that the template names and nobody gave, if that is what failed. */
  readonly missingFunction: string | undefined;
  /** What had been written before an execution error. Never serve it; it is for previews. */
  partial = '';
  /** {@link partial} as bytes, exact where it is not valid UTF-8. */
  partialBytes: Uint8Array = new Uint8Array();

  constructor(details: TemplateErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'TemplateError';
    this.code = details.code;
    this.templateName = details.name ?? '';
    this.line = details.line ?? 0;
    this.column = details.column ?? 0;
    this.missingKey = details.missingKey;
    this.missingFunction = details.missingFunction;
  }
}
