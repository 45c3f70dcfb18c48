/** What the way to an engine, or the engine itself, refuses; the stores put it into their own words. */
import { CodedError } from '../fault/coded-error.ts';

export type EngineErrorCode =
  /** Not with this address, certificate, password or these rights: trying again does not help. */
  | 'denied'
  /** Nobody answers now. */
  | 'unavailable'
  | 'too_large'
  /** The engine's history does not reach back to what was asked for. */
  | 'forgotten'
  /** The engine takes no writes: its disk or its quota is full. */
  | 'write_failed';

export class EngineError extends CodedError<EngineErrorCode> {
  override name = 'EngineError';
}
