/** Why nothing can be explained, in words for the user. */
import { CodedCommandError } from '../command-error.ts';

export type ExplainErrorCode = 'no_data' | 'bad_endpoint' | 'unreachable' | 'bad_answer';

export class ExplainError extends CodedCommandError<ExplainErrorCode> {
  constructor(code: ExplainErrorCode, message: string, options?: ErrorOptions) {
    super('unusable', code, message, options);
    this.name = 'ExplainError';
  }
}
