/** Tables of TLS: what HTTPS speaks, and why a handshake fails. */

import { handshakeFailureTable, tlsSuites } from 'matchbox/tables';
import { code, table } from './table.ts';

/** The cipher suites in the server's order. */
export function tlsSuiteTable(): string {
  const rows = tlsSuites.map(({ name, tls, key, ipxe }) => [
    code(name),
    tls,
    key,
    ipxe === undefined ? '' : `since ${ipxe}`,
  ]);
  return table(['cipher suite', 'TLS', 'key of the certificate', 'iPXE'], rows);
}

/** The reasons as they stand in the log and in `matchbox_tls_handshake_failures_total`. */
export function tlsFailureTable(): string {
  return table(
    ['`reason`', 'what the log says'],
    handshakeFailureTable().map(([reason, text]) => [code(reason), text]),
  );
}
