/** How a call can fail, and the gRPC code that each way has. */

import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { CatalogError, type CatalogErrorCode } from '../data/catalog.ts';
import { StoreError, type StoreErrorCode } from '../data/store.ts';
import { CodedError } from '../fault/coded-error.ts';
import { RolloutError } from '../machines/rollouts/rollout.ts';
import { StateError } from '../machines/state-store.ts';

/** `upstream` stands for a failure whose text and code (UNKNOWN) clients of the original server know. */
export type RpcErrorCode =
  | 'upstream'
  | 'invalid'
  | 'no_match'
  | 'on_hold'
  | 'stale_revision'
  | 'read_only'
  | 'not_audited'
  | 'not_kept'
  | 'denied'
  | 'not_atomic'
  | 'unavailable'
  | 'unknown_service';

/** For the documentation, too. */
export const rpcCodes: Readonly<Record<RpcErrorCode, Code>> = {
  upstream: Code.Unknown,
  invalid: Code.InvalidArgument,
  no_match: Code.NotFound,
  on_hold: Code.Unavailable,
  stale_revision: Code.Aborted,
  read_only: Code.PermissionDenied,
  not_audited: Code.Unavailable,
  not_kept: Code.Unavailable,
  denied: Code.FailedPrecondition,
  not_atomic: Code.FailedPrecondition,
  unavailable: Code.Unavailable,
  unknown_service: Code.NotFound,
};

export class RpcError extends CodedError<RpcErrorCode> {
  override name = 'RpcError';
}

/** The texts of a store's errors are the original's, except for names that it would have accepted. */
const storeCodes: Readonly<Record<StoreErrorCode, RpcErrorCode>> = {
  not_found: 'upstream',
  unreadable: 'upstream',
  not_a_file: 'upstream',
  write_failed: 'upstream',
  bad_name: 'invalid',
  too_large: 'invalid',
  conflict: 'stale_revision',
  denied: 'denied',
  unavailable: 'unavailable',
  unknown_outcome: 'unavailable',
};

const catalogCodes: Readonly<Record<CatalogErrorCode, RpcErrorCode>> = {
  invalid_content: 'invalid',
};

const rolloutCodes: Readonly<Record<RolloutError['code'], RpcErrorCode>> = {
  invalid: 'invalid',
  denied: 'denied',
  not_found: 'no_match',
};

/** What the client is told about any error at all. */
export function toConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ConnectError(message, rpcCodes[codeOf(error)], undefined, undefined, error);
}

function codeOf(error: unknown): RpcErrorCode {
  if (error instanceof RpcError) return error.code;
  if (error instanceof StoreError) return storeCodes[error.code];
  if (error instanceof CatalogError) return catalogCodes[error.code];
  if (error instanceof StateError) return 'not_kept';
  if (error instanceof RolloutError) return rolloutCodes[error.code];
  return 'upstream';
}

/**
 * Quirk: Connect (protocol-grpc/handler-factory.ts) hides the text of a plain error behind INTERNAL; the original server (grpc-go) answers UNKNOWN with the
 * text, and its users read that text. We turn every error before Connect sees it.
 */
export const errorInterceptor: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request);
    // What a stream fails with comes while it is read.
    return response.stream ? { ...response, message: withErrors(response.message) } : response;
  } catch (error) {
    throw toConnectError(error);
  }
};

async function* withErrors<Message>(messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  try {
    yield* messages;
  } catch (error) {
    throw toConnectError(error);
  }
}
