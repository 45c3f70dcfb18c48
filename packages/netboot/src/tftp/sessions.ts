/** All transfers of a server, told apart by the client's address and port: what each datagram leads to, without a socket. */

import { BoundedMap } from '../decide/bounded-map.ts';
import type { Endpoint } from '../decide/decision.ts';
import { resolveName } from './name.ts';
import { type NegotiationLimits, negotiate, type TransferPlan } from './negotiation.ts';
import { decodeTftp, encodeTftp, type TftpOptions, type TftpPacket, tftpError } from './packet.ts';
import { acknowledge, repeat, startTransfer, type TransferState, type TransferStep } from './transfer.ts';

/** How a file is served; `size` counts the bytes of the mode, which netascii has more of. */
export interface OpenedFile {
  readonly sizeBytes: number;
}

/** How a transfer, or a request for one, can come to its end. */
export const endings = [
  'sent',
  /** The client sent an error; EDK2 does so once it knows the size. */
  'aborted',
  'gave_up',
  /** Another transfer took its place. */
  'replaced',
  /** The server stopped. */
  'stopped',
  'missing',
  'forbidden',
  'bad_mode',
  'write_refused',
  'unreadable',
  /** A loader that its machine is not to have now. */
  'withheld',
] as const;

export type Ending = (typeof endings)[number];

/** A transfer that came to its end, for log and metrics. */
export interface TransferRecord {
  readonly ending: Ending;
  readonly client: Endpoint;
  /** As it was asked for, a character a byte. */
  readonly name: string;
  readonly sizeBytes: number;
  /** As far as the client has acknowledged it. */
  readonly sentBytes: number;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Why there is no file. */
export type Unserved = Extract<Ending, 'missing' | 'unreadable' | 'withheld'>;

const errorOfUnserved: Readonly<Record<Unserved, readonly [code: number, text: string]>> = {
  missing: [tftpError.notFound, 'file not found'],
  unreadable: [tftpError.other, 'cannot read the file'],
  // Firmware knows no other way to be told: it goes on to its next boot entry.
  withheld: [tftpError.notFound, 'this machine boots from its disk'],
};

/** What the server has to do. `client` names the transfer that a file or a socket belongs to. */
export type Effect<File> =
  | { readonly kind: 'open'; readonly client: Endpoint; readonly path: string; readonly mode: 'octet' | 'netascii' }
  | { readonly kind: 'send'; readonly to: Endpoint; readonly bytes: Uint8Array }
  | {
      readonly kind: 'send_blocks';
      readonly to: Endpoint;
      readonly file: File;
      readonly first: number;
      readonly count: number;
      readonly blockSizeBytes: number;
    }
  /** `file` is not used any more. */
  | { readonly kind: 'ended'; readonly record: TransferRecord; readonly file: File | undefined };

export interface SessionLimits extends NegotiationLimits {
  readonly transfers: number;
  readonly transfersPerAddress: number;
}

export const defaultSessionLimits: SessionLimits = { transfers: 512, transfersPerAddress: 16, mtuBytes: 1500 };

interface Session<File> {
  readonly client: Endpoint;
  readonly name: string;
  readonly options: TftpOptions;
  readonly startedMs: number;
  /** Once the file is open. */
  transfer?: { readonly plan: TransferPlan; state: TransferState; readonly file: File };
}

/** A request that is repeated within this time is the same one, doubled by the network. */
const doubledRequestMs = 500;
/** How long the last acknowledgement of a transfer may come again and find nobody surprised. */
const lingerMs = 10_000;

export class TftpSessions<File extends OpenedFile> {
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, Session<File>>();
  readonly #perAddress = new Map<string, number>();
  readonly #endedMs = new BoundedMap<string, number>(1024);

  constructor(limits: SessionLimits = defaultSessionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** A datagram from a client, whatever is in it. */
  receive(bytes: Uint8Array, client: Endpoint, nowMs: number): readonly Effect<File>[] {
    const { packet } = decodeTftp(bytes);
    if (packet === undefined) return [];
    if (packet.kind === 'read') return this.#request(packet, client, nowMs);
    if (packet.kind === 'write') {
      const answer = errorTo(client, tftpError.forbidden, 'this server is read-only');
      return [answer, ended('write_refused', { client, name: packet.name, startedMs: nowMs }, nowMs)];
    }
    const key = keyOf(client);
    const session = this.#sessions.get(key);
    if (session === undefined) return this.#foreign(packet, client, nowMs);
    if (packet.kind === 'error') return this.#end(session, 'aborted', nowMs);
    if (packet.kind !== 'acknowledgement' || session.transfer === undefined) return [];
    const { plan, state } = session.transfer;
    return this.#take(session, acknowledge(plan, state, packet.block, nowMs), nowMs);
  }

  /** The answer to `open`: the file, or why there is none. */
  opened(client: Endpoint, file: File | Unserved, nowMs: number): readonly Effect<File>[] {
    const session = this.#sessions.get(keyOf(client));
    if (session === undefined || session.transfer !== undefined) {
      return typeof file === 'string'
        ? []
        : [ended('replaced', { client, name: '', startedMs: nowMs }, nowMs, { file })];
    }
    if (typeof file === 'string') {
      const [code, text] = errorOfUnserved[file];
      return [errorTo(client, code, text), ...this.#end(session, file, nowMs)];
    }
    const plan = negotiate(session.options, file.sizeBytes, this.#limits);
    const step = startTransfer(plan, nowMs);
    session.transfer = { plan, state: step.state, file };
    return this.#take(session, step, nowMs);
  }

  /** Whether a file is still the one of the client's transfer. */
  serves(client: Endpoint, file: File): boolean {
    return this.#sessions.get(keyOf(client))?.transfer?.file === file;
  }

  /** A file could not be read to its end. */
  failed(client: Endpoint, file: File, nowMs: number): readonly Effect<File>[] {
    const session = this.#sessions.get(keyOf(client));
    if (session?.transfer?.file !== file) return [];
    return [errorTo(client, tftpError.other, 'cannot read the file'), ...this.#end(session, 'unreadable', nowMs)];
  }

  /** To be called several times a second: repeats what was not answered. */
  tick(nowMs: number): readonly Effect<File>[] {
    const effects: Effect<File>[] = [];
    for (const session of this.#sessions.values()) {
      if (session.transfer === undefined || session.transfer.state.deadlineMs > nowMs) continue;
      const { plan, state } = session.transfer;
      effects.push(...this.#take(session, repeat(plan, state, nowMs), nowMs));
    }
    return effects;
  }

  /** To be called when the server stops. */
  endAll(nowMs: number): readonly Effect<File>[] {
    return [...this.#sessions.values()].flatMap((session) => this.#end(session, 'stopped', nowMs));
  }

  #request(
    packet: Extract<TftpPacket, { kind: 'read' | 'write' }>,
    client: Endpoint,
    nowMs: number,
  ): readonly Effect<File>[] {
    const { name, mode, options } = packet;
    const asked = { client, name, startedMs: nowMs };
    if (mode !== 'octet' && mode !== 'netascii') {
      return [
        errorTo(client, tftpError.illegalOperation, 'the mode must be octet or netascii'),
        ended('bad_mode', asked, nowMs),
      ];
    }
    const path = resolveName(name);
    if (path === undefined)
      return [errorTo(client, tftpError.forbidden, 'access violation'), ended('forbidden', asked, nowMs)];
    const before = this.#sessions.get(keyOf(client));
    if (before !== undefined && isSameRequest(before, name, nowMs)) return [];
    const effects: Effect<File>[] = before === undefined ? [] : [...this.#end(before, 'replaced', nowMs)];
    const room = this.#makeRoom(client.address, nowMs);
    if (room === undefined) return effects;
    this.#add({ ...asked, options });
    return [...effects, ...room, { kind: 'open', client, path, mode }];
  }

  /** Transfers of which no block arrived go first: their addresses may be forged, and an answer to options with them. undefined: there is no room. */
  #makeRoom(address: string, nowMs: number): readonly Effect<File>[] | undefined {
    const { transfers, transfersPerAddress } = this.#limits;
    const ofAddress = (this.#perAddress.get(address) ?? 0) >= transfersPerAddress;
    if (!ofAddress && this.#sessions.size < transfers) return [];
    for (const session of this.#sessions.values()) {
      if ((session.transfer?.state.acknowledged ?? 0) > 0 || (ofAddress && session.client.address !== address))
        continue;
      return this.#end(session, 'replaced', nowMs);
    }
    return undefined;
  }

  #foreign(packet: TftpPacket, client: Endpoint, nowMs: number): readonly Effect<File>[] {
    // An error is never answered with an error, or two servers would talk for ever.
    if (packet.kind === 'error') return [];
    if ((this.#endedMs.get(keyOf(client)) ?? Number.NEGATIVE_INFINITY) > nowMs - lingerMs) return [];
    return [errorTo(client, tftpError.unknownTransfer, 'unknown transfer')];
  }

  #take(session: Session<File>, { state, action }: TransferStep, nowMs: number): readonly Effect<File>[] {
    const { client } = session;
    const { plan, file } = session.transfer!;
    session.transfer!.state = state;
    if (action.kind === 'finished') return this.#end(session, 'sent', nowMs);
    if (action.kind === 'gave_up') return this.#end(session, 'gave_up', nowMs);
    if (action.kind === 'wait') return [];
    if (action.kind === 'send_options') {
      return [{ kind: 'send', to: client, bytes: encodeTftp({ kind: 'options', options: plan.accepted }) }];
    }
    const { first, count } = action;
    return [{ kind: 'send_blocks', to: client, file, first, count, blockSizeBytes: plan.blockSizeBytes }];
  }

  #add(session: Session<File>): void {
    const { address } = session.client;
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    this.#sessions.set(keyOf(session.client), session);
  }

  #end(session: Session<File>, ending: Ending, nowMs: number): readonly Effect<File>[] {
    const key = keyOf(session.client);
    const { address } = session.client;
    this.#sessions.delete(key);
    this.#endedMs.set(key, nowMs);
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
    return [
      ended(ending, session, nowMs, { file: session.transfer?.file, acknowledgedBytes: acknowledgedBytes(session) }),
    ];
  }
}

function keyOf({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}

/** While the client has acknowledged nothing, the timer repeats for it; ROMs use one port for boot after boot. */
function isSameRequest(before: Session<OpenedFile>, name: string, nowMs: number): boolean {
  if (before.name !== name) return false;
  return !before.transfer?.state.heard || nowMs - before.startedMs < doubledRequestMs;
}

function errorTo(to: Endpoint, code: number, text: string): Effect<never> {
  return { kind: 'send', to, bytes: encodeTftp({ kind: 'error', code, text }) };
}

function ended<File extends OpenedFile>(
  ending: Ending,
  { client, name, startedMs }: { readonly client: Endpoint; readonly name: string; readonly startedMs: number },
  endedMs: number,
  { file, acknowledgedBytes = 0 }: { readonly file?: File | undefined; readonly acknowledgedBytes?: number } = {},
): Effect<File> {
  const sizeBytes = file?.sizeBytes ?? 0;
  const sentBytes = ending === 'sent' ? sizeBytes : acknowledgedBytes;
  return { kind: 'ended', record: { ending, client, name, sizeBytes, sentBytes, startedMs, endedMs }, file };
}

function acknowledgedBytes({ transfer }: Session<OpenedFile>): number {
  if (transfer === undefined) return 0;
  const { plan, state, file } = transfer;
  return Math.min(state.acknowledged * plan.blockSizeBytes, file.sizeBytes);
}
