/** What PostgreSQL and the way to it can say, as a store's errors. */
import { systemMessage } from '@matchbox/gotext';
import { StoreError, type StoreErrorCode } from '../../data/store.ts';
import { EngineError } from '../../engine/engine-error.ts';
import { sqlStateOf } from '../../engine/postgres/sql-state.ts';

/** Classes and codes of SQLSTATE. Spec: PostgreSQL documentation, appendix A. */
const codes: readonly (readonly [prefix: string, code: StoreErrorCode])[] = [
  ['28', 'denied'],
  ['42501', 'denied'],
  ['3D', 'denied'],
  ['53100', 'write_failed'],
  ['54', 'too_large'],
];

/** @param what was attempted, on what. Everything that is not known otherwise means that the engine cannot be reached now. */
export function toStoreError(error: unknown, what: string): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof EngineError) return new StoreError('denied', error.message, { cause: error });
  const sqlState = sqlStateOf(error);
  const known = sqlState === undefined ? undefined : codes.find(([prefix]) => sqlState.startsWith(prefix))?.[1];
  if (sqlState === '42P01' || sqlState === '3F000') {
    return new StoreError('denied', `${what}: there are no tables of Matchbox: matchbox store init makes them`, {
      cause: error,
    });
  }
  const message = sqlState === undefined ? systemMessage(error) : (error as Error).message;
  return new StoreError(known ?? 'unavailable', `${what}: ${message}`, { cause: error });
}
