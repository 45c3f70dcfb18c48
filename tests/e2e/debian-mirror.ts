/** A Debian mirror for a LAN that reaches nothing else. What it serves comes from where this computer's apt has it from. */
import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { errorMessage } from '../../tools/error-message.ts';
import { fromSource } from '../../tools/from-source.ts';
import type { Lifetime } from '../../tools/vm/lifetime.ts';
import { cache } from '../../tools/vm/packages.ts';
import { archiveOf, downloadFile, hasProxy, MissingFile } from './apt-source.ts';

const relay = fileURLToPath(new URL('socket-relay.ts', import.meta.url));

interface Place {
  /** The words that lead into the network namespace which it is reached in. */
  readonly inside: readonly string[];
  /** A folder of its own. */
  readonly scratch: string;
}

export interface DebianMirror {
  /** What it was asked for and how it answered: `200 /debian/dists/bookworm/Release`. */
  readonly answers: readonly string[];
}

/**
 * Serves `/debian/` and `/debian-security/` at port 80 of the place.
 *
 * @param own files that it has itself, by path
 */
export async function startDebianMirror(
  lifetime: Lifetime,
  { inside, scratch }: Place,
  own: ReadonlyMap<string, string>,
): Promise<DebianMirror> {
  const answers: string[] = [];
  const fetchOnce = fetcher(scratch);
  const respond = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<number> => {
    try {
      return await send(request, response, own.get(path) ?? (await fetchOnce(path)));
    } catch (error) {
      return refuse(response, error instanceof MissingFile ? 404 : 502, errorMessage(error));
    }
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://mirror').pathname;
    void respond(request, response, decodeURIComponent(path)).then((status) => answers.push(`${status} ${path}`));
  });
  const socket = join(scratch, 'mirror.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  lifetime.defer(() => server.close());
  lifetime.defer(() => server.closeAllConnections());
  await relayFrom(lifetime, inside, socket);
  return { answers };
}

/** A process has one network: the mirror stays in this computer's, and another process takes the connections of the LAN. */
async function relayFrom(lifetime: Lifetime, inside: readonly string[], socket: string): Promise<void> {
  const [command = '', ...args] = [...inside, ...fromSource(relay), '80', socket];
  const relayed = lifetime.start(command, args);
  while (!relayed.output().includes('relaying')) {
    const ended = await Promise.race([relayed.exited, sleep(50, undefined)]);
    if (ended) throw new Error(`the Debian mirror of the LAN did not start: ${ended.reason}\n${relayed.output()}`);
  }
}

/** Answers the file of a path on the mirror, which it downloads when it is asked for the first time. */
function fetcher(scratch: string): (path: string) => Promise<string> {
  const archives = [
    ['/debian/', archiveOf('main')],
    ['/debian-security/', archiveOf('security')],
  ] as const;
  const proxy = hasProxy();
  const begun = new Map<string, Promise<string>>();
  const download = async (path: string): Promise<string> => {
    const [prefix, base] = archives.find(([start]) => path.startsWith(start)) ?? [];
    if (prefix === undefined) throw new MissingFile(`${path} is not on a Debian mirror`);
    // What never changes under its name is kept for later runs.
    const lasting = /\/pool\/|\/by-hash\//.test(path);
    const target = join(lasting ? cache : scratch, 'mirror', path);
    if (existsSync(target)) return target;
    mkdirSync(dirname(target), { recursive: true });
    const folder = mkdtempSync(join(scratch, 'fetching-'));
    try {
      await downloadFile(`${base}${path.slice(prefix.length)}`, join(folder, 'file'), proxy);
      // Renamed when it is whole, so that an interrupted download is not taken for the file.
      renameSync(join(folder, 'file'), target);
    } finally {
      rmSync(folder, { recursive: true });
    }
    return target;
  };
  return (path) => {
    const known = begun.get(path) ?? download(path);
    begun.set(path, known);
    return known;
  };
}

function send(request: IncomingMessage, response: ServerResponse, file: string): Promise<number> {
  response.writeHead(200, { 'content-length': statSync(file).size });
  return new Promise((resolve, reject) => {
    response.on('close', () => resolve(200));
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).on('error', reject).pipe(response);
  });
}

function refuse(response: ServerResponse, status: number, why: string): number {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${why}\n`);
  return status;
}
