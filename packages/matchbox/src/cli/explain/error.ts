/** Why nothing can be explained, in words for the user. */
import { CommandError } from '../command-error.ts';

export type ExplainErrorCode = 'no_data' | 'bad_endpoint' | 'unreachable' | 'bad_answer';

export class ExplainError extends CommandError {
  readonly code: ExplainErrorCode;

  constructor(code: ExplainErrorCode, message: string, options?: { cause?: unknown }) {
    super('unusable', message, options);
    this.name = 'ExplainError';
    this.code = code;
  }
}
