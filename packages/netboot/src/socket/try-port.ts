/** Whether a UDP port could be had, for somebody who wants to know before a server starts. */
import { SocketError } from './explain.ts';
import { closeUdp, openUdp } from './udp.ts';

/** Binds the port and gives it back. @returns why it cannot be had, or undefined */
export async function portObstacle(address: string, port: number): Promise<SocketError | undefined> {
  try {
    await closeUdp(await openUdp({ address, port }));
    return undefined;
  } catch (error) {
    if (error instanceof SocketError) return error;
    throw error;
  }
}
