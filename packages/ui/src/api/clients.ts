/** The API of the server that this page came from. */
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { Files, Foresight, Machines, Rollouts, Site } from 'matchbox/api';
import { visibleLines } from '../text/visible.ts';
import { secretsInterceptor } from './secrets.ts';
import { signedOut } from './session.ts';

const noticeEnd: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.Unauthenticated) signedOut();
    throw error;
  }
};

const transport = createConnectTransport({
  baseUrl: location.origin,
  useBinaryFormat: true,
  interceptors: [noticeEnd, secretsInterceptor],
});

export const machines = createClient(Machines, transport);
export const files = createClient(Files, transport);
export const foresight = createClient(Foresight, transport);
export const rollouts = createClient(Rollouts, transport);
export const site = createClient(Site, transport);

/** What went wrong, in words for people; what strangers named is in them, too. */
export function faultOf(error: unknown): string {
  return visibleLines(wordsOf(error));
}

function wordsOf(error: unknown): string {
  if (!(error instanceof ConnectError)) return error instanceof Error ? error.message : String(error);
  if (error.code === Code.Unavailable || error.code === Code.Unknown) {
    // So browsers say that nothing answers, each in words of its own.
    return error.cause instanceof TypeError ? 'The server cannot be reached.' : error.rawMessage;
  }
  return error.rawMessage;
}

/** Somebody else was quicker. */
export function isConflict(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Aborted;
}

export function isAborted(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Canceled;
}
