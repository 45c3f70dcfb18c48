/** The server in bad surroundings: nobody reads its log, it has few descriptors, it is told to end while somebody stalls. */
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ask, attack, complaints } from './survives.ts';
import { openTarget, script, type Target, type TargetOptions } from './target.ts';

let target: Target | undefined;
afterEach(() => target?.close());

async function open(options: TargetOptions): Promise<Target> {
  target = await openTarget(options);
  return target;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const mebibyte = 1024 * 1024;

function dial(to: Target, text: string): Socket {
  const socket = connect(to.port, '127.0.0.1').on('error', () => {});
  socket.write(text);
  return socket;
}

/** Requests that fail, and so are worth a line each. */
async function makeLines(to: Target, count: number): Promise<void> {
  const lines = Array.from(
    { length: count },
    (_, i) => `GET /ipxe?uuid=${i}${'u'.repeat(900)} HTTP/1.1\r\nHost: h\r\n\r\n`,
  );
  const socket = dial(to, lines.join('')).resume();
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.end();
  await Promise.race([ended, pause(60_000)]);
  socket.destroy();
}

/** @returns whether it ended by itself */
async function endsBySignal(to: Target, withinMs: number): Promise<boolean> {
  const ended = new Promise<boolean>((resolve) => to.child.once('exit', () => resolve(true)));
  to.child.kill('SIGTERM');
  return Promise.race([ended, pause(withinMs).then(() => false)]);
}

test.each(['stalls', 'vanishes'] as const)(
  'a log whose reader %s stops nothing, takes no memory without end, and SIGTERM ends the server',
  async (logReader) => {
    const to = await open({ logReader });
    const before = to.memory();
    await makeLines(to, 20_000);
    expect((await ask(to.port, '/ipxe?mac=52-54-00-a1-9c-ae')).body).toBe(script);
    expect(to.memory() - before).toBeLessThan(200 * mebibyte);
    expect(await endsBySignal(to, 60_000)).toBe(true);
  },
  180_000,
);

test('a log that is read again says how many lines were dropped', async () => {
  const to = await open({ logReader: 'stalls' });
  await makeLines(to, 5000);
  let text = '';
  to.child.stderr!.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  for (let tries = 0; tries < 10_000 && !/dropped/.test(text); tries++) {
    await ask(to.port, '/healthz');
    await pause(20);
  }
  const dropped = Number(
    /msg="log lines were dropped, since nobody read standard error for a while" lines=(\d+)/.exec(text)?.[1],
  );
  expect(dropped).toBeGreaterThan(1000);
});

test('with 256 descriptors the server answers machines and probes while others take all they get', async () => {
  const to = await open({ descriptors: 256 });
  const judgement = await attack(to, async () => {
    const texts = ['', 'GET /assets/big HTTP/1.1\r\nHost: h\r\n\r\n', 'GET /ipxe HTTP/1.1\r\n', ''];
    const sockets: Socket[] = [];
    // Slower than the server looks: what it takes for a burst it may refuse.
    for (let i = 0; i < 400; i++) {
      sockets.push(dial(to, texts[i % texts.length]!));
      if (i % 5 === 0) await pause(60);
    }
    await pause(2000);
    for (const socket of sockets) socket.destroy();
  });
  expect(complaints(judgement)).toEqual([]);
  expect(to.log()).toContain('limit=connectionsOfAddress');
});

test('SIGTERM ends the server though a download stalls, and a half of a head does not come', async () => {
  const to = await open({});
  const sockets = [dial(to, 'GET /assets/big HTTP/1.1\r\nHost: h\r\n\r\n'), dial(to, 'GET /ipxe HTTP/1.1\r\n')];
  await new Promise((resolve) => sockets[0]!.once('data', resolve));
  sockets[0]!.pause();
  expect(await endsBySignal(to, 90_000)).toBe(true);
  for (const socket of sockets) socket.destroy();
});

test('a download that was cut off is logged as cut, with the bytes that went out', async () => {
  const to = await open({});
  const socket = dial(to, 'GET /assets/big HTTP/1.1\r\nHost: h\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.resetAndDestroy();
  for (let tries = 0; tries < 10_000 && !/cut off/.test(to.log()); tries++) await pause(20);
  const [, bytes, sent, announced] =
    /level=warning msg="HTTP GET \/assets\/big" bytes=(\d+) .*reason="cut off after (\d+) of (\d+) bytes: the client is gone/.exec(
      to.log(),
    )!;
  expect([sent, announced]).toEqual([bytes, '67108864']);
  expect(Number(bytes)).toBeLessThan(67_108_864);
});
