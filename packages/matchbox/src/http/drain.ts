/** The end of an HTTP server that lets what runs finish, and breaks no connection that a request may be under way on. */
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Http2 } from './http2-server.ts';

export interface DrainOptions {
  /** Whatever takes longer is cut off. */
  readonly graceMs: number;
  /**
   * Idle connections are kept for so long: a client may have sent its request already. For a server whose socket somebody
   * else goes on serving; of one that only stops, each moment of it is a moment in which nobody listens.
   */
  readonly lingerMs: number;
}

/** While it closes, the server looks so often for connections that have become idle. */
const idleSweepMs = 50;

export function drain(server: Server, http2: Http2 | undefined, { graceMs, lingerMs }: DrainOptions): Promise<void> {
  return new Promise((resolve) => {
    const linger = Math.min(lingerMs, graceMs);
    const cut = () => {
      server.closeAllConnections();
      http2?.destroy();
    };
    // Again and again: a connection that waits to be opened, or shakes hands, is none of node:http's yet.
    let cutting: NodeJS.Timeout | undefined;
    const grace = setTimeout(() => {
      cut();
      cutting = setInterval(cut, idleSweepMs);
    }, graceMs);
    // A connection that has its answer is idle from then on.
    const sweep = linger === 0 ? setInterval(() => server.closeIdleConnections(), idleSweepMs) : undefined;
    const once = linger === 0 ? undefined : setTimeout(() => server.closeIdleConnections(), linger);
    if (linger > 0) {
      server.keepAliveTimeout = linger;
      server.prependListener('request', (_, response) => {
        response.shouldKeepAlive = false;
      });
    }
    http2?.close();
    // Quirk: `close` of node:http ends idle connections at once (lib/_http_server.js: httpServerPreClose), new ones without a request among them.
    NetServer.prototype.close.call(server, () => {
      clearTimeout(grace);
      clearInterval(cutting);
      clearTimeout(once);
      clearInterval(sweep);
      // What else node:http does in it: it forgets its timer.
      server.close(() => resolve());
    });
    if (linger === 0) server.closeIdleConnections();
  });
}
