/** What etcd and the way to it can say: whether it helps to ask again, and in which words it is told. */
import { Code, ConnectError } from '@connectrpc/connect';
import { EngineError, type EngineErrorCode } from '../engine-error.ts';

/**
 * - `refused`: the answer is no, and nothing was done
 * - `token`: authenticate anew; nothing was done
 * - `lease`: the lease is gone; nothing was done
 * - `history`: what was asked for is forgotten, or has not been yet
 * - `not_sent`: nobody took the question
 * - `unknown`: the question may have been taken
 */
export type EtcdFaultKind = 'refused' | 'token' | 'lease' | 'history' | 'not_sent' | 'unknown';

export interface EtcdFault {
  readonly kind: EtcdFaultKind;
  readonly code: EngineErrorCode;
  readonly message: string;
  /** Nothing listens there, or there is no way to it. */
  readonly isGone: boolean;
  /** The connection was closed before an answer came. */
  readonly isClosed?: boolean;
}

/** etcd's own words, where its code alone does not say enough. Spec: etcd, api/v3rpc/rpctypes/error.go (3.4). */
const sayings: readonly (readonly [text: RegExp, kind: EtcdFaultKind, code: EngineErrorCode, cure?: string])[] = [
  [/invalid auth token|auth store is old/, 'token', 'denied'],
  [/requested lease not found/, 'lease', 'unavailable'],
  [/required revision (has been compacted|is a future revision)/, 'history', 'forgotten'],
  [/authentication failed/, 'refused', 'denied', 'is the password right?'],
  [/authentication is not enabled/, 'refused', 'denied', 'this etcd knows no users: leave user and password out'],
  [
    /user name is empty/,
    'refused',
    'denied',
    'this etcd wants a user: etcds://USER@HOST:PORT/PREFIX?password-file=FILE',
  ],
  [/permission denied/, 'refused', 'denied', "the user's role needs the keys below the prefix"],
  [
    /database space exceeded/,
    'refused',
    'write_failed',
    'the quota of etcd is full (NOSPACE): compact and defragment it, then etcdctl alarm disarm',
  ],
  [/request is too large|larger than max/, 'refused', 'too_large', 'etcd takes requests of --max-request-bytes'],
  [/too many operations/, 'refused', 'too_large', 'etcd takes --max-txn-ops operations at once'],
  [/no leader|too many requests|not capable|learner/, 'not_sent', 'unavailable'],
  [
    /disconnected before secure TLS/,
    'not_sent',
    'unavailable',
    'if that is so always, there is no TLS: etcd:// instead of etcds://',
  ],
  [/corrupt/, 'refused', 'write_failed', 'etcd found its data damaged (alarm CORRUPT)'],
];

/** What OpenSSL and Node say of certificates. */
const certificates: readonly (readonly [code: RegExp, cure: string])[] = [
  [
    /UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)|SELF_SIGNED_CERT/,
    "the server's certificate is signed by an authority that is not in cacert=",
  ],
  [/CERT_HAS_EXPIRED/, "the server's certificate has expired"],
  [/CERT_NOT_YET_VALID/, "the server's certificate is not yet valid: is a clock wrong?"],
  [/ERR_TLS_CERT_ALTNAME_INVALID/, "the server's certificate is for another name than the URL's"],
  [
    /ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG/,
    'what answers there does not speak TLS: is it etcd:// instead of etcds://?',
  ],
  [
    /ERR_SSL_.*ALERT|ERR_OSSL_SSL/,
    'the server does not accept the client certificate (cert=, key=): is it given, in date, and signed by its --trusted-ca-file?',
  ],
];

const sockets: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
};

/** @param what was attempted, on what */
export function faultOf(error: unknown, what: string): EtcdFault {
  if (error instanceof EngineError) {
    return { kind: 'refused', code: error.code, message: error.message, isGone: false };
  }
  const { code, rawMessage, cause } = ConnectError.from(error);
  const fault = (kind: EtcdFaultKind, engineCode: EngineErrorCode, message: string, isGone = false): EtcdFault => ({
    kind,
    code: engineCode,
    message: `${what}: ${message}`,
    isGone,
  });
  const said = sayings.find(([text]) => text.test(rawMessage));
  if (said !== undefined) {
    const [, kind, engineCode, cure] = said;
    return fault(kind, engineCode, `${rawMessage}${cure === undefined ? '' : `; ${cure}`}`);
  }
  const system = systemCode(cause ?? error);
  const certificate = certificates.find(([pattern]) => pattern.test(system) || pattern.test(rawMessage));
  if (certificate !== undefined) return fault('refused', 'denied', certificate[1]);
  const socket = sockets[system];
  if (socket !== undefined) return fault('not_sent', 'unavailable', socket, true);
  if (refusals.includes(code)) return fault('refused', 'denied', rawMessage);
  if (code === Code.DeadlineExceeded) return fault('unknown', 'unavailable', 'no answer in time');
  const isClosed = closed.test(rawMessage);
  const message = isClosed ? 'the connection was closed before an answer came' : rawMessage;
  return { ...fault(code === Code.Unauthenticated ? 'token' : 'unknown', 'unavailable', message), isClosed };
}

/** How the library says that the peer went away. */
const closed = /stream closed with error code CANCEL|ECONNRESET|EPIPE/;

const refusals: readonly Code[] = [Code.PermissionDenied, Code.InvalidArgument, Code.FailedPrecondition];

function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried, and all failed: the last one's reason stands for all.
  if ('errors' in error && Array.isArray(error.errors)) return systemCode(error.errors.at(-1));
  return systemCode(error.cause);
}

export function toEngineError({ code, message }: EtcdFault, cause: unknown): EngineError {
  return new EngineError(code, message, { cause });
}
