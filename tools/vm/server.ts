/** Starts the real server on a data directory, on the host or in a network namespace. */
import { spawn } from 'node:child_process';
import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { errorMessage } from '../error-message.ts';
import { fromSource } from '../from-source.ts';
import { matchbox } from '../programs.ts';
import type { Lifetime } from './lifetime.ts';

const getter = fileURLToPath(new URL('get.ts', import.meta.url));
const READY_TIMEOUT_MS = 20_000;

export interface ServerSettings {
  /** Words before the command, which lead into a network namespace. */
  readonly inside?: readonly string[];
  /** To listen on and to ask. */
  readonly address: string;
  readonly port: number;
  /** The data directory. */
  readonly data: string;
  /** The folder of the assets. */
  readonly assets: string;
  /** Its flags about logging. */
  readonly log?: readonly string[];
  /** Further flags. */
  readonly flags?: readonly string[];
  /** The log as it comes. */
  readonly onOutput?: (chunk: Buffer) => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

export interface Server {
  /** Asks from where the server is. */
  get(url: string): Promise<Answer>;
  log(): string;
}

/** Starts a server and waits until it answers. */
export async function startServer(
  lifetime: Lifetime,
  { inside = [], address, port, data, assets, log = ['-log-level=debug'], flags = [], onOutput }: ServerSettings,
): Promise<Server> {
  const [command = '', ...args] = [
    ...inside,
    ...matchbox,
    `-address=${address}:${port}`,
    `-data-path=${data}`,
    `-assets-path=${assets}`,
    ...log,
    ...flags,
  ];
  const server = lifetime.start(command, args, onOutput);
  const get = (url: string): Promise<Answer> => getFrom(inside, url, address);
  const started = Date.now();
  for (;;) {
    try {
      // No machine asks for this, so it is no step of a boot.
      await get(`http://${address}:${port}/readyz`);
      return { get, log: server.output };
    } catch (error) {
      const ended = await Promise.race([server.exited, sleep(200, undefined)]);
      if (ended || Date.now() - started > READY_TIMEOUT_MS) {
        throw new Error(`the server did not start: ${ended?.reason ?? errorMessage(error)}\n${server.output()}`);
      }
    }
  }
}

async function getFrom(inside: readonly string[], url: string, address: string): Promise<Answer> {
  const [command = '', ...args] = [...inside, ...fromSource(getter), url, address];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  const [output, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  if ((await exited) !== 0) throw new Error(Buffer.concat(errors).toString().trim());
  const { status, headers, body } = JSON.parse(Buffer.concat(output).toString()) as Answer & { body: string };
  return { status, headers, body: Buffer.from(body, 'base64') };
}
