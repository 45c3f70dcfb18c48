// Runs one recorded command line of the server on a working copy and collects what it does.
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { exchange } from '../http/raw-client.js';

export const program = fileURLToPath(new URL('../../../packages/matchbox/dist/main.js', import.meta.url));
/** Generous, since the machine may be busy with other tests; only a server that comes up unasked waits that long. */
const endsWithinMs = 60_000;
/** A server that came up though nobody probes it is let go after this. */
const unaskedMs = 2_000;

/** @returns {Promise<{ exitCode, signal, stdout, stderr, probe?, values }>} `values`: what the placeholders stood for */
export async function runServer(dir, { args, env = {}, probe, occupy, signal = 'SIGTERM' }) {
  const [port, rpcPort] = [await freePort(), await freePort()];
  const occupant = occupy ? await listen() : undefined;
  const values = {
    dir,
    data: `${dir}/data`,
    addr: `127.0.0.1:${port}`,
    rpcaddr: `127.0.0.1:${rpcPort}`,
    badaddr: `127.0.0.1:${occupant?.address().port}`,
    argv0: program,
  };
  const fill = (text) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const child = spawn(process.execPath, [program, ...args.map(fill)], {
    cwd: dir,
    env: { PATH: process.env.PATH, ...Object.fromEntries(Object.entries(env).map(([k, v]) => [k, fill(v)])) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      output[name] += chunk;
    });
  }
  const ended = new Promise((resolve) => {
    child.once('close', (exitCode, by) => resolve({ exitCode, signal: by }));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
  if (!probe) {
    child.stderr.on('data', () => {
      if (/Starting matchbox HTTPS? server/.test(output.stderr))
        setTimeout(() => child.kill('SIGTERM'), unaskedMs).unref();
    });
  }
  let answer;
  if (probe && (await accepts(port, ended))) {
    answer = await exchange({
      port,
      tls: probe.tls,
      request: { method: 'GET', target: probe.target, headers: { Host: 'x', Connection: 'close' } },
    });
    child.kill(signal);
  }
  const end = await ended;
  clearTimeout(timer);
  occupant?.close();
  return { ...end, ...output, probe: answer, values };
}

function listen() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function freePort() {
  const server = await listen();
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether the server comes to listen before it ends. */
async function accepts(port, ended) {
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!over) {
    const open = await new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
