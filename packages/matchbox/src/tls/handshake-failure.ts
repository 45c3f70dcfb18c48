/** Why a TLS connection came to nothing, in words for the log and as a label for the metrics. */

export type HandshakeFailureReason =
  | 'no_certificate'
  | 'unknown_authority'
  | 'expired'
  | 'not_yet_valid'
  | 'revoked'
  | 'wrong_purpose'
  | 'bad_revocation_list'
  | 'invalid_certificate'
  | 'server_refused'
  | 'old_protocol'
  | 'no_shared_cipher'
  | 'plain_http'
  | 'not_tls'
  | 'closed'
  | 'timeout'
  | 'other';

export interface HandshakeFailure {
  readonly reason: HandshakeFailureReason;
  readonly text: string;
}

/** What node:tls knows about the failure: the error's code and, if a certificate was sent and refused, OpenSSL's reason. */
export interface HandshakeFacts {
  readonly errorCode: string | undefined;
  readonly errorMessage: string;
  readonly verifyError: string | undefined;
}

const texts: Readonly<Record<HandshakeFailureReason, string>> = {
  no_certificate: 'the client sent no certificate; it needs one signed by an authority in -ca-file',
  unknown_authority: 'the client certificate is signed by an authority that is not in -ca-file',
  expired: 'the client certificate has expired',
  not_yet_valid: 'the client certificate is not yet valid; is a clock wrong?',
  revoked: 'the client certificate is revoked by -crl-file',
  wrong_purpose: 'the certificate is not for clients (its extended key usage lacks client authentication)',
  bad_revocation_list:
    'the revocation list of -crl-file is not usable for the client certificate (expired, or of another authority)',
  invalid_certificate: 'the client certificate is not valid',
  server_refused:
    "the client refused the server's certificate: it does not know the authority, or the name or address it used is not in the certificate",
  old_protocol: 'the client wants a TLS version older than 1.2',
  no_shared_cipher:
    "the client knows no cipher suite that goes with the server's certificate; iPXE before 2025 needs one with an RSA key",
  plain_http: 'the client spoke plain HTTP to the TLS port',
  not_tls: 'what the client sent is not TLS',
  closed:
    'the client closed the connection during the handshake; iPXE and bootcmd do so when they do not trust the certificate',
  timeout: 'the client did not finish the handshake in time',
  other: 'the handshake failed',
};

/** OpenSSL's verification errors, as node:tls names them. */
const verifyErrors: Readonly<Record<string, HandshakeFailureReason>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown_authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown_authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown_authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown_authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown_authority',
  CERT_UNTRUSTED: 'unknown_authority',
  CERT_SIGNATURE_FAILURE: 'unknown_authority',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not_yet_valid',
  CERT_REVOKED: 'revoked',
  INVALID_PURPOSE: 'wrong_purpose',
  UNABLE_TO_GET_CRL: 'bad_revocation_list',
  CRL_HAS_EXPIRED: 'bad_revocation_list',
  CRL_NOT_YET_VALID: 'bad_revocation_list',
  CRL_SIGNATURE_FAILURE: 'bad_revocation_list',
};

/** OpenSSL's handshake errors, as node:tls names them. */
const handshakeErrors: Readonly<Record<string, HandshakeFailureReason>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'no_certificate',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'old_protocol',
  ERR_SSL_VERSION_TOO_LOW: 'old_protocol',
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: 'old_protocol',
  ERR_SSL_NO_SHARED_CIPHER: 'no_shared_cipher',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: 'no_shared_cipher',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'server_refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'server_refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'server_refused',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'server_refused',
  ERR_SSL_SSL_ALERT_BAD_CERTIFICATE: 'server_refused',
  ERR_SSL_SSL_ALERT_CERTIFICATE_UNKNOWN: 'server_refused',
  ERR_SSL_SSL_ALERT_CERTIFICATE_EXPIRED: 'server_refused',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'server_refused',
  ERR_SSL_HTTP_REQUEST: 'plain_http',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'plain_http',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not_tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not_tls',
  ERR_SSL_UNKNOWN_PROTOCOL: 'not_tls',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timeout',
};

export function explainHandshakeFailure(facts: HandshakeFacts): HandshakeFailure {
  if (facts.verifyError !== undefined) {
    const reason = verifyErrors[facts.verifyError] ?? 'invalid_certificate';
    return { reason, text: `${texts[reason]} (${facts.verifyError})` };
  }
  const reason = handshakeErrors[facts.errorCode ?? ''] ?? 'other';
  const detail = reason === 'other' || reason === 'server_refused' ? ` (${facts.errorCode ?? facts.errorMessage})` : '';
  return { reason, text: texts[reason] + detail };
}

export function handshakeFailureText(reason: HandshakeFailureReason): string {
  return texts[reason];
}

/** Reason and text of each, for the documentation. */
export function handshakeFailureTable(): readonly (readonly [HandshakeFailureReason, string])[] {
  return Object.entries(texts) as [HandshakeFailureReason, string][];
}
