/** The worker processes as their primary sees them: started, told what is in force, asked for their counts, replaced when they die. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from '../log/log.ts';
import { ComeTrue } from './come-true.ts';
import type {
  CountsMessage,
  FaultsMessage,
  FileMessage,
  FromWorker,
  Question,
  RequestMessage,
  ResponseMessage,
  Told,
  ToWorker,
  WorkerFault,
} from './message.ts';
import { partsOf } from './parts-of.ts';
import { relayLines } from './relay-lines.ts';
import { workerVariable } from './variable.ts';

type Orders = readonly (readonly [id: string, keys: readonly string[] | undefined])[];

/** What the primary has to say, and what it answers. */
export interface PoolSources<Seen> {
  readonly files: () => { readonly files: readonly FileMessage[]; readonly faults: FaultsMessage };
  readonly orders: () => Orders;
  /** Profiles that rollouts are about. */
  readonly rollouts: () => readonly string[];
  readonly question: (question: Question) => Told;
  /** @param isGone whether nobody waits for the answer any more */
  readonly request: (request: RequestMessage, isGone: () => boolean) => Promise<ResponseMessage>;
  /** Fetches an asset; never rejects. */
  readonly fill: (path: string) => Promise<boolean>;
  readonly seen: (seen: readonly Seen[], dropped: number) => void;
  readonly certificate: (server: 'https', validTo: Date) => void;
}

export interface PoolOptions<Setup, Seen> {
  readonly count: number;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** Listening sockets: the descriptors are 4 and on in the worker. */
  readonly descriptors: readonly number[];
  readonly setup: (index: number) => Setup;
  readonly sources: PoolSources<Seen>;
  /** What stays of the counts of workers that have died. */
  readonly mergeCounts: (counts: readonly CountsMessage[]) => Promise<CountsMessage>;
  /** Takes whole lines of the workers' logs. */
  readonly writeLog: (lines: string) => void;
  readonly logger: Logger;
  readonly times?: Partial<PoolTimes>;
}

export interface PoolTimes {
  /** A worker that dies is started again after this long, twice as long each time, … */
  readonly firstPauseMs: number;
  /** … up to this long. */
  readonly longestPauseMs: number;
  /** Who lived for so long has the first pause again. */
  readonly calmMs: number;
  /** Who does not take in what it is told for so long is replaced: it would answer from what was. */
  readonly settledWithinMs: number;
}

const defaultTimes: PoolTimes = { firstPauseMs: 100, longestPauseMs: 10_000, calmMs: 30_000, settledWithinMs: 5_000 };

export interface Pool<Ready> {
  /** What the workers said when they were ready, in their order; rejects with a `WorkerFault` when one cannot serve. */
  start(): Promise<readonly Ready[]>;
  tellFiles(files: readonly FileMessage[], faults: FaultsMessage): void;
  tellOrders(orders: Orders): void;
  tellRollouts(profiles: readonly string[]): void;
  /** Resolves when all workers have in force what they were told before the call; who cannot is replaced. */
  settled(): Promise<void>;
  /** Counts of all that live, and of those that have died. */
  counts(): Promise<{ readonly living: readonly CountsMessage[]; readonly dead: CountsMessage }>;
  readonly running: number;
  readonly restarts: number;
  readonly pids: readonly number[];
  close(graceMs: number): Promise<void>;
}

interface Worker<Ready> {
  readonly index: number;
  readonly child: ChildProcess;
  readonly startedMs: number;
  readonly ready: Promise<Ready>;
  /** Requests that it has handed on and waits for. */
  readonly requests: Set<number>;
  isReady: boolean;
  reached: number;
  counts: CountsMessage;
  fault: WorkerFault | undefined;
}

const countsWithinMs = 1_000;
/** What ends after the downloads. */
const overtimeMs = 3_000;

export function createPool<Setup, Ready, Seen>(options: PoolOptions<Setup, Seen>): Pool<Ready> {
  return new WorkerPool<Setup, Ready, Seen>(options);
}

class WorkerPool<Setup, Ready, Seen> implements Pool<Ready> {
  readonly #options: PoolOptions<Setup, Seen>;
  readonly #times: PoolTimes;
  readonly #workers = new Map<number, Worker<Ready>>();
  readonly #pauses = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #changed = new ComeTrue();
  #dead: CountsMessage = [];
  #merging: Promise<void> = Promise.resolve();
  #number = 0;
  #restarts = 0;
  #isClosing = false;
  #isStarted = false;

  constructor(options: PoolOptions<Setup, Seen>) {
    this.#options = options;
    this.#times = { ...defaultTimes, ...options.times };
  }

  get running(): number {
    return this.#list().filter(({ isReady }) => isReady).length;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get pids(): readonly number[] {
    return this.#list().flatMap(({ child }) => child.pid ?? []);
  }

  async start(): Promise<readonly Ready[]> {
    const started = Array.from({ length: this.#options.count }, (_, index) => this.#startWorker(index));
    const failed = started.map(whenFailed);
    for (const each of failed) each.catch(() => {});
    try {
      const ready = await Promise.race([Promise.all(started.map((worker) => worker.ready)), ...failed]);
      this.#isStarted = true;
      return ready;
    } catch (error) {
      this.#isClosing = true;
      this.#killAll();
      throw error;
    }
  }

  tellFiles(files: readonly FileMessage[], faults: FaultsMessage): void {
    this.#broadcast({ is: 'files', number: ++this.#number, files, faults });
  }

  tellOrders(orders: Orders): void {
    this.#broadcast({ is: 'orders', number: ++this.#number, orders });
  }

  tellRollouts(profiles: readonly string[]): void {
    this.#broadcast({ is: 'rollouts', number: ++this.#number, profiles });
  }

  async settled(): Promise<void> {
    const target = this.#number;
    const late = () => this.#list().filter(({ reached }) => reached >= 0 && reached < target);
    if (await this.#changed.within(this.#times.settledWithinMs, () => late().length === 0)) return;
    for (const { index, child } of late()) {
      this.#options.logger.error(`worker ${index + 1} does not take in what has changed, and is replaced`);
      child.kill('SIGKILL');
    }
    await this.#changed.within(this.#times.settledWithinMs, () => late().length === 0);
  }

  async counts(): Promise<{ readonly living: readonly CountsMessage[]; readonly dead: CountsMessage }> {
    const asked = this.#list().filter(({ isReady }) => isReady);
    const before = new Map(asked.map((worker) => [worker, worker.counts]));
    for (const worker of asked) this.#send(worker, { is: 'count' });
    await this.#changed.within(countsWithinMs, () =>
      asked.every((worker) => worker.counts !== before.get(worker) || !worker.child.connected),
    );
    await this.#merging;
    return { living: this.#list().map((worker) => worker.counts), dead: this.#dead };
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#broadcast({ is: 'close', graceMs });
    if (await this.#changed.within(graceMs + overtimeMs, () => this.#workers.size === 0)) return;
    this.#killAll();
    await this.#changed.within(overtimeMs, () => this.#workers.size === 0);
  }

  #list(): Worker<Ready>[] {
    return [...this.#workers.values()];
  }

  #killAll(): void {
    for (const { child } of this.#workers.values()) child.kill('SIGKILL');
  }

  #send({ child }: Worker<Ready>, message: ToWorker<Setup>): void {
    // Whoever is gone is missed by its `exit`.
    if (child.connected) child.send(message, () => {});
  }

  #broadcast(message: ToWorker<Setup>): void {
    for (const worker of this.#workers.values()) this.#send(worker, message);
  }

  #startWorker(index: number): Worker<Ready> {
    const { command, descriptors, writeLog, logger, setup } = this.#options;
    const [program, ...args] = command;
    const child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc', ...descriptors],
      serialization: 'advanced',
      env: { ...process.env, [workerVariable]: `${process.pid}`, LISTEN_FDS: undefined, NOTIFY_SOCKET: undefined },
    });
    let onReady: (ready: Ready) => void = () => {};
    const ready = new Promise<Ready>((resolve) => {
      onReady = resolve;
    });
    const worker: Worker<Ready> = {
      ...{ index, child, startedMs: performance.now(), ready, requests: new Set() },
      ...{ isReady: false, reached: -1, counts: [] },
      fault: undefined,
    };
    this.#workers.set(index, worker);
    relayLines(child, writeLog);
    child.on('message', (message: FromWorker<Ready, Seen>) => this.#hear(worker, message, onReady));
    child.on('error', (error) => logger.error(`worker ${index + 1} cannot be started: ${error.message}`));
    child.once('close', (code, signal) => this.#ended(worker, signal ?? `exit code ${code}`));
    this.#send(worker, { is: 'setup', setup: setup(index) });
    void this.#tellAll(worker);
    return worker;
  }

  /** Everything that there is, in parts. What changes meanwhile is told besides, and taken in after it. */
  async #tellAll(worker: Worker<Ready>): Promise<void> {
    const { sources } = this.#options;
    const { files, faults } = sources.files();
    const at = this.#number;
    this.#send(worker, { is: 'orders', number: at, orders: sources.orders() });
    this.#send(worker, { is: 'rollouts', number: at, profiles: sources.rollouts() });
    for (const part of partsOf(files)) {
      if (!worker.child.connected) return;
      await new Promise<void>((resolve) => {
        worker.child.send({ is: 'part', files: part } satisfies ToWorker<Setup>, () => resolve());
      });
    }
    this.#send(worker, { is: 'loaded', number: at, faults });
  }

  #hear(worker: Worker<Ready>, message: FromWorker<Ready, Seen>, onReady: (ready: Ready) => void): void {
    const { sources } = this.#options;
    switch (message.is) {
      case 'ready':
        worker.isReady = true;
        onReady(message.ready);
        break;
      case 'failed':
        worker.fault = message.fault;
        break;
      case 'reached':
        worker.reached = message.number;
        this.#changed.look();
        break;
      case 'question':
        this.#send(worker, { is: 'told', id: message.id, told: sources.question(message.question) });
        break;
      case 'request':
        this.#answerRequest(worker, message.id, message.request);
        break;
      case 'gone':
        worker.requests.delete(message.id);
        break;
      case 'fill':
        void sources
          .fill(message.path)
          .then((isKnown) => this.#send(worker, { is: 'filled', id: message.id, isKnown }));
        break;
      case 'seen':
        sources.seen(message.seen, message.dropped);
        break;
      case 'counts':
        worker.counts = message.counts;
        this.#changed.look();
        break;
      case 'certificate':
        sources.certificate(message.server, new Date(message.validToMs));
    }
  }

  #answerRequest(worker: Worker<Ready>, id: number, request: RequestMessage): void {
    worker.requests.add(id);
    const isGone = () => !worker.requests.has(id) || !worker.child.connected;
    void this.#options.sources.request(request, isGone).then((response) => {
      if (worker.requests.delete(id)) this.#send(worker, { is: 'response', id, response });
    });
  }

  #ended(worker: Worker<Ready>, how: string): void {
    const { index } = worker;
    if (this.#workers.get(index) === worker) this.#workers.delete(index);
    this.#merging = this.#merging.then(async () => {
      this.#dead = await this.#options.mergeCounts([this.#dead, worker.counts]);
    });
    this.#changed.look();
    if (!this.#isClosing && this.#isStarted) this.#startAgain(worker, how);
  }

  /** After a pause, which grows while a worker dies again and again. */
  #startAgain({ index, startedMs, fault }: Worker<Ready>, how: string): void {
    const { logger } = this.#options;
    const { calmMs, firstPauseMs, longestPauseMs } = this.#times;
    const isCalm = performance.now() - startedMs >= calmMs;
    const pauseMs = isCalm ? firstPauseMs : (this.#pauses.get(index) ?? firstPauseMs);
    this.#pauses.set(index, Math.min(2 * pauseMs, longestPauseMs));
    this.#restarts++;
    const fields = { reason: fault?.message ?? how, again_in: `${pauseMs / 1000}s` };
    logger.error(`worker ${index + 1} has ended; the others serve on`, fields);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const { ready } = this.#startWorker(index);
      void ready.then(() => logger.info(`worker ${index + 1} serves again`));
    }, pauseMs);
    this.#timers.add(timer);
  }
}

/** Rejects with a WorkerFault once the worker cannot serve. */
function whenFailed<Ready>(worker: Worker<Ready>): Promise<never> {
  return new Promise<never>((_, reject) => {
    const fail = (how: string) => reject(worker.fault ?? { code: 'failed', message: how });
    worker.child.once('error', (error) => fail(`a worker cannot be started: ${error.message}`));
    worker.child.once('close', (code, signal) => fail(`a worker has ended: ${signal ?? `exit code ${code}`}`));
  });
}
