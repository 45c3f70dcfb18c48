// Starts the real server on a data directory, on the host or in a network namespace.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../packages/matchbox/dist/main.js', import.meta.url));
const getter = fileURLToPath(new URL('get.js', import.meta.url));
const READY_TIMEOUT_MS = 20_000;

/**
 * Starts a server and waits until it answers.
 *
 * @param settings `inside` words before the command (see namespace.js), `address` and `port` to listen on and to ask,
 * `data` and `assets` folders; `log` its flags about logging and `onOutput(chunk)` for the log as it comes.
 * @returns `{ get(url), log() }`; `get` asks from where the server is and answers `{ status, headers, body: Buffer }`.
 */
export async function startServer(
  lifetime,
  { inside = [], address, port, data, assets, log = ['-log-level=debug'], onOutput },
) {
  const [command, ...args] = [
    ...inside,
    process.execPath,
    entry,
    `-address=${address}:${port}`,
    `-data-path=${data}`,
    `-assets-path=${assets}`,
    ...log,
  ];
  const server = lifetime.start(command, args, onOutput);
  const get = (url) => getFrom(inside, url, address);
  const started = Date.now();
  for (;;) {
    try {
      await get(`http://${address}:${port}/boot.ipxe`);
      return { get, log: server.output };
    } catch (error) {
      const ended = await Promise.race([server.exited, sleep(200)]);
      if (ended || Date.now() - started > READY_TIMEOUT_MS) {
        throw new Error(`the server did not start: ${ended?.reason ?? error.message}\n${server.output()}`);
      }
    }
  }
}

/** A TCP port of 127.0.0.1 that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function getFrom(inside, url, address) {
  const [command, ...args] = [...inside, process.execPath, getter, url, address];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  const [output, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  if ((await exited) !== 0) throw new Error(Buffer.concat(errors).toString().trim());
  const { status, headers, body } = JSON.parse(Buffer.concat(output).toString());
  return { status, headers, body: Buffer.from(body, 'base64') };
}
