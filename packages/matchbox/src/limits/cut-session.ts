/** Ends an HTTP/2 connection for good. */

/** What is needed of a session of node:http2 and of the TCP socket below it. */
interface Destroyable {
  destroy(error?: undefined, code?: number): void;
}

const goodbyeMs = 1000;

/**
 * @param code that the client is told, if it listens
 * Quirk: a destroyed session waits until its goodbye is written, and its socket stays open where nobody reads or the session was ended before
 * (lib/internal/http2/core.js: finishSessionClose).
 */
export function cutSession(session: Destroyable, socket: { destroy(): unknown }, code?: number): void {
  session.destroy(undefined, code);
  setTimeout(() => socket.destroy(), goodbyeMs).unref();
}
