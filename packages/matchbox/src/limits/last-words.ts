/** Ends the connection of a client that is refused, so that it reads why. */

/** A socket of node:net or node:tls, as far as it matters here. */
interface Ending {
  on(event: 'error', listener: () => void): unknown;
  setTimeout(milliseconds: number, onSilent: () => void): unknown;
  resume(): unknown;
  end(lastWords: string | Uint8Array, onWritten: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** A client that does not read the last words is not waited for; nor is one that has them and does not close its end, whatever it still sends. */
const lastWordsMs = 5_000;

export function endSocket(socket: Ending, lastWords: string | Uint8Array): void {
  socket.on('error', () => {});
  socket.setTimeout(lastWordsMs, () => socket.destroy());
  // What still comes is read and forgotten, so that the system does not answer it with a reset before the client has read.
  socket.resume();
  socket.end(lastWords, () => {
    const timer = setTimeout(() => socket.destroy(), lastWordsMs);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  });
}

/** What Node's parser does not take for HTTP, by the code of its error; all else is `400`. */
export const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};
