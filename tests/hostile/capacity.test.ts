/** A whole site at once: ten thousand connections that idle and five hundred slow downloads are carried, and others answered meanwhile. */
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ask } from './survives.ts';
import { bigBytes, openTarget, script } from './target.ts';

const idle = 10_000;
const downloads = 500;
/** Connections are opened so many at a time: the line of those that wait to be accepted is as long. */
const atATime = 250;
/** Two lines of a rack each: an address has 12,000 connections at most. */
const addresses = ['127.0.0.2', '127.0.0.3'];

async function dialMany(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const more = Array.from({ length: Math.min(atATime, count - sockets.length) }, async (_, i) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: addresses[i % addresses.length]! });
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      return socket;
    });
    sockets.push(...(await Promise.all(more)));
  }
  return sockets;
}

/** Asks for the large file, reads its beginning, and then nothing. */
async function stall(socket: Socket): Promise<number> {
  socket.write('GET /assets/big HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  const [first] = (await new Promise((resolve) => socket.once('data', (chunk) => resolve([chunk])))) as [Buffer];
  socket.pause();
  return first.length;
}

test('10,000 connections that idle and 500 slow downloads are carried, and given back', async () => {
  const target = await openTarget({ descriptors: 16_000 });
  const sockets: Socket[] = [];
  try {
    const before = target.descriptors();
    const slow = await dialMany(target.port, downloads);
    sockets.push(...slow);
    const begun = await Promise.all(slow.map(stall));
    sockets.push(...(await dialMany(target.port, idle)));
    expect(await ask(target.port, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await ask(target.port, '/ipxe?mac=52-54-00-a1-9c-ae')).toMatchObject({ status: 200, body: script });
    await expect.poll(() => target.descriptors() - before).toBeGreaterThanOrEqual(idle + downloads);
    expect(sockets.filter(({ destroyed, readableEnded }) => destroyed || readableEnded)).toEqual([]);
    // One of the slow goes on, and gets all of it.
    let length = begun[0]!;
    for await (const chunk of slow[0]!) length += (chunk as Buffer).length;
    expect(length).toBeGreaterThan(bigBytes);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => target.descriptors()).toBeLessThanOrEqual(before + 3);
  } finally {
    for (const socket of sockets) socket.destroy();
    await target.close();
  }
});
