/** The one error of the certificate commands. */
import { CodedCommandError } from '../command-error.ts';

/** usage: exit 2 with the usage text; the others: exit 1. */
export type CertsErrorCode = 'usage' | 'exists' | 'missing' | 'unreadable' | 'unwritable';

export class CertsError extends CodedCommandError<CertsErrorCode> {
  constructor(code: CertsErrorCode, message: string, options?: ErrorOptions) {
    super(code === 'usage' ? 'usage' : 'failed', code, message, options);
    this.name = 'CertsError';
  }
}
