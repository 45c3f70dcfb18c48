/** Why nothing can be explained, in words for the user. */

export type ExplainErrorCode = 'no_data' | 'bad_endpoint' | 'unreachable' | 'bad_answer';

export class ExplainError extends Error {
  readonly code: ExplainErrorCode;

  constructor(code: ExplainErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ExplainError';
    this.code = code;
  }
}
