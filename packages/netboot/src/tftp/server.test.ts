import { execFile } from 'node:child_process';
import { createSocket, Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bytesOf } from '../dhcp/sample.contract.ts';
import { openServedFile } from './files.ts';
import { decodeTftp, encodeTftp, type TftpOptions, type TftpPacket } from './packet.ts';
import { TftpServer, type TftpServerOptions } from './server.ts';
import type { TransferRecord } from './sessions.ts';

let folder: string;
const big = Uint8Array.from({ length: 700_001 }, (_, index) => (index * 7 + (index >> 8)) & 255);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftp-'));
  await mkdir(join(folder, 'root/sub'), { recursive: true });
  await writeFile(join(folder, 'root/big'), big);
  await writeFile(join(folder, 'root/sub/text'), 'one\ntwo\n');
  await writeFile(join(folder, 'secret'), 'secret');
  await symlink('../secret', join(folder, 'root/out'));
  await symlink('sub/text', join(folder, 'root/inside'));
  await promisify(execFile)('mkfifo', [join(folder, 'root/fifo')]);
});
afterAll(() => rm(folder, { recursive: true }));

class Client {
  readonly socket: Socket = createSocket('udp4');
  readonly #port: number;
  /** The port that the last packet came from. */
  from = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async exchange(packet: TftpPacket, to = this.#port): Promise<TftpPacket> {
    const answer = once(this.socket, 'message');
    this.socket.send(encodeTftp(packet), to, '127.0.0.1');
    const [bytes, { port }] = (await answer) as [Buffer, { port: number }];
    this.from = port;
    return decodeTftp(bytes).packet!;
  }

  /** Fetches a file block by block. */
  async fetch(name: string, options: TftpOptions = [], mode = 'octet'): Promise<Uint8Array> {
    let packet = await this.exchange({ kind: 'read', name, mode, options });
    const blocks: Uint8Array[] = [];
    if (packet.kind === 'options') packet = await this.exchange({ kind: 'acknowledgement', block: 0 }, this.from);
    const size = Number(options.find(([option]) => option === 'blksize')?.[1] ?? 512);
    for (;;) {
      if (packet.kind !== 'data') throw new Error(JSON.stringify(packet));
      blocks.push(packet.data);
      if (packet.data.length < size) break;
      packet = await this.exchange({ kind: 'acknowledgement', block: packet.block }, this.from);
    }
    this.socket.send(encodeTftp({ kind: 'acknowledgement', block: packet.block }), this.from, '127.0.0.1');
    return Buffer.concat(blocks);
  }
}

async function serve(
  more: Partial<TftpServerOptions>,
  use: (client: Client, records: TransferRecord[], server: TftpServer) => Promise<void>,
) {
  const records: TransferRecord[] = [];
  const server = await TftpServer.open({
    address: '127.0.0.1',
    port: 0,
    dataPorts: 'one',
    files: {
      inMemory: (path) => (path === 'ipxe.efi' ? bytesOf('loader') : undefined),
      folders: [join(folder, 'root')],
    },
    onTransfer: (record) => records.push(record),
    ...more,
  });
  const client = new Client(server.port);
  try {
    await use(client, records, server);
  } finally {
    client.socket.close();
    await server.close();
  }
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe.each(['one', 'each'] as const)('TftpServer with data ports: %s', (dataPorts) => {
  test('serves loaders from memory and files from the disk', () =>
    serve({ dataPorts }, async (client, records, server) => {
      expect(await client.fetch('ipxe.efi')).toEqual(Buffer.from('loader'));
      expect(client.from === server.port).toBe(dataPorts === 'one');
      expect(Buffer.compare(await client.fetch('/big', [['blksize', '1468']]), big)).toBe(0);
      await until(() => records.length === 2);
      expect(records.map(({ ending, name, sizeBytes }) => [ending, name, sizeBytes])).toEqual([
        ['sent', 'ipxe.efi', 6],
        ['sent', '/big', 700_001],
      ]);
    }));

  test('takes EDK2’s second look for what it is: the size, an error, and a new request from another port', () =>
    serve({ dataPorts }, async (client, records) => {
      const asked: TftpOptions = [
        ['tsize', '0'],
        ['blksize', '1468'],
        ['windowsize', '4'],
      ];
      expect(await client.exchange({ kind: 'read', name: 'big', mode: 'octet', options: asked })).toEqual({
        kind: 'options',
        options: [
          ['tsize', '700001'],
          ['blksize', '1468'],
          ['windowsize', '4'],
        ],
      });
      client.socket.send(
        encodeTftp({ kind: 'error', code: 8, text: 'User aborted the transfer' }),
        client.from,
        '127.0.0.1',
      );
      await until(() => records.length === 1);
      expect(records[0]!.ending).toBe('aborted');
    }));

  test('tells a stranger so, and goes on with the transfer', () =>
    serve({ dataPorts }, async (client, _records, server) => {
      await client.exchange({ kind: 'read', name: 'big', mode: 'octet', options: [] });
      const stranger = new Client(server.port);
      expect(await stranger.exchange({ kind: 'acknowledgement', block: 1 }, client.from)).toEqual({
        kind: 'error',
        code: 5,
        text: 'unknown transfer',
      });
      stranger.socket.close();
      expect(await client.exchange({ kind: 'acknowledgement', block: 1 }, client.from)).toMatchObject({
        kind: 'data',
        block: 2,
      });
    }));
});

test('TftpServer sends windows whole', () =>
  serve({}, async (client) => {
    await client.exchange({ kind: 'read', name: 'big', mode: 'octet', options: [['windowsize', '3']] });
    const got: number[] = [];
    client.socket.on('message', (bytes) => {
      const { packet } = decodeTftp(bytes);
      if (packet?.kind === 'data') got.push(packet.block);
    });
    await client.exchange({ kind: 'acknowledgement', block: 0 }, client.from);
    await until(() => got.length === 3);
    await client.exchange({ kind: 'acknowledgement', block: 3 }, client.from);
    await until(() => got.length === 6);
    expect(got).toEqual([1, 2, 3, 4, 5, 6]);
  }));

test('TftpServer leaves the packets alone that node:dgram is yet to send, since the kernel had no room for them', async () => {
  const send = Socket.prototype.send as (this: Socket, bytes: Uint8Array, port: number, address: string) => void;
  const later = function (this: Socket, bytes: Uint8Array, port: number, address: string) {
    setTimeout(() => {
      try {
        send.call(this, bytes, port, address);
      } catch {
        // The test is over, and the socket closed.
      }
    }, 1);
  };
  const spies = [
    vi.spyOn(Socket.prototype, 'send').mockImplementation(later as typeof Socket.prototype.send),
    vi.spyOn(Socket.prototype, 'getSendQueueCount').mockReturnValue(1),
  ];
  const files = new Map(['a', 'b', 'c'].map((name) => [name, new Uint8Array(10_000).fill(name.charCodeAt(0))]));
  try {
    await serve(
      { files: { inMemory: (name) => files.get(name), folders: [] } },
      async (_client, _records, { port }) => {
        const clients = [new Client(port), new Client(port), new Client(port)];
        const got = await Promise.all([...files.keys()].map((name, index) => clients[index]!.fetch(name)));
        expect(got.map((bytes) => [...new Set(bytes)])).toEqual([[97], [98], [99]]);
        // So that what is still on its way has a socket to leave by.
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const { socket } of clients) socket.close();
      },
    );
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});

test('TftpServer says that a file has become shorter while it was sent', async () => {
  const path = join(folder, 'root/shrinks');
  await writeFile(path, big);
  await serve({}, async (client, records) => {
    await client.exchange({ kind: 'read', name: 'shrinks', mode: 'octet', options: [] });
    await truncate(path, 600);
    let packet: TftpPacket = { kind: 'data', block: 1, data: bytesOf() };
    while (packet.kind === 'data')
      packet = await client.exchange({ kind: 'acknowledgement', block: packet.block }, client.from);
    expect(packet).toEqual({ kind: 'error', code: 0, text: 'cannot read the file' });
    expect(records.map(({ ending }) => ending)).toEqual(['unreadable']);
  });
});

test('TftpServer withholds what a client is not to have', async () => {
  const asked: string[] = [];
  const withholds = async (path: string, { address }: { readonly address: string }) => {
    asked.push(`${path} ${address}`);
    return path === 'big';
  };
  await serve({ withholds }, async (client, records) => {
    const refused = await client.exchange({ kind: 'read', name: 'big', mode: 'octet', options: [] });
    expect(refused).toEqual({ kind: 'error', code: 1, text: 'this machine boots from its disk' });
    expect(Buffer.from(await client.fetch('sub/text')).toString()).toBe('one\ntwo\n');
    expect(asked).toEqual(['big 127.0.0.1', 'sub/text 127.0.0.1']);
    expect(records.map(({ ending }) => ending)).toContain('withheld');
  });
});

test('TftpServer says who has the port', () =>
  serve({}, async (_client, _records, server) => {
    const again = TftpServer.open({
      address: '127.0.0.1',
      port: server.port,
      dataPorts: 'one',
      files: { inMemory: () => undefined, folders: [] },
    });
    await expect(again).rejects.toThrow(
      `cannot listen on UDP 127.0.0.1:${server.port}: the port is in use by another program (ss -lunp shows which)`,
    );
  }));

test.each([
  ['sub/text', 'octet', 'one\ntwo\n'],
  ['inside', 'octet', 'one\ntwo\n'],
  ['sub/text', 'netascii', 'one\r\ntwo\r\n'],
  ['ipxe.efi', 'octet', 'loader'],
] as const)('openServedFile finds %s in %s', async (path, mode, text) => {
  const file = await openServedFile(
    {
      inMemory: (name) => (name === 'ipxe.efi' ? bytesOf('loader') : undefined),
      folders: ['/none', join(folder, 'root')],
    },
    path,
    mode,
  );
  if (typeof file === 'string') throw new Error(file);
  expect(Buffer.from(await file.read(0, file.sizeBytes)).toString()).toBe(text);
  file.close();
});

test.each(['', 'sub', 'out', 'none', 'big/x', 'fifo'])(
  'openServedFile finds nothing to serve under %j',
  async (path) => {
    expect(await openServedFile({ inMemory: () => undefined, folders: [join(folder, 'root')] }, path, 'octet')).toBe(
      'missing',
    );
  },
);

test('TftpServer reads texts of no more than 256 KiB as netascii, from wherever they come', () =>
  serve({ files: { inMemory: () => new Uint8Array(256 * 1024 + 1), folders: [] } }, async (client) => {
    const answer = await client.exchange({ kind: 'read', name: 'x', mode: 'netascii', options: [] });
    expect(answer.kind).toBe('error');
    expect((await client.exchange({ kind: 'read', name: 'x', mode: 'octet', options: [] })).kind).toBe('data');
  }));
