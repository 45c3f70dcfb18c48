/** npm run bench -- https: downloads over HTTPS beside nginx with the same cipher suite in the same run. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { cpuSeconds, withFolder } from './child.ts';
import {
  type FileRun,
  type FileServer,
  fileBytes,
  fileColumns,
  makeDataFolder,
  startNginx,
  startProduct,
} from './file-servers.ts';
import { printTable } from './table.ts';

const rounds = 3;
/** What a system that has booted speaks, what iPXE of 2024 speaks, and what iPXE spoke before. */
const suites = [
  ...['1.1', '2'].map((http) => ({
    version: '1.3',
    http,
    name: 'TLS_AES_128_GCM_SHA256',
    client: [`--http${http}`, '--tlsv1.3', '--tls13-ciphers', 'TLS_AES_128_GCM_SHA256'],
  })),
  ...['ECDHE-RSA-AES128-GCM-SHA256', 'AES128-SHA256'].map((name) => ({
    version: '1.2',
    http: '1.1',
    name,
    client: ['--http1.1', '--tls-max', '1.2', '--ciphers', `${name}:@SECLEVEL=0`],
  })),
];
const wanted = { throughput: 0.7, cpu: 2 };

/** A server by its name in the tables. */
type Named = FileServer & { readonly name: string };

/** A row of the table. */
type Row = Readonly<
  Record<'server' | 'HTTP' | 'TLS' | 'suite', string> & Record<'MB/s' | 'CPU s/GiB' | 'peak MiB', number>
>;

export async function main(): Promise<void> {
  await withFolder(async (folder) => {
    makeDataFolder(folder);
    const { cert, key } = makeCertificate(folder);
    const flags = ['-web-ssl', `-web-cert-file=${cert}`, `-web-key-file=${key}`];
    const servers: Named[] = [{ name: 'matchbox', ...(await startProduct(folder, flags)) }];
    try {
      const settings = `ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers ALL:@SECLEVEL=0;`;
      const nginx = await startNginx(folder, { listen: 'ssl http2', settings });
      if (nginx) servers.push({ name: 'nginx', ...nginx });
      else console.log('nginx is not installed (Debian: nginx-light): nothing to compare with');
      const rows = await measure(servers);
      printTable('1 GiB downloads over HTTPS and loopback, by curl', rows);
      if (nginx) printVerdicts(rows);
      console.log(JSON.stringify({ bench: 'https', rows }));
    } finally {
      for (const server of servers) await server.stop();
    }
  });
}

function makeCertificate(folder: string): { cert: string; key: string } {
  const cert = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { cert, key };
}

async function measure(servers: readonly Named[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { version, http, name: suite, client } of suites) {
    const runs = new Map(servers.map(({ name }) => [name, [] as FileRun[]]));
    for (let round = 0; round < rounds; round++) {
      for (const server of servers) {
        const before = cpuSeconds(server.pids);
        const from = performance.now();
        await download(server.port, client);
        const seconds = (performance.now() - from) / 1000;
        runs.get(server.name)!.push({ rate: fileBytes / seconds / 1e6, cpu: cpuSeconds(server.pids) - before });
      }
    }
    for (const { name, pids } of servers) {
      rows.push({
        server: name,
        HTTP: http,
        TLS: version,
        suite,
        ...fileColumns(runs.get(name)!, pids),
      });
    }
  }
  return rows;
}

/** curl throws the bytes away; that it got them all, and over that suite, it says itself. */
function download(port: number, client: readonly string[]): Promise<void> {
  const url = `https://127.0.0.1:${port}/assets/image`;
  const args = ['-ksS', '--fail', '-o', '/dev/null', '-w', '%{size_download}', ...client, url];
  return new Promise<void>((resolve, reject) => {
    const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && Number(text) === fileBytes) resolve();
      else reject(new Error(`curl ended with ${code} and ${text} of ${fileBytes} bytes: ${args.join(' ')}`));
    });
  });
}

function printVerdicts(rows: readonly Row[]): void {
  console.log();
  for (const { name, http } of suites) {
    const [ours, theirs] = rows.filter((row) => row.suite === name && row.HTTP === http);
    if (!ours || !theirs) continue;
    const rate = ours['MB/s'] / theirs['MB/s'];
    const cpu = ours['CPU s/GiB'] / theirs['CPU s/GiB'];
    const met = rate >= wanted.throughput && cpu <= wanted.cpu;
    console.log(
      `${met ? 'met   ' : 'MISSED'}  ${name}, HTTP/${http}: ${rate.toFixed(2)} of nginx's throughput (wanted: ${wanted.throughput}) at ${cpu.toFixed(2)} of its CPU time (wanted: at most ${wanted.cpu})`,
    );
  }
}
