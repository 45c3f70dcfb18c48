/** What the engine could not do, as a store's error. */

import { StoreError } from '../../data/store.ts';
import { EngineError } from '../../engine/engine-error.ts';

/** Nearly all codes of engines are codes of stores, too. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = error instanceof EngineError && error.code !== 'forgotten' ? error.code : 'unavailable';
  return new StoreError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
