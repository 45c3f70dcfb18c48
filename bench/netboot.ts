/**
 * npm run bench -- netboot: 1,000 machines that power on within a second, a proxy's answers while HTTP is at 1,000 requests a
 * second, and TFTP beside dnsmasq and atftpd in the same run. Needs root (network namespaces), Debian's atftp, and atftpd and
 * dnsmasq-base to compare with.
 */
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namespaceObstacle, netbootScript, Remote, register, Wire } from '../tests/network/wire.ts';
import { memoryMiB } from './child.ts';
import { median } from './percentile.ts';
import { printTable } from './table.ts';

const machines = 1000;
const rounds = 3;
const fileBytes = 32 * 1024 * 1024;
const windows = [1, 4, 16];
const [loader, image] = ['ipxe.efi', 'image'];

export async function main(): Promise<void> {
  if (namespaceObstacle !== undefined) throw new Error(`the bench of network boot: ${namespaceObstacle}`);
  const folder = await mkdtemp(join(tmpdir(), 'bench-netboot-'));
  const wire = await Wire.open();
  try {
    await wire.run('client', 'ip', ['addr', 'add', '10.77.0.2/16', 'dev', 'eth0']);
    await writeFile(join(folder, loader), Buffer.alloc(1_000_000, 1));
    await writeFile(join(folder, image), Buffer.alloc(fileBytes, 'image'));
    const powerOn = [await powerOnIn(wire, folder, 'proxy'), await powerOnIn(wire, folder, 'dhcp')];
    printTable(`${machines} machines power on within a second`, powerOn);
    const busy = [await answersBesideHttp(wire, folder)];
    printTable('a proxy while HTTP is at 1,000 requests a second', busy);
    const tftp = await measureTftp(wire, folder);
    printTable('TFTP of 32 MiB over a veth pair, blocks of 1468 bytes, MB/s', tftp);
    console.log(JSON.stringify({ bench: 'netboot', powerOn, busy, tftp }));
  } finally {
    await wire.close();
    await rm(folder, { recursive: true });
  }
}

interface PowerOn extends Readonly<Record<string, string | number>> {
  readonly mode: string;
  readonly answered: number;
}

async function powerOnIn(wire: Wire, folder: string, mode: 'proxy' | 'dhcp'): Promise<PowerOn> {
  const range = { first: '10.77.16.0', last: '10.77.31.255' };
  const network = { name: 'rack', mode, answerTo: 'all', subnet: '10.77.0.0/16', ranges: [range] };
  const options = { networks: [network], loaderFolders: [folder], leasePath: join(folder, 'leases') };
  const server = new Remote(wire, 'server', netbootScript(options));
  await server.next((event) => 'ready' in event, 'the server');
  const pid = server.child.pid ?? 0;
  const before = memoryMiB(pid).now;
  const client = new Remote(wire, 'client', clientScript(mode));
  const result = await client.next((event) => 'answered' in event, 'the machines');
  const grown = memoryMiB(pid).peak - before;
  const closed = new Promise((resolve) => server.child.once('close', resolve));
  server.tell({ stop: true });
  await closed;
  return { mode, ...(result as { answered: number }), 'MiB more': Math.round(grown) };
}

/** Sends a DISCOVER each millisecond, and in dhcp mode a REQUEST for each OFFER; milliseconds from packet to answer. */
function clientScript(mode: 'proxy' | 'dhcp'): string {
  const source = (path: string) => JSON.stringify(new URL(`../packages/netboot/src/${path}`, import.meta.url));
  return `
    import { createSocket } from 'node:dgram';
    import { decodePacket, encodePacket, formatMac, macOf, messageTypeOf } from ${source('index.ts')};
    import { addressBytes, clientOptions, sampleMessage } from ${source('dhcp/sample.contract.ts')};
    const [sent, offers, acks] = [new Map(), [], []];
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    const send = (message) => { sent.set(macOf(message), performance.now()); socket.send(encodePacket(message), 67, '255.255.255.255'); };
    const wanted = ${mode === 'dhcp' ? 2 * machines : machines};
    socket.on('message', (bytes) => {
      const { message } = decodePacket(bytes);
      const mac = macOf(message);
      const isOffer = messageTypeOf(message) === 'OFFER';
      (isOffer ? offers : acks).push(performance.now() - sent.get(mac));
      if (isOffer && ${mode === 'dhcp'}) {
        const options = { ...clientOptions.ovmf, 50: addressBytes(message.yourAddress), 54: addressBytes('10.77.0.1') };
        send(sampleMessage('REQUEST', options, { mac, transactionId: message.transactionId }));
      }
      if (offers.length + acks.length === wanted) setTimeout(report, 100);
    });
    const at = (list, share) => Math.round(list.sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] * 100) / 100;
    const report = () => {
      const times = { 'offer p50 ms': at(offers, 0.5), 'p99 ms': at(offers, 0.99), 'max ms': at(offers, 1) };
      const confirmed = acks.length > 0 ? { 'ack p99 ms': at(acks, 0.99) } : {};
      console.log(JSON.stringify({ answered: ${mode === 'dhcp'} ? acks.length : offers.length, ...times, ...confirmed }));
      process.exit(0);
    };
    setTimeout(report, 15_000);
    socket.bind(68, '0.0.0.0', () => {
      socket.setBroadcast(true);
      socket.setRecvBufferSize(4 * 1024 * 1024);
      const started = performance.now();
      let next = 0;
      const timer = setInterval(() => {
        for (; next < ${machines} && next <= performance.now() - started; next++) {
          const mac = formatMac(Uint8Array.of(0x52, 0x54, 0, 0, next >> 8, next & 255));
          send(sampleMessage('DISCOVER', clientOptions.ovmf, { mac, transactionId: 1 + next }));
        }
        if (next === ${machines}) clearInterval(timer);
      }, 1);
    });
  `;
}

const program = fileURLToPath(new URL('../packages/matchbox/src/main.ts', import.meta.url));

/** The product, asked for boot scripts a thousand times a second, and a hundred times by machines that power on. */
async function answersBesideHttp(wire: Wire, folder: string): Promise<Readonly<Record<string, string | number>>> {
  for (const kind of ['groups', 'profiles']) await mkdir(join(folder, 'data', kind), { recursive: true });
  await writeFile(join(folder, 'data/groups/default.json'), '{"profile": "p"}');
  await writeFile(join(folder, 'data/profiles/p.json'), '{"id": "p", "boot": {"kernel": "/k", "args": ["quiet"]}}');
  const flags = [
    '-address=10.77.0.1:8080',
    '-netboot=proxy',
    '-netboot-interface=eth0',
    '-netboot-unknown',
    '-log-level=warn',
  ];
  const paths = [`-data-path=${join(folder, 'data')}`, '-assets-path=', `-loaders=${folder}`];
  const server = wire.start('server', process.execPath, ['--import', register, program, ...flags, ...paths]);
  let stopped = false;
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  void closed.then(() => {
    stopped = true;
  });
  const client = new Remote(wire, 'client', busyScript());
  const result = await client.next((event) => 'answered' in event, 'the machines');
  if (stopped) throw new Error('the server has stopped');
  server.kill('SIGTERM');
  await closed;
  return result as Readonly<Record<string, string | number>>;
}

/** Waits for the server, asks it for two seconds without measuring, and then for five. */
function busyScript(): string {
  const source = (path: string) => JSON.stringify(new URL(`../packages/netboot/src/${path}`, import.meta.url));
  return `
    import { createSocket } from 'node:dgram';
    import { Agent, get } from 'node:http';
    import { decodePacket, encodePacket, formatMac } from ${source('index.ts')};
    import { clientOptions, sampleMessage } from ${source('dhcp/sample.contract.ts')};
    const agent = new Agent({ keepAlive: true, maxSockets: 32 });
    const ask = () => new Promise((resolve) => get('http://10.77.0.1:8080/ipxe?mac=52-54-00-00-00-01', { agent }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode === 200));
    }).once('error', () => resolve(false)));
    while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 100));
    const [sent, times] = [new Map(), []];
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.on('message', (bytes) => {
      const { transactionId } = decodePacket(bytes).message;
      if (sent.has(transactionId)) times.push(performance.now() - sent.get(transactionId));
    });
    await new Promise((resolve) => socket.bind(68, '0.0.0.0', resolve));
    socket.setBroadcast(true);
    const started = performance.now();
    let [asked, answeredHttp, powered] = [0, 0, 0];
    const timer = setInterval(() => {
      const ms = performance.now() - started;
      for (; asked < ms; asked++) void ask().then((isGood) => { answeredHttp += isGood ? 1 : 0; });
      for (; powered < ms / 10; powered++) {
        const mac = formatMac(Uint8Array.of(0x52, 0x54, 0, 1, powered >> 8, powered & 255));
        if (ms > 2000) sent.set(1 + powered, performance.now());
        socket.send(encodePacket(sampleMessage('DISCOVER', clientOptions.ovmf, { mac, transactionId: 1 + powered })), 67, '255.255.255.255');
      }
      if (ms < 7000) return;
      clearInterval(timer);
      setTimeout(report, 1000);
    }, 1);
    const at = (share) => Math.round(times[Math.floor((times.length - 1) * share)] * 100) / 100;
    const report = () => {
      times.sort((a, b) => a - b);
      const shares = { 'offer p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1) };
      console.log(JSON.stringify({ answered: times.length, of: sent.size, ...shares, 'HTTP requests/s': Math.round(answeredHttp / 8) }));
      process.exit(0);
    };
  `;
}

type Start = (wire: Wire, folder: string) => Promise<() => Promise<void>>;

const servers: Readonly<Record<string, Start>> = {
  'netboot, one port': (wire, folder) => startOurs(wire, folder, 'one'),
  'netboot, a port each': (wire, folder) => startOurs(wire, folder, 'each'),
  dnsmasq: (wire, folder) =>
    startOther(wire, 'dnsmasq', [
      '--conf-file=/dev/null',
      '-k',
      '--port=0',
      '--user=root',
      '--pid-file=',
      '--enable-tftp',
      `--tftp-root=${folder}`,
    ]),
  atftpd: (wire, folder) =>
    startOther(wire, 'atftpd', [
      '--daemon',
      '--no-fork',
      '--bind-address',
      '10.77.0.1',
      '--user',
      'root',
      '--group',
      'root',
      folder,
    ]),
};

async function measureTftp(wire: Wire, folder: string): Promise<Readonly<Record<string, string | number>>[]> {
  const there = Object.entries(servers).filter(([name]) => name.startsWith('netboot') || isInstalled(name));
  const rates = new Map(there.map(([name]) => [name, new Map(windows.map((window) => [window, [] as number[]]))]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, start] of there) {
      const stop = await start(wire, folder);
      for (const window of windows)
        rates
          .get(name)
          ?.get(window)
          ?.push(await fetchImage(wire, folder, window));
      await stop();
    }
  }
  return Array.from(rates, ([server, byWindow]) => ({
    server,
    ...Object.fromEntries(
      Array.from(byWindow, ([window, list]) => [`window ${window}`, Math.round(median(list) * 10) / 10]),
    ),
  }));
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** MB/s of one download by Debian's atftp, the same client for every server. */
async function fetchImage(wire: Wire, folder: string, window: number): Promise<number> {
  const target = join(folder, 'got');
  const options = ['--option', 'blksize 1468', ...(window > 1 ? ['--option', `windowsize ${window}`] : [])];
  const started = performance.now();
  await wire.run('client', 'atftp', [...options, '-g', '-r', image, '-l', target, '10.77.0.1'], 120_000);
  const seconds = (performance.now() - started) / 1000;
  const { size } = await stat(target);
  if (size !== fileBytes) throw new Error(`${size} bytes of ${fileBytes} came`);
  await rm(target);
  return fileBytes / 1e6 / seconds;
}

async function startOurs(wire: Wire, folder: string, dataPorts: 'one' | 'each'): Promise<() => Promise<void>> {
  const options = {
    networks: [{ name: 'rack', mode: 'proxy', answerTo: 'all' }],
    tftp: { folders: [folder], dataPorts },
  };
  const server = new Remote(wire, 'server', netbootScript(options));
  await server.next((event) => 'ready' in event, 'the server');
  return () => ended(server.child, () => server.tell({ stop: true }));
}

async function startOther(wire: Wire, command: string, args: readonly string[]): Promise<() => Promise<void>> {
  const child = wire.start('server', command, args);
  // Both have bound their port when they say so, or have read their arguments; a first request that is lost is repeated.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return () => ended(child, () => child.kill());
}

function ended(child: Remote['child'], stop: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  stop();
  return closed;
}
