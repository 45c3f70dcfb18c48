/** TCP ports of 127.0.0.1: one that is free, and whether somebody listens. */
import { connect, createServer } from 'node:net';

/** Below those that systems choose by themselves, Linux from 32768 on: connections of other programs come and go there. */
const [first, last] = [10_000, 32_767];

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    if (await mayListen(port)) return port;
  }
}

function mayListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether a connection is accepted; it is closed at once. */
export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
