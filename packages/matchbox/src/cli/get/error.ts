/** The one error of `matchbox get`; its message tells the user what to do next. */
import { CodedCommandError } from '../command-error.ts';

export type GetErrorCode =
  | 'usage'
  | 'network'
  | 'not_found'
  | 'not_a_file'
  | 'changed'
  | 'wrong_size'
  | 'wrong_checksum'
  | 'wrong_signature'
  | 'no_key'
  | 'no_space'
  | 'staging'
  | 'interrupted';

export class GetError extends CodedCommandError<GetErrorCode> {
  constructor(code: GetErrorCode, message: string, options?: ErrorOptions) {
    super(code === 'usage' ? 'usage' : 'failed', code, message, options);
    this.name = 'GetError';
  }
}
