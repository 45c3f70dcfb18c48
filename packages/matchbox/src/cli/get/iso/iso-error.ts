/** What is wrong with an ISO image, in words that follow its name. */
import { CodedError } from '../../../fault/coded-error.ts';

export class IsoError extends CodedError<'no_iso' | 'damaged'> {
  override name = 'IsoError';
}
