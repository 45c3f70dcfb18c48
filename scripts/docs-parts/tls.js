// Tables of TLS: what HTTPS speaks, and why a handshake fails.
import { handshakeFailureTable } from '../../packages/matchbox/dist/core/handshake-failure.js';
import { tlsSuites } from '../../packages/matchbox/dist/http/tls-suites.js';
import { code, table } from './table.js';

/** The cipher suites in the server's order. */
export function tlsSuiteTable() {
  const rows = tlsSuites.map(({ name, tls, key, ipxe }) => [
    code(name),
    tls,
    key,
    ipxe === undefined ? '' : `since ${ipxe}`,
  ]);
  return table(['cipher suite', 'TLS', 'key of the certificate', 'iPXE'], rows);
}

/** The reasons as they stand in the log and in `matchbox_tls_handshake_failures_total`. */
export function tlsFailureTable() {
  return table(
    ['`reason`', 'what the log says'],
    handshakeFailureTable().map(([reason, text]) => [code(reason), text]),
  );
}
