/** Starts what knows machines: their state store, the flight recorder, webhooks; and lets it watch what is served. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { systemMessage } from '@matchbox/gotext';
import type { GroupEntry } from './data/file-entry.ts';
import { metadataText } from './data/metadata-text.ts';
import type { Snapshot } from './data/snapshot.ts';
import type { Handler } from './http/handler.ts';
import type { RequestLog } from './http/request-log.ts';
import { limits } from './limits/limits.ts';
import type { Logger } from './log/log.ts';
import type { Archive } from './machines/archive.ts';
import { createBacklog } from './machines/backlog.ts';
import { ExchangeRecorder } from './machines/exchange.ts';
import { Machines } from './machines/machines.ts';
import { type DecidedMessage, type FetchedLoader, NetbootRecorder } from './machines/netboot-recorder.ts';
import { RecentAnswers } from './machines/recent-answers.ts';
import { parseRedactedWords, type Redaction, redactionOf } from './machines/redact.ts';
import { ReportDesk, type ReportTrust } from './machines/reports.ts';
import type { RoomBounds } from './machines/room.ts';
import type { Distrust } from './machines/sighting.ts';
import { StateError, type StateStore } from './machines/state-store.ts';
import { sweep } from './machines/sweep.ts';
import { type Seen, takingInSeen, watchHandler, watchLog } from './seen-requests.ts';
import { openEngineState } from './start-engine-state.ts';
import { StartError } from './start-error.ts';
import { openArchive, openMemoryArchive } from './state/archive.ts';
import { openJournal } from './state/journal.ts';
import { openMemoryState } from './state/memory.ts';
import { isSecretName, maskWords } from './ui/mask-text.ts';
import { parseReceivers, ReceiverError } from './webhooks/receiver.ts';
import { startWebhooks, type Webhooks } from './webhooks/sender.ts';

export interface MachinesSetup {
  /** Folder of the stories; '' keeps them in memory. */
  readonly statePath: string;
  /** URL of the engine that keeps the stories for several replicas; '' for none. */
  readonly stateUrl?: string;
  /** Where machines reach this server (`http://192.0.2.1:8080`); '' for its first address. */
  readonly publicUrl: string;
  readonly trustReports: ReportTrust;
  /** File of UUIDs and MAC addresses that several machines share; '' for none. */
  readonly distrustFile: string;
  /** File of webhook receivers; '' for none. */
  readonly webhooksFile: string;
  /** Words, separated by commas: fields whose name has one of them are not kept. */
  readonly redact?: string;
}

export const defaultMachinesSetup: MachinesSetup = {
  statePath: '',
  publicUrl: '',
  trustReports: 'token',
  distrustFile: '',
  webhooksFile: '',
};

export interface RunningMachines {
  readonly machines: Machines;
  /** Where several servers keep their state together; undefined where this one is alone with it. */
  readonly shared: StateStore | undefined;
  readonly desk: ReportDesk;
  /** Where machines reach this server. */
  readonly baseUrl: () => string;
  /** The same handler, watched. */
  watchHandler(handler: Handler): Handler;
  /** The same log, watched: downloads are told when they have ended. */
  watchLog(log: RequestLog): RequestLog;
  /** Takes in what another process saw. */
  readonly seen: (seen: Seen) => void;
  /** So many more things were seen by another process, and dropped there. */
  readonly droppedElsewhere: (more: number) => void;
  /** Tells what was decided about a machine's DHCP message. */
  readonly decided: (message: DecidedMessage) => void;
  /** Tells of a loader that was fetched by TFTP. */
  readonly fetched: (loader: FetchedLoader) => void;
  /** Gives the state folder free, for the server that comes next. */
  close(): Promise<void>;
}

/** As the system tells it: `0.0.0.0` or `::` for all addresses. */
export interface ServedAddress extends Pick<AddressInfo, 'address' | 'port'> {
  /** Nothing but HTTPS is served there. */
  readonly isTls: boolean;
}

export interface MachinesSurroundings {
  readonly snapshot: () => Snapshot;
  /** Where machines are served, once it is known. */
  readonly served: () => ServedAddress;
  readonly logger: Logger;
  /** Another process keeps its state in the folder, and is waited for. */
  readonly onStateTaken?: (() => void) | undefined;
}

/** Looking for silent machines is cheap, and nobody waits for it. */
const sweepMs = 10_000;
/** A server that was told to stop gives its folder free within this time. */
const lockedMs = 12_000;
/** What a decision that waits keeps, about. */
const decidedBytes = 1024;
/** Machines wait meanwhile, where one server hands over to the next. */
const stateLookMs = 50;

/** @throws StartError */
export async function startMachines(
  setup: MachinesSetup,
  surroundings: MachinesSurroundings,
): Promise<RunningMachines> {
  const { snapshot, logger } = surroundings;
  const distrust = readDistrust(setup.distrustFile);
  const receivers = readReceivers(setup.webhooksFile);
  const redaction = readRedaction(setup.redact);
  const { store, archive } = await openState(setup, surroundings);
  const baseUrl = () => setup.publicUrl.replace(/\/+$/, '') || urlOf(surroundings.served());
  const machines = await Machines.open({ store, archive, distrust, redaction, baseUrl, room: roomInHeap() });
  const exchanges = new ExchangeRecorder(machines);
  const boots = new NetbootRecorder(machines);
  const backlog = createBacklog({
    onFault: (error) => logger.error(`a step of a machine cannot be recorded: ${systemMessage(error)}`),
  });
  machines.catchUp = backlog.catchUp;
  machines.catchUpInTurns = backlog.catchUpInTurns;
  machines.waiting = () => backlog.waiting;
  machines.groupValue = (group, key) => searchedText(snapshot().group(group), key, redaction);
  let droppedElsewhere = 0;
  machines.droppedBefore = () => backlog.dropped + droppedElsewhere;
  const webhooks: Webhooks | undefined =
    receivers.length === 0
      ? undefined
      : startWebhooks({ receivers, machines, source: setup.publicUrl || 'urn:matchbox', logger });
  const sweeping = startSweeping(machines, snapshot, logger);
  const listening = logHappenings(machines, logger);
  const takeIn = takingInSeen({ backlog, exchanges, boots });
  const tell = (seen: Seen) => void takeIn(seen);
  const recent = new RecentAnswers();
  return {
    machines,
    shared: setup.stateUrl === undefined || setup.stateUrl === '' ? undefined : store,
    baseUrl,
    desk: new ReportDesk(machines, setup.trustReports),
    watchHandler: (handler) => watchHandler(handler, { recent, tell, isFull: backlog.isFull }),
    watchLog: (log) => watchLog(log, tell),
    seen: tell,
    droppedElsewhere: (more) => {
      droppedElsewhere += more;
    },
    decided: (message) => backlog.add(() => boots.decided(message), decidedBytes),
    fetched: (loader) => backlog.add(() => boots.fetched(loader), 2 * loader.file.length),
    close: async () => {
      await sweeping.close();
      backlog.close();
      await webhooks?.close();
      listening.close();
      await machines.close();
      await archive.close();
      await store.close();
    },
  };
}

/** Looks for silent machines, one time after the other. */
function startSweeping(machines: Machines, snapshot: () => Snapshot, logger: Logger): { close(): Promise<void> } {
  let sweeping: Promise<void> | undefined;
  const sweepAll = async () => {
    for (const { id, stateReason } of await sweep(machines, snapshot()))
      logger.warn('a machine is stalled', { machine: id, reason: stateReason });
    machines.rollouts.sweep();
    sweeping = undefined;
  };
  const timer = setInterval(() => {
    sweeping ??= sweepAll();
  }, sweepMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await sweeping;
    },
  };
}

/** What the store keeps of the same machines takes as much again. */
function roomInHeap(): RoomBounds {
  const { heap_size_limit: heap } = getHeapStatistics();
  return {
    maxBytes: Math.min(limits.machineBytes, heap / 4),
    maxInboxBytes: Math.min(limits.strangerBytes, heap / 16),
  };
}

/** What an operator wants to read of without asking. */
function logHappenings(machines: Machines, logger: Logger): ReturnType<Machines['listen']> {
  return machines.listen({
    lasting: ({ kind, machine, text, what, rollout, actor }) => {
      if (kind === 'rollout') {
        const isBad = what === 'failed' || what === 'paused' || what === 'aborted';
        logger[isBad ? 'warn' : 'info'](`rollout ${rollout}: ${what}`, { machine, reason: text, by: actor });
      } else if (kind === 'loop') logger.warn(`a machine installs itself again and again: ${text}`, { machine });
      else if (kind === 'identity' && what !== 'new') logger.warn(`${what}: ${text}`, { machine });
    },
  });
}

async function openState(
  { statePath: path, stateUrl = '' }: MachinesSetup,
  { logger, onStateTaken }: MachinesSurroundings,
): Promise<{ store: StateStore; archive: Archive }> {
  if (stateUrl !== '') {
    const archive = path === '' ? openMemoryArchive() : await openArchive(join(path, 'served'), { logger });
    return { store: await openEngineState(stateUrl, logger), archive };
  }
  return path === ''
    ? { store: openMemoryState(), archive: openMemoryArchive() }
    : openOwnState(path, { logger, onStateTaken });
}

/** Waits for another process that is about to give the folder free. @throws StartError */
async function openOwnState(
  path: string,
  { logger, onStateTaken }: Pick<MachinesSurroundings, 'logger' | 'onStateTaken'>,
): Promise<{ store: StateStore; archive: Archive }> {
  const deadline = Date.now() + lockedMs;
  let told = false;
  for (;;) {
    try {
      const store = await openJournal(path, { logger });
      return { store, archive: await openServed(join(path, 'served'), logger, store) };
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      if (error.code !== 'locked' || Date.now() > deadline) {
        throw new StartError('bad_path', `-state-path: ${error.message}`, { cause: error });
      }
      if (!told) onStateTaken?.();
      told = true;
      await sleep(stateLookMs);
    }
  }
}

/** @throws StateError `unreadable`; the store is closed, and its folder free */
async function openServed(folder: string, logger: Logger, store: StateStore): Promise<Archive> {
  try {
    return await openArchive(folder, { logger });
  } catch (cause) {
    await store.close();
    throw new StateError('unreadable', `open ${folder}: ${systemMessage(cause)}`, { cause });
  }
}

/** Where machines reach a server that was not told; one that listens on one address alone is reached by no other. */
export function urlOf({ address, port, isTls }: ServedAddress): string {
  const host = ['', '::', '0.0.0.0'].includes(address) ? firstAddress() : address;
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Loopback is what is left where there is no other. */
function firstAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  return found?.address ?? '127.0.0.1';
}

/** A UUID or a MAC address on each line; `#` begins a comment. @throws StartError */
function readDistrust(path: string): Distrust {
  const uuids = new Set<string>();
  const macs = new Set<string>();
  for (const [index, line] of (path === '' ? '' : readText(path, '-untrusted-uuids')).split('\n').entries()) {
    const word = line.replace(/#.*/, '').trim().toLowerCase();
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(word)) uuids.add(word);
    else if (/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/.test(word)) macs.add(word.replaceAll('-', ':'));
    else if (word !== '') {
      throw new StartError(
        'bad_path',
        `-untrusted-uuids: ${path}:${index + 1}: ${JSON.stringify(word)} is no UUID and no MAC address`,
      );
    }
  }
  return { uuids, macs };
}

/** @throws StartError */
function readRedaction(list = ''): Redaction {
  const words = parseRedactedWords(list);
  if ('fault' in words) throw new StartError('bad_path', `-redact: ${words.fault}`);
  return redactionOf(words);
}

/** @throws StartError */
function readReceivers(path: string) {
  if (path === '') return [];
  try {
    return parseReceivers(readText(path, '-webhooks'), (secret) => readText(secret, '-webhooks'));
  } catch (error) {
    if (!(error instanceof ReceiverError)) throw error;
    throw new StartError('bad_path', `-webhooks: ${path}: ${error.message}`, { cause: error });
  }
}

function readText(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError('bad_path', `${flag}: open ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

/** What queries may find of a group: nobody reads secrets by asking whether they begin with this or that. */
function searchedText(group: GroupEntry | undefined, key: string, { isSecret }: Redaction): string | undefined {
  if (isSecret(key) || isSecretName(key, false)) return undefined;
  const text = metadataText(group, key);
  return text === undefined || maskWords(text) === text ? text : undefined;
}
