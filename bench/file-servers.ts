/** The servers that hand out a large file: the product, and nginx beside it. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../tools/ports.ts';
import { memoryMiB, program, startServer } from './child.ts';
import { median } from './percentile.ts';

export const fileBytes = 1024 ** 3;
export const smallFileBytes = 1024 ** 2;

export interface FileServer {
  readonly port: number;
  /** All of its processes, the first one first. */
  readonly pids: readonly [number, ...number[]];
  stop(): Promise<void>;
}

/** What a run of downloads has come to: megabytes a second, and CPU seconds a gigabyte. */
export interface FileRun {
  readonly rate: number;
  readonly cpu: number;
}

/** The columns of the table that tell what several runs came to. */
export function fileColumns(runs: readonly FileRun[], pids: readonly number[]) {
  return {
    'MB/s': Math.round(median(runs.map(({ rate }) => rate))),
    'CPU s/GiB': Number(median(runs.map(({ cpu }) => cpu)).toFixed(2)),
    'peak MiB': Math.max(...pids.map((pid) => memoryMiB(pid).peak)),
  };
}

/** @param more further flags */
export async function startProduct(folder: string, more: readonly string[] = []): Promise<FileServer> {
  const port = await freePort();
  const args = [`-address=127.0.0.1:${port}`, `-data-path=${folder}`, `-assets-path=${folder}/assets`, ...more];
  const { pid, stop } = await startServer([...program, ...args], { port, logFile: join(folder, 'log') });
  return { port, pids: [pid], stop };
}

/**
 * @param options what follows the port in `listen`, and more settings of the server
 * @returns undefined when nginx is not installed
 */
export async function startNginx(
  folder: string,
  { listen = '', settings = '' }: { readonly listen?: string; readonly settings?: string } = {},
): Promise<FileServer | undefined> {
  if (spawnSync('nginx', ['-v']).error) return undefined;
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const configuration = join(folder, 'nginx.conf');
  writeFileSync(
    configuration,
    `worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; ${temporary.join(' ')}
  server { listen 127.0.0.1:${port} ${listen}; ${settings} location /assets/ { alias ${folder}/assets/; } } }
`,
  );
  const { pid, stop } = await startServer(['nginx', '-c', configuration, '-e', `${folder}/nginx.log`], {
    port,
    logFile: join(folder, 'nginx.log'),
  });
  // The kernel accepts connections before there is a worker.
  let workers: number[] = [];
  while (workers.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  }
  return { port, pids: [pid, ...workers], stop };
}

/** An empty data directory, with a large and a small file of random bytes: `/assets/image`, `/assets/small`. */
export function makeDataFolder(folder: string): void {
  for (const name of ['assets', 'groups', 'profiles']) mkdirSync(join(folder, name));
  writeLargeFile(join(folder, 'assets/image'));
  writeFileSync(join(folder, 'assets/small'), randomBytes(smallFileBytes));
}

function writeLargeFile(path: string): void {
  const block = randomBytes(1024 * 1024);
  const fd = openSync(path, 'w');
  for (let written = 0; written < fileBytes; written += block.length) writeSync(fd, block);
  closeSync(fd);
}
