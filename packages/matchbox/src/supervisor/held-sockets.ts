/** Sockets that a parent holds for its children: bound, and listened on by whoever serves. */
import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { getSystemErrorName } from 'node:util';

/** What `spawn` takes in its list of descriptors. */
export interface HeldSocket {
  readonly fd: number;
  close(): void;
}

/** Quirk: node:net has no public way to bind without accepting. This is what node:cluster does it with (lib/internal/cluster/shared_handle.js; lib/net.js, _createServerHandle). */
// biome-ignore lint/complexity/useMaxParams: Node's own signature
type CreateServerHandle = (
  address: string,
  port: number,
  addressType: 4 | 6,
  fd: undefined,
  flags: number,
) => (HeldSocket & { getsockname(found: { port?: number }): number }) | number;

/**
 * Binds a TCP socket; connections are refused until somebody listens on it, and wait from then on.
 * @param host undefined: all addresses, of IPv6 and IPv4 where both are to be had
 * @throws Error with `code`, such as EADDRINUSE or ENOTFOUND
 */
export async function holdSocket(host: string | undefined, port: number): Promise<HeldSocket> {
  if (host !== undefined) {
    const { address, family } = await lookup(host);
    return bind(address, port, family === 6 ? 6 : 4);
  }
  try {
    return bind('::', port, 6);
  } catch (error) {
    // As node:net does where there is no IPv6.
    if (!['EINVAL', 'EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return bind('0.0.0.0', port, 4);
  }
}

function bind(address: string, port: number, family: 4 | 6): HeldSocket {
  const { _createServerHandle: createServerHandle } = net as unknown as { _createServerHandle: CreateServerHandle };
  const handle = createServerHandle(address, port, family, undefined, 0);
  const found: { port?: number } = {};
  // Quirk: libuv keeps EADDRINUSE for listen(2), which somebody else calls here (`uv__tcp_bind` in src/unix/tcp.c); the socket has no port then.
  if (typeof handle !== 'number' && handle.getsockname(found) === 0 && (found.port ?? 0) !== 0) return handle;
  const code = typeof handle === 'number' ? getSystemErrorName(handle) : 'EADDRINUSE';
  if (typeof handle !== 'number') handle.close();
  throw Object.assign(new Error(`bind ${code} ${address}:${port}`), { code, syscall: 'bind' });
}
