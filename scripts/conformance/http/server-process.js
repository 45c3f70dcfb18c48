// Starts the built server as a child process on a working copy and collects what it logs.
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../packages/matchbox/dist/main.js', import.meta.url));
const startWithinMs = 30_000;
const nobody = 65_534;

/**
 * @param {string} dir the working copy
 * @param {object} flags the scenario's flags.json
 * @param {string[]} more further arguments
 * @returns {Promise<{ port: number, pid: number, logged: () => string[], stop: () => Promise<void> }>}
 */
export async function startServer(dir, flags, more = []) {
  const port = await freePort();
  const values = { dir, data: join(dir, 'data'), addr: `127.0.0.1:${port}` };
  const fill = (text) => text.replace(/\{(dir|data|addr)\}/g, (_, name) => values[name]);
  const args = [
    '-address={addr}',
    '-data-path={data}',
    `-assets-path=${flags.assets_path ?? '{dir}/data/assets'}`,
    ...(flags.flags ?? []),
    ...more,
  ].map(fill);
  const child = spawn(process.execPath, [program, ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, ...flags.env },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(flags.run_as_nobody && process.getuid() === 0 ? { uid: nobody, gid: nobody } : {}),
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  child.once('error', (error) => {
    text += `${error.message}\n`;
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
  };
  try {
    await listening(port, exited, () => text);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, pid: child.pid, logged: () => text.split('\n').filter((line) => line !== ''), stop };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function listening(port, exited, logged) {
  const deadline = Date.now() + startWithinMs;
  let ended;
  exited.then((code) => {
    ended = code;
  });
  while (!(await accepts(port))) {
    if (ended !== undefined) throw new Error(`the server ended with ${ended}: ${logged()}`);
    if (Date.now() > deadline) throw new Error(`the server did not listen within ${startWithinMs} ms: ${logged()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
