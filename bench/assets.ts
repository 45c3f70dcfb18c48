/** npm run bench -- assets: throughput and CPU time of downloads beside nginx in the same run; memory with stalled clients. */

import { connect, type Socket } from 'node:net';
import { cpuSeconds, memoryMiB, runScript, withFolder } from './child.ts';
import {
  type FileRun,
  type FileServer,
  fileBytes,
  fileColumns,
  makeDataFolder,
  smallFileBytes,
  startNginx,
  startProduct,
} from './file-servers.ts';
import { printTable } from './table.ts';

const rounds = 5;
const stalledClients = 500;

/** What is downloaded: `times` over each connection. Wanted are parts of nginx's throughput and of its CPU time, or CPU s/GiB. */
interface Size {
  readonly title: string;
  readonly path: string;
  readonly bytes: number;
  readonly times: number;
  readonly wanted: { readonly throughput: number; readonly cpu?: number; readonly cpuSeconds?: number };
}

const sizes: readonly Size[] = [
  { title: '1 GiB', path: '/assets/image', bytes: fileBytes, times: 1, wanted: { throughput: 0.7, cpuSeconds: 0.35 } },
  {
    title: '1 MiB',
    path: '/assets/small',
    bytes: smallFileBytes,
    times: 400,
    wanted: { throughput: 0.7, cpu: 2.5 },
  },
];

/** A server by its name in the tables. */
type Named = FileServer & { readonly name: string };

/** A row of the table. */
type Row = Readonly<Record<'server', string> & Record<'connections' | 'MB/s' | 'CPU s/GiB' | 'peak MiB', number>>;

export async function main(): Promise<void> {
  await withFolder(async (folder) => {
    makeDataFolder(folder);
    const product = { name: 'matchbox', ...(await startProduct(folder)) };
    const servers: Named[] = [product];
    try {
      const nginx = await startNginx(folder);
      if (nginx) servers.push({ name: 'nginx', ...nginx });
      else console.log('nginx is not installed (Debian: nginx-light): nothing to compare with');
      const results = [];
      for (const size of sizes) {
        const rows = await measure(servers, size);
        printTable(`${size.title} downloads over loopback`, rows);
        results.push({ size: size.title, rows });
        if (nginx) printVerdicts(rows, size);
      }
      const stalled = await measureStalled(product);
      printTable(`memory of matchbox while ${stalledClients} clients have stalled in a download`, [stalled]);
      console.log(JSON.stringify({ bench: 'assets', results, stalled }));
    } finally {
      for (const server of servers) await server.stop();
    }
  });
}

async function measure(servers: readonly Named[], { path, bytes: size, times }: Size): Promise<Row[]> {
  const rows: Row[] = [];
  for (const connections of [1, 4]) {
    const runs = new Map(servers.map(({ name }) => [name, [] as FileRun[]]));
    for (let round = 0; round < rounds; round++) {
      for (const server of servers) {
        const before = cpuSeconds(server.pids);
        const { bytes, seconds } = await runScript<{ bytes: number; seconds: number }>('download.ts', [
          server.port,
          path,
          connections,
          times,
        ]);
        if (bytes < connections * times * size) throw new Error(`${server.name} sent only ${bytes} bytes`);
        const cpu = cpuSeconds(server.pids) - before;
        runs.get(server.name)!.push({ rate: bytes / seconds / 1e6, cpu: cpu / (bytes / 1024 ** 3) });
      }
    }
    for (const { name, pids } of servers) {
      rows.push({
        server: name,
        connections,
        ...fileColumns(runs.get(name)!, pids),
      });
    }
  }
  return rows;
}

/** Clients that ask for a gigabyte and read nothing: each may cost a buffer or two, not a gigabyte. */
async function measureStalled({ port, pids: [pid] }: FileServer): Promise<Record<string, number>> {
  const before = memoryMiB(pid).now;
  const sockets = await Promise.all(
    Array.from({ length: stalledClients }, () => {
      return new Promise<Socket>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1' });
        socket.on('error', () => {});
        socket.once('connect', () => {
          socket.pause();
          socket.write('GET /assets/image HTTP/1.1\r\nHost: x\r\n\r\n');
          resolve(socket);
        });
      });
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const during = memoryMiB(pid).now;
  const alive = sockets.filter((socket) => !socket.destroyed).length;
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    'MiB before': before,
    'MiB during': during,
    'KiB a client': Math.round(((during - before) * 1024) / stalledClients),
    'still connected': alive,
  };
}

function printVerdicts(rows: readonly Row[], { wanted }: Size): void {
  console.log();
  for (const connections of [1, 4]) {
    const [ours, theirs] = rows.filter((row) => row.connections === connections);
    if (!ours || !theirs) continue;
    const rate = ours['MB/s'] / theirs['MB/s'];
    const cpu = ours['CPU s/GiB'] / theirs['CPU s/GiB'];
    const cheap = wanted.cpu === undefined ? ours['CPU s/GiB'] <= wanted.cpuSeconds! : cpu <= wanted.cpu;
    const bar = wanted.cpu === undefined ? `${wanted.cpuSeconds} s/GiB` : `${wanted.cpu} of it`;
    console.log(
      `${rate >= wanted.throughput && cheap ? 'met   ' : 'MISSED'}  ${connections} at once: ${rate.toFixed(2)} of nginx's throughput (wanted: ${wanted.throughput}) at ${cpu.toFixed(2)} of its CPU time (wanted: at most ${bar})`,
    );
  }
}
