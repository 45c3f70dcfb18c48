/** The TFTP server's sockets: port 69, and a port for each transfer where that is wanted. */
import type { Socket } from 'node:dgram';
import type { Endpoint } from '../decide/decision.ts';
import { closeUdp, openUdp } from '../socket/udp.ts';
import { BlockSpace } from './blocks.ts';
import { type FileSource, openServedFile, type ServedFile } from './files.ts';
import {
  defaultSessionLimits,
  type Effect,
  type SessionLimits,
  TftpSessions,
  type TransferRecord,
} from './sessions.ts';
import { Vigil } from './vigil.ts';

export interface TftpServerOptions {
  /** The served interface's address. */
  readonly address: string;
  /** 69; 0 for any. */
  readonly port: number;
  /** A socket that somebody else has bound. */
  readonly descriptor?: number;
  /**
   * `one`: everything from the port that requests come to, which survives address translation and firewalls that open
   * only 69. `each`: a new port for each transfer, as RFC 1350 has it.
   */
  readonly dataPorts: 'one' | 'each';
  readonly files: FileSource;
  /** Whether a client is not to have a file now. */
  readonly withholds?: (path: string, client: Endpoint) => Promise<boolean>;
  readonly limits?: SessionLimits;
  /** Every transfer when it has come to its end, and every request that was refused. */
  readonly onTransfer?: (record: TransferRecord) => void;
}

/** How often it is looked for what has to be repeated. */
const tickMs = 100;

export class TftpServer {
  readonly #options: TftpServerOptions;
  readonly #socket: Socket;
  readonly #sessions: TftpSessions<ServedFile>;
  /** A transfer's own socket, by the client that it is for. */
  readonly #dataSockets = new Map<string, Socket>();
  readonly #timer: NodeJS.Timeout;
  #space = new BlockSpace();
  readonly #vigil = new Vigil();
  #isAwake = false;

  private constructor(options: TftpServerOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.#sessions = new TftpSessions(options.limits ?? defaultSessionLimits);
    socket.on('message', (bytes, from) => {
      if (canBeAnswered(from)) this.#receive(bytes, endpointOf(from));
    });
    // ICMP errors of clients that are gone; the repetitions come to their end.
    socket.on('error', () => undefined);
    this.#timer = setInterval(() => this.#run(this.#sessions.tick(now())), tickMs);
  }

  /** @throws SocketError when the port cannot be bound */
  static async open(options: TftpServerOptions): Promise<TftpServer> {
    return new TftpServer(options, await openUdp({ ...options, shared: false }));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** How many transfers there are. */
  get transfers(): number {
    return this.#sessions.size;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#run(this.#sessions.endAll(now()));
    await Promise.all([this.#socket, ...this.#dataSockets.values()].map(closeUdp));
  }

  #receive(bytes: Uint8Array, client: Endpoint): void {
    const nowMs = now();
    this.#vigil.heard(nowMs);
    this.#run(this.#sessions.receive(bytes, client, nowMs));
  }

  #run(effects: readonly Effect<ServedFile>[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'open':
          void this.#open(effect.client, effect.path, effect.mode);
          break;
        case 'send':
          this.#send(effect.bytes, effect.to);
          break;
        case 'send_blocks':
          this.#sendBlocks(effect);
          break;
        case 'ended':
          effect.file?.close();
          this.#closeDataSocket(effect.record.client);
          this.#options.onTransfer?.(effect.record);
      }
    }
  }

  async #open(client: Endpoint, path: string, mode: 'octet' | 'netascii'): Promise<void> {
    this.#vigil.begun();
    const { files, withholds } = this.#options;
    const isWithheld = (await withholds?.(path, client)) ?? false;
    const file = isWithheld ? 'withheld' : await openServedFile(files, path, mode);
    if (typeof file === 'object' && this.#options.dataPorts === 'each') await this.#openDataSocket(client);
    this.#run(this.#sessions.opened(client, file, now()));
  }

  #sendBlocks(effect: Extract<Effect<ServedFile>, { kind: 'send_blocks' }>): void {
    const { file, first, count, blockSizeBytes, to } = effect;
    const bytes = file.read((first - 1) * blockSizeBytes, count * blockSizeBytes);
    if (bytes instanceof Uint8Array) this.#sendWindow(effect, bytes);
    else {
      bytes.then(
        (read) => {
          if (this.#sessions.serves(to, file)) this.#sendWindow(effect, read);
        },
        () => this.#run(this.#sessions.failed(to, file, now())),
      );
    }
  }

  #sendWindow(
    { first, count, blockSizeBytes, to }: Extract<Effect<ServedFile>, { kind: 'send_blocks' }>,
    bytes: Uint8Array,
  ): void {
    const socket = this.#socketFor(to);
    for (const packet of this.#space.frame(bytes, first, count, blockSizeBytes)) transmit(socket, packet, to);
    // What the kernel had no room for is sent later, from where it stands.
    if (isBehind(socket)) this.#space = new BlockSpace();
    this.#vigil.sent(now());
    this.#stayAwake();
  }

  /** A loop with something to do at once asks for packets without going to sleep. */
  #stayAwake(): void {
    if (this.#isAwake || !this.#vigil.isOn(now())) return;
    this.#isAwake = true;
    const turn = () => {
      this.#isAwake = this.#vigil.isOn(now());
      if (this.#isAwake) setImmediate(turn);
    };
    setImmediate(turn);
  }

  #send(bytes: Uint8Array, to: Endpoint): void {
    // Without a callback: a packet that cannot be sent is a packet that is lost, and a callback costs a turn for each.
    transmit(this.#socketFor(to), bytes, to);
  }

  #socketFor(client: Endpoint): Socket {
    return (this.#dataSockets.size > 0 ? this.#dataSockets.get(keyOf(client)) : undefined) ?? this.#socket;
  }

  /** Where no more sockets can be had, the transfer goes by the port that requests come to. */
  async #openDataSocket(client: Endpoint): Promise<void> {
    const socket = await openUdp({ address: this.#options.address, port: 0 }).catch(() => undefined);
    if (socket === undefined) return;
    this.#closeDataSocket(client);
    this.#dataSockets.set(keyOf(client), socket);
    socket.on('error', () => undefined);
    socket.on('message', (bytes, from) => {
      // Whoever else sends to this port is told so by the answer to a stranger (RFC 1350 section 4).
      if (from.port === client.port && from.address === client.address) this.#receive(bytes, client);
      else if (canBeAnswered(from)) transmit(socket, foreign, from);
    });
  }

  #closeDataSocket(client: Endpoint): void {
    const socket = this.#dataSockets.get(keyOf(client));
    this.#dataSockets.delete(keyOf(client));
    // What was sent last is on its way already.
    socket?.close();
  }
}

/** Quirk: node:dgram throws at port 0 (lib/dgram.js, Socket.send: ERR_SOCKET_BAD_PORT), from which anybody may send by a raw socket. */
function canBeAnswered({ port }: { readonly port: number }): boolean {
  return port !== 0;
}

/** A packet that cannot be sent is a packet that is lost. */
function transmit(socket: Socket, packet: Uint8Array, to: { readonly address: string; readonly port: number }): void {
  try {
    socket.send(packet, to.port, to.address);
  } catch {
    // The socket is closed, or the address none: the repetitions come to their end.
  }
}

function isBehind(socket: Socket): boolean {
  try {
    return socket.getSendQueueCount() > 0;
  } catch {
    // It is closed.
    return false;
  }
}

/** ERROR 5 to a port that has no part in the transfer. */
const foreign = Buffer.from('\0\x05\0\x05unknown transfer\0', 'latin1');

function endpointOf({ address, port }: { readonly address: string; readonly port: number }): Endpoint {
  return { address, port };
}

function keyOf({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}

function now(): number {
  return performance.now();
}
