/** Why `matchbox impact` cannot compare, in one line for the user. */

export type ImpactErrorCode = 'no_data' | 'bad_machines' | 'git' | 'stopped';

export class ImpactError extends Error {
  readonly code: ImpactErrorCode;

  constructor(code: ImpactErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ImpactError';
    this.code = code;
  }
}
