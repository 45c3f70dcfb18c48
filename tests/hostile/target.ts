/** The product as a process of its own under attack, beside a bare server that shows what the machine is like meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tools/ports.ts';
import { matchbox, type Words } from '../../tools/programs.ts';

export const fixtures = fileURLToPath(new URL('../../golden/matchbox/_fixtures', import.meta.url));

/** What becomes of the lines that the server writes. */
export type LogReader = 'file' | 'stalls' | 'vanishes';

export interface TargetOptions {
  readonly logReader?: LogReader;
  /** `ulimit -n` */
  readonly descriptors?: number;
  /** Otherwise that of tests. */
  readonly program?: Words;
}

export interface Target {
  readonly port: number;
  readonly httpsPort: number;
  /** Of the gRPC API; its clients show the certificate in `fixtures`. */
  readonly rpcPort: number;
  readonly pid: number;
  /** Of a bare server on the same machine. */
  readonly controlPort: number;
  readonly folder: string;
  readonly child: ChildProcess;
  log(): string;
  /** Resident bytes. */
  memory(): number;
  descriptors(): number;
  close(): Promise<void>;
}

export const bigBytes = 64 * 1024 * 1024;
/** What a well-behaved machine gets. */
export const script = '#!ipxe\nkernel /assets/big quiet\ninitrd /assets/small\nboot\n';

function writeData(folder: string): void {
  for (const kind of ['groups', 'profiles', 'generic', 'ignition', 'assets']) mkdirSync(join(folder, kind));
  const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
  write(
    'groups/node.json',
    '{"id":"node","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"},"metadata":{"pet":"dog"}}',
  );
  write(
    'profiles/p.json',
    '{"id":"p","boot":{"kernel":"/assets/big","initrd":["/assets/small"],"args":["quiet"]},"generic_id":"g","ignition_id":"i.bu"}',
  );
  write(
    'generic/g',
    `{{range .numbers}}{{.}}{{end}}${'{{.request.raw_query}}\n'.repeat(200)}`.replace(
      '{{range .numbers}}{{.}}{{end}}',
      '',
    ),
  );
  write(
    'ignition/i.bu',
    'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /etc/asked\n      contents:\n        inline: "{{.request.query.mac}}"\n',
  );
  write('assets/big', Buffer.alloc(bigBytes, 'b'));
  write('assets/small', 'small');
}

/** Starts both, and resolves when both answer. */
export async function openTarget({
  logReader = 'file',
  descriptors,
  program = matchbox,
}: TargetOptions = {}): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-hostile-'));
  writeData(folder);
  const [port, httpsPort, controlPort] = [await freePort(), await freePort(), await freePort()];
  const rpcPort = await freePort();
  const [node, file] = program;
  const flags = [
    `-address=127.0.0.1:${port}`,
    `-web-ssl-address=127.0.0.1:${httpsPort}`,
    `-web-cert-file=${fixtures}/certs/server.crt`,
    `-web-key-file=${fixtures}/certs/server.key`,
    `-key-ring-path=${fixtures}/keys/plain.gpg`,
    `-rpc-address=127.0.0.1:${rpcPort}`,
    `-ca-file=${fixtures}/certs/ca.crt`,
    `-cert-file=${fixtures}/certs/server.crt`,
    `-key-file=${fixtures}/certs/server.key`,
    `-data-path=${folder}`,
    `-assets-path=${folder}/assets`,
  ];
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
  const words = [node, '--max-old-space-size=512', file, ...flags].map((word) => `'${word}'`).join(' ');
  const logFile = join(folder, 'log');
  const child = spawn('/bin/sh', ['-c', `${limit}exec ${words}`], {
    stdio: ['ignore', 'ignore', logReader === 'file' ? openSync(logFile, 'a') : 'pipe'],
  });
  const control = spawn(process.execPath, [
    '-e',
    `require('node:http').createServer((_, response) => response.end('ok\\n')).listen(${controlPort}, '127.0.0.1')`,
  ]);
  const ended = [child, control].map((each) => new Promise((resolve) => each.once('exit', resolve)));
  await Promise.all([until(port), until(httpsPort), until(rpcPort), until(controlPort)]);
  if (logReader === 'vanishes') child.stderr?.destroy();
  const pid = child.pid!;
  return {
    port,
    httpsPort,
    rpcPort,
    pid,
    controlPort,
    folder,
    child,
    log: () => readFileSync(logFile, 'utf8'),
    memory: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024,
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    close: async () => {
      child.kill('SIGKILL');
      control.kill('SIGKILL');
      await Promise.all(ended);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function until(port: number): Promise<void> {
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries > 20_000) throw new Error(`nothing listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
