/** Errors that callers decide by: what happened is a code of a closed set, and nobody has to read the message. */

/** The base of such errors; each kind of them has a name of its own. */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
