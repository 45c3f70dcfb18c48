/** The primary as a worker sees it: a store to follow, machines to ask about, requests to hand on, things to tell of. */
import type { Store } from '../data/store.ts';
import { busyResponse, type Request, type Response } from '../http/message.ts';
import { isReadyTarget, maxReadyWaitSeconds } from '../http/readiness.ts';
import { askedWithinMs, createAsked } from './asked.ts';
import type { CountsMessage, FromWorker, Question, ResponseMessage, Told, ToWorker, WorkerFault } from './message.ts';
import { createSeenSender, type SeenSender } from './seen-sender.ts';
import { createToldStore } from './told-store.ts';

/** The part of `process` that is needed. */
export interface Channel {
  send(message: object, onSent: () => void): void;
  onMessage(listener: (message: object) => void): void;
}

export interface Primary<Setup, Ready, Seen> {
  /** What the worker is to do. */
  readonly setup: Promise<Setup>;
  /** What the primary has in force. */
  readonly store: Store;
  ask(question: Question): Promise<Told | undefined>;
  /** Has the primary answer it. */
  handOn(request: Request): Promise<Response>;
  /** Resolves once an asset was fetched, or cannot be. @returns whether what is in the folder now, or is not, is the truth */
  fill(path: string): Promise<boolean>;
  tell(seen: Seen, bytes: number): void;
  /** Everything that was told before is in force; from the first call on the primary waits for it. */
  follow(listeners: PrimaryListeners): void;
  ready(ready: Ready): void;
  failed(fault: WorkerFault): Promise<void>;
  certificate(validTo: Date): void;
}

export interface PrimaryListeners {
  /** Resolves when what the store told is in force. */
  readonly inForce: () => Promise<void>;
  readonly order: (id: string, keys: readonly string[] | undefined) => void;
  /** Profiles that rollouts are about. */
  readonly rollouts: (profiles: readonly string[]) => void;
  readonly counts: () => Promise<CountsMessage>;
  readonly close: (graceMs: number) => void;
}

/** An image comes from far away. */
const filledWithinMs = 30 * 60 * 1000;

export function openPrimary<Setup, Ready, Seen>(channel: Channel): Primary<Setup, Ready, Seen> {
  return new ToldWorker<Setup, Ready, Seen>(channel);
}

class ToldWorker<Setup, Ready, Seen> implements Primary<Setup, Ready, Seen> {
  readonly setup: Promise<Setup>;
  readonly store: Store;
  readonly #channel: Channel;
  readonly #told = createToldStore();
  readonly #asked = createAsked();
  readonly #seen: SeenSender<Seen>;
  readonly #orders: [string, readonly string[] | undefined][] = [];
  #rollouts: readonly string[] = [];
  #listeners: PrimaryListeners | undefined;
  #resolveSetup: (setup: Setup) => void = () => {};
  /** In order: what was told later is not reached before. */
  #reaching: Promise<void> = Promise.resolve();
  #reached = -1;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.store = this.#told.store;
    this.setup = new Promise<Setup>((resolve) => {
      this.#resolveSetup = resolve;
    });
    this.#seen = createSeenSender<Seen>((seen, dropped, onSent) => this.#send({ is: 'seen', seen, dropped }, onSent));
    channel.onMessage((message) => this.#hear(message as ToWorker<Setup>));
  }

  ask(question: Question): Promise<Told | undefined> {
    // What it is about may be among what was seen.
    this.#seen.flush();
    return this.#asked.ask<Told>((id) => this.#send({ is: 'question', id, question }));
  }

  async handOn(request: Request): Promise<Response> {
    if (request.enter?.() === false) return busyResponse('none');
    const { method, target, headers, remoteAddress } = request;
    const body = method === 'POST' ? await request.readBody?.() : undefined;
    this.#seen.flush();
    const handed = { method, target, headers: { ...headers }, remoteAddress, body };
    const response = await this.#asked.ask<ResponseMessage>(
      (id) => this.#send({ is: 'request', id, request: handed }),
      {
        // Whoever asks to wait is told by the primary when that is over.
        withinMs: isReadyTarget(target) ? maxReadyWaitSeconds * 1000 + askedWithinMs : askedWithinMs,
        isGone: () => request.gone === true,
        onGone: (id) => this.#send({ is: 'gone', id }),
      },
    );
    if (response === undefined) return busyResponse('none');
    const { endpoint, reason, note } = response.outcome;
    return { ...response, outcome: { endpoint, reason, ...(note !== undefined && { note }) } };
  }

  async fill(path: string): Promise<boolean> {
    return (
      (await this.#asked.ask<boolean>((id) => this.#send({ is: 'fill', id, path }), { withinMs: filledWithinMs })) ??
      false
    );
  }

  tell(seen: Seen, bytes: number): void {
    this.#seen.add(seen, bytes);
  }

  follow(listeners: PrimaryListeners): void {
    this.#listeners = listeners;
    for (const [id, keys] of this.#orders.splice(0)) listeners.order(id, keys);
    listeners.rollouts(this.#rollouts);
    this.#reach(this.#reached);
  }

  ready(ready: Ready): void {
    this.#send({ is: 'ready', ready });
  }

  failed(fault: WorkerFault): Promise<void> {
    return new Promise((resolve) => this.#send({ is: 'failed', fault }, resolve));
  }

  certificate(validTo: Date): void {
    this.#send({ is: 'certificate', server: 'https', validToMs: validTo.getTime() });
  }

  #send(message: FromWorker<Ready, Seen>, onSent: () => void = () => {}): void {
    this.#channel.send(message, onSent);
  }

  #reach(number: number): void {
    this.#reached = Math.max(this.#reached, number);
    if (this.#listeners === undefined) return;
    const { inForce } = this.#listeners;
    // Who cannot take it in says nothing, and is replaced.
    this.#reaching = this.#reaching.then(inForce).then(
      () => this.#send({ is: 'reached', number }),
      () => {},
    );
  }

  #hear(message: ToWorker<Setup>): void {
    switch (message.is) {
      case 'setup':
        this.#resolveSetup(message.setup);
        break;
      case 'part':
        this.#told.part(message.files);
        break;
      case 'loaded':
        this.#told.loaded(message.number, message.faults);
        this.#reach(message.number);
        break;
      case 'files':
        this.#told.files(message.number, message.files, message.faults);
        this.#reach(message.number);
        break;
      case 'orders':
        this.#hearOrders(message.orders);
        this.#reach(message.number);
        break;
      case 'rollouts':
        this.#rollouts = message.profiles;
        this.#listeners?.rollouts(message.profiles);
        this.#reach(message.number);
        break;
      case 'told':
        this.#asked.answered(message.id, message.told);
        break;
      case 'filled':
        this.#asked.answered(message.id, message.isKnown);
        break;
      case 'response':
        this.#asked.answered(message.id, message.response);
        break;
      case 'count':
        void this.#listeners?.counts().then((counts) => this.#send({ is: 'counts', counts }));
        break;
      case 'close':
        this.#listeners?.close(message.graceMs);
    }
  }

  #hearOrders(orders: readonly (readonly [string, readonly string[] | undefined])[]): void {
    for (const [id, keys] of orders) {
      if (this.#listeners === undefined) this.#orders.push([id, keys]);
      else this.#listeners.order(id, keys);
    }
  }
}
