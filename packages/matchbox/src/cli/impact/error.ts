/** Why `matchbox impact` cannot compare, in one line for the user. */
import { CodedCommandError } from '../command-error.ts';

/** `no_repository`, `git_denied`: git ended so, the latter without a word; `git`: anything else that it cannot do, in its words. */
export type ImpactErrorCode = 'no_data' | 'bad_machines' | 'git' | 'no_repository' | 'git_denied' | 'stopped';

export class ImpactError extends CodedCommandError<ImpactErrorCode> {
  constructor(code: ImpactErrorCode, message: string, options?: ErrorOptions) {
    super('failed', code, message, options);
    this.name = 'ImpactError';
  }
}
