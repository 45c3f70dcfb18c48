/** Why `matchbox impact` cannot compare, in one line for the user. */
import { CodedCommandError } from '../command-error.ts';

export type ImpactErrorCode = 'no_data' | 'bad_machines' | 'git' | 'stopped';

export class ImpactError extends CodedCommandError<ImpactErrorCode> {
  constructor(code: ImpactErrorCode, message: string, options?: ErrorOptions) {
    super('failed', code, message, options);
    this.name = 'ImpactError';
  }
}
