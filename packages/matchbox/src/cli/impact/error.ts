/** Why `matchbox impact` cannot compare, in one line for the user. */
import { CommandError } from '../command-error.ts';

export type ImpactErrorCode = 'no_data' | 'bad_machines' | 'git' | 'stopped';

export class ImpactError extends CommandError {
  readonly code: ImpactErrorCode;

  constructor(code: ImpactErrorCode, message: string, options?: { cause?: unknown }) {
    super('failed', message, options);
    this.name = 'ImpactError';
    this.code = code;
  }
}
