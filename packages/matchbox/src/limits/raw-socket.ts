/** Of a TLS connection, the TCP socket below, which node:tls keeps as `_parent`; else the socket itself. */
export function rawSocketOf<Socket extends object>(socket: Socket): Socket {
  return (socket as { _parent?: Socket | null })._parent ?? socket;
}
