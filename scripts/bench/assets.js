// npm run bench -- assets: throughput and CPU time of downloads beside nginx in the same run; memory with stalled clients.

import { connect } from 'node:net';
import { cpuSeconds, median, memoryMiB, printTable, runScript, withFolder } from './child.js';
import { fileBytes, makeDataFolder, startNginx, startProduct } from './file-servers.js';

const rounds = 5;
const stalledClients = 500;
const wanted = { throughput: 0.7, cpu: 2 };

export async function main() {
  await withFolder(async (folder) => {
    makeDataFolder(folder);
    const servers = [{ name: 'matchbox', ...(await startProduct(folder)) }];
    try {
      const nginx = await startNginx(folder);
      if (nginx) servers.push({ name: 'nginx', ...nginx });
      else console.log('nginx is not installed (Debian: nginx-light): nothing to compare with');
      const rows = await measure(servers);
      const stalled = await measureStalled(servers[0]);
      printTable('1 GiB downloads over loopback', rows);
      printTable(`memory of matchbox while ${stalledClients} clients have stalled in a download`, [stalled]);
      if (nginx) printVerdicts(rows);
      console.log(JSON.stringify({ bench: 'assets', rows, stalled }));
    } finally {
      for (const server of servers) await server.stop();
    }
  });
}

async function measure(servers) {
  const rows = [];
  for (const connections of [1, 4]) {
    const runs = new Map(servers.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const server of servers) {
        const before = cpuSeconds(server.pids);
        const { bytes, seconds } = await runScript('download.js', [server.port, '/assets/image', connections]);
        if (bytes < connections * fileBytes) throw new Error(`${server.name} sent only ${bytes} bytes`);
        const cpu = cpuSeconds(server.pids) - before;
        runs.get(server.name).push({ rate: bytes / seconds / 1e6, cpu: cpu / (bytes / 1024 ** 3) });
      }
    }
    for (const { name, pids } of servers) {
      const list = runs.get(name);
      rows.push({
        server: name,
        connections,
        'MB/s': Math.round(median(list.map(({ rate }) => rate))),
        'CPU s/GiB': Number(median(list.map(({ cpu }) => cpu)).toFixed(2)),
        'peak MiB': Math.max(...pids.map((pid) => memoryMiB(pid).peak)),
      });
    }
  }
  return rows;
}

/** Clients that ask for a gigabyte and read nothing: each may cost a buffer or two, not a gigabyte. */
async function measureStalled({ port, pids: [pid] }) {
  const before = memoryMiB(pid).now;
  const sockets = await Promise.all(
    Array.from({ length: stalledClients }, () => {
      return new Promise((resolve) => {
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

function printVerdicts(rows) {
  console.log();
  for (const connections of [1, 4]) {
    const [ours, theirs] = rows.filter((row) => row.connections === connections);
    const rate = ours['MB/s'] / theirs['MB/s'];
    const cpu = ours['CPU s/GiB'] / theirs['CPU s/GiB'];
    const met = rate >= wanted.throughput && cpu <= wanted.cpu;
    console.log(
      `${met ? 'met   ' : 'MISSED'}  ${connections} at once: ${rate.toFixed(2)} of nginx's throughput (wanted: ${wanted.throughput}) at ${cpu.toFixed(2)} of its CPU time (wanted: at most ${wanted.cpu})`,
    );
  }
}
