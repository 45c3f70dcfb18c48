/** Finds out whether there is a server that will talk to us, and if not, why: in seconds and in words. */
import { X509Certificate } from 'node:crypto';
import type { SecureClientSessionOptions } from 'node:http2';
import { type ClientHttp2Session, connect } from 'node:http2';
import { isIP } from 'node:net';

/** Why there is no connection; `refused_by_server` comes after a handshake that went well for us. */
export type ConnectionFaultCode =
  | 'refused'
  | 'timeout'
  | 'no_host'
  | 'unreachable'
  | 'server_certificate'
  | 'refused_by_server'
  | 'not_tls'
  | 'other';

export interface ConnectionFault {
  readonly code: ConnectionFaultCode;
  readonly message: string;
}

export interface ClientCredentials {
  readonly caFile: string;
  readonly certFile: string;
  /** PEM texts */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Connects, waits for the server's first HTTP/2 frame (it comes only to clients that are let in), and hangs up.
 * @returns undefined if all is well
 */
export async function checkConnection(
  endpoint: string,
  credentials: ClientCredentials,
  timeoutMs: number,
): Promise<ConnectionFault | undefined> {
  const { ca, cert, key } = credentials;
  let session: ClientHttp2Session;
  let shaken = false;
  try {
    session = connect(`https://${endpoint}`, { ...tlsOptions(endpoint), ca, cert, key });
  } catch (error) {
    return { code: 'other', message: `${endpoint}: ${messageOf(error)}` };
  }
  const outcome = new Promise<Error | 'ready' | 'closed' | 'timeout'>((resolve) => {
    session.once('connect', () => {
      shaken = true;
    });
    session.once('remoteSettings', () => resolve('ready'));
    session.once('error', resolve);
    session.once('close', () => resolve('closed'));
    setTimeout(() => resolve('timeout'), timeoutMs).unref();
  });
  const result = await outcome;
  session.on('error', () => {});
  session.destroy();
  if (result === 'ready') return undefined;
  if (result === 'timeout') {
    return {
      code: 'timeout',
      message: `${endpoint}: no answer within ${timeoutMs / 1000} seconds; is the address right, and is a firewall in between?`,
    };
  }
  return explain(endpoint, credentials, result === 'closed' ? undefined : result, shaken);
}

/** A server name is sent for names only, as Go does. */
export function tlsOptions(
  endpoint: string,
): Pick<SecureClientSessionOptions, 'servername' | 'minVersion' | 'ALPNProtocols'> {
  const host = hostOf(endpoint);
  return { ...(isIP(host) ? {} : { servername: host }), minVersion: 'TLSv1.2', ALPNProtocols: ['h2'] };
}

function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

/** By Node's code for it. The message goes on after the endpoint. */
const refusals: Readonly<Record<string, ConnectionFault>> = {
  ECONNREFUSED: {
    code: 'refused',
    message:
      'connection refused: nothing listens there; is matchbox running with -rpc-address, and is --endpoints right?',
  },
  ENOTFOUND: { code: 'no_host', message: 'there is no host of this name; is --endpoints right?' },
  EAI_AGAIN: { code: 'no_host', message: 'the name cannot be looked up now; is DNS working?' },
  EHOSTUNREACH: { code: 'unreachable', message: 'the host cannot be reached' },
  ENETUNREACH: { code: 'unreachable', message: 'the network cannot be reached' },
  ETIMEDOUT: { code: 'timeout', message: 'no answer; is the address right, and is a firewall in between?' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    code: 'not_tls',
    message: 'what answers there does not speak TLS; is it the HTTP port (-address) instead of -rpc-address?',
  },
};

const serverFaults: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it is signed by an authority that is not in --ca-file',
  UNABLE_TO_GET_ISSUER_CERT: 'it is signed by an authority that is not in --ca-file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it is signed by an authority that is not in --ca-file',
  SELF_SIGNED_CERT_IN_CHAIN: 'it is signed by an authority that is not in --ca-file',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself, and not in --ca-file',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not yet valid; is a clock wrong?',
  INVALID_PURPOSE: 'it is not for servers',
};

function explain(
  endpoint: string,
  credentials: ClientCredentials,
  error: Error | undefined,
  shaken: boolean,
): ConnectionFault {
  const code = errorCode(error);
  const refusal = refusals[code];
  if (refusal) return { ...refusal, message: `${endpoint}: ${refusal.message}` };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname ?? 'no name at all';
    return {
      code: 'server_certificate',
      message: `${endpoint}: the server's certificate is not for ${hostOf(endpoint)}, it is for ${names.replace(/IP Address:/g, 'IP:')}`,
    };
  }
  const serverFault = serverFaults[code];
  if (serverFault) {
    return {
      code: 'server_certificate',
      message: `${endpoint}: the server's certificate is not accepted: ${serverFault} (${credentials.caFile})`,
    };
  }
  if (shaken || code === 'ECONNRESET' || code === 'EPIPE' || /ALERT/.test(code) || error === undefined) {
    return { code: 'refused_by_server', message: `${endpoint}: ${refusedByServer(credentials, new Date())}` };
  }
  return { code: 'other', message: `${endpoint}: ${messageOf(error)}` };
}

/** The server only hangs up; what can be seen from here about our own certificate says why. */
function refusedByServer({ caFile, ca, certFile, cert }: ClientCredentials, now: Date): string {
  const certificate = new X509Certificate(cert);
  const subject = certificate.subject.split('\n').join(',');
  const head = `the server does not accept the client certificate ${certFile} (${subject})`;
  if (now > new Date(certificate.validTo))
    return `${head}: it has expired on ${new Date(certificate.validTo).toISOString()}`;
  if (now < new Date(certificate.validFrom)) {
    return `${head}: it is not valid before ${new Date(certificate.validFrom).toISOString()}; is a clock wrong?`;
  }
  const usages: readonly string[] = certificate.keyUsage ?? [];
  if (usages.length > 0 && !usages.includes('1.3.6.1.5.5.7.3.2'))
    return `${head}: it is not for clients (extended key usage)`;
  const authority = new X509Certificate(ca);
  if (!certificate.checkIssued(authority)) {
    return `${head}: it is signed by ${certificate.issuer.split('\n').join(',')}, while ${caFile} is ${authority.subject.split('\n').join(',')}`;
  }
  return `${head}, although nothing is wrong with it from here; is it revoked, or has the server another -ca-file? Its log says why`;
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried, and all failed: the last one's reason stands for all.
  return 'errors' in error && Array.isArray(error.errors) ? errorCode(error.errors.at(-1)) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
