/** Follows commits on whichever member answers, and asks a quorum all the time whether it hears of them: a silent watch is not a live one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Following, type FollowOptions, type Position, type Sink, StoreError } from '../../data/store.ts';
import type { CallOptions, EtcdClient } from '../../engine/etcd/client.ts';
import { faultOf } from '../../engine/etcd/fault.ts';
import type { Member } from '../../engine/etcd/member.ts';
import { watchOnce } from '../../engine/etcd/watch.ts';
import { type Batch, batchOf } from './batch.ts';
import type { EtcdKeys } from './keys.ts';
import { type Head, headAt, look, type Seen } from './look.ts';

export interface EtcdFollowing extends Following {
  /** Why the engine cannot be reached; undefined while it can. */
  readonly lostFor: string | undefined;
}

/** How often a quorum is asked for the newest commit. */
const probeMs = 1000;
const probeLostMs = 250;
/** A member that takes a watch says so within this time. */
const createdMs = 2000;
const againMs = 50;

export interface FollowFrom {
  readonly from: Position;
  /** What was loaded last, which `from` mostly is. */
  readonly loaded: Seen | undefined;
  readonly options: FollowOptions | undefined;
}

export function followEtcd(client: EtcdClient, keys: EtcdKeys, start: FollowFrom, sink: Sink): EtcdFollowing {
  const follower = new Follower(client, keys, start, sink);
  const running = [follower.watchOn()];
  if (start.options?.passive !== true) running.push(follower.probeOn());
  return {
    get lostFor() {
      return follower.lostFor;
    },
    close: async () => {
      follower.end();
      await Promise.all(running);
    },
  };
}

class Follower {
  readonly #client: EtcdClient;
  readonly #keys: EtcdKeys;
  readonly #epoch: string;
  readonly #sink: Sink;
  /** Everything up to this revision of the cluster was told. */
  #told: number;
  /** The newest commit that was told, or loaded; it has to be part of the history of whoever answers. */
  #head: Head | Pick<Head, 'revision'>;
  /** Aborted for good when nothing more is to be told. */
  readonly #ended = new AbortController();
  /** Of the watch that is open. */
  #watch: AbortController | undefined;
  /** The member that the watch is on. */
  #at: number;
  #watchFault: string | undefined;
  #probeFault: string | undefined;
  #state: 'new' | 'live' | 'lost' = 'new';
  #wasCreated = false;

  constructor(client: EtcdClient, keys: EtcdKeys, { from, loaded }: FollowFrom, sink: Sink) {
    const isLoaded = loaded?.epoch === from.epoch && loaded.head.revision === from.revision;
    this.#client = client;
    this.#keys = keys;
    this.#epoch = from.epoch;
    this.#told = isLoaded ? loaded.revision : from.revision;
    this.#head = isLoaded ? loaded.head : { revision: from.revision };
    this.#sink = sink;
    this.#at = client.current;
  }

  get lostFor(): string | undefined {
    return this.#state === 'lost' ? (this.#probeFault ?? this.#watchFault) : undefined;
  }

  end(): void {
    this.#ended.abort();
    this.#watch?.abort();
  }

  get #isEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  async watchOn(): Promise<void> {
    for (let failures = 0; !this.#isEnded; ) {
      this.#wasCreated = false;
      const fault = await this.#watchAtMember();
      // One that broke may be had again at once.
      failures = this.#wasCreated ? 0 : failures + 1;
      if (this.#isEnded) return;
      this.#at = (this.#at + 1) % this.#client.size;
      if (failures < this.#client.size) continue;
      // All members, one after the other.
      this.#watchFault = fault;
      this.#tellState();
      await this.#rest(againMs);
    }
  }

  async probeOn(): Promise<void> {
    /** A commit that the watch has not told, though it was there at the last look. */
    let missing = 0;
    while (!this.#isEnded) {
      await this.#rest(this.#probeFault === undefined ? probeMs : probeLostMs);
      if (this.#isEnded) return;
      try {
        // Another member than the watch's, where there is one: that one may be cut off without knowing it.
        const { head } = await this.#client.ask('ask', (member, options) => look(member, options, this.#keys), {
          first: (this.#at + 1) % this.#client.size,
          withinMs: 2500,
        });
        this.#probeFault = undefined;
        if (missing > this.#head.revision && head.revision >= missing) this.#watch?.abort();
        missing = head.revision;
      } catch (error) {
        // That there is no store any more the watch finds out.
        this.#probeFault = (error as Error).message;
        if (error instanceof StoreError) this.#watch?.abort();
      }
      this.#tellState();
    }
  }

  /** @returns why it ended */
  async #watchAtMember(): Promise<string> {
    const watch = new AbortController();
    this.#watch = watch;
    const timer = setTimeout(() => watch.abort(), createdMs);
    try {
      const reason = await this.#client.askOne(this.#at, createdMs, async (member, options) => {
        const found = await this.#checkHistory(member, options);
        if (found !== undefined) return found;
        return watchOnce(member, options.headers, {
          range: this.#keys.range,
          from: this.#told + 1,
          signal: watch.signal,
          onCreated: () => {
            clearTimeout(timer);
            this.#created();
          },
          onChanges: (changes) => this.#tell(batchOf(changes, this.#keys)),
        });
      });
      this.#reset(reason);
      return reason;
    } catch (error) {
      const fault = faultOf(error, `follow ${this.#client.shown}`);
      if (fault.kind === 'history') this.#reset(`the history from revision ${this.#told} on is gone`);
      else if (error instanceof StoreError) this.#reset(error.message);
      return fault.message;
    } finally {
      clearTimeout(timer);
      watch.abort();
    }
  }

  /** @returns why nothing can be told from here on; undefined when all that was told is part of the cluster's history */
  async #checkHistory(member: Member, options: CallOptions): Promise<string | undefined> {
    const seen = await look(member, options, this.#keys);
    if (seen.epoch !== this.#epoch) return 'the store is another one';
    const lost = `the store was restored: revision ${this.#told} is not part of its history`;
    if (seen.revision < this.#told) return lost;
    // Of a store without a commit there is nothing to be found again.
    const then = this.#told === 0 ? { revision: 0, id: '' } : await headAt(member, options, this.#keys, this.#told);
    const isSame = then.revision === this.#head.revision && ('id' in this.#head ? then.id === this.#head.id : true);
    if (isSame) this.#head = then;
    return isSame ? undefined : lost;
  }

  #created(): void {
    this.#wasCreated = true;
    this.#watchFault = undefined;
    this.#tellState();
  }

  #tell({ revision, files, by }: Batch): void {
    if (this.#isEnded || revision <= this.#told) return;
    this.#told = revision;
    if (by !== undefined) this.#head = { revision, id: by };
    this.#sink.changes({ epoch: this.#epoch, revision: this.#head.revision }, files, by);
  }

  #tellState(): void {
    if (this.#isEnded) return;
    const fault = this.#probeFault ?? this.#watchFault;
    if (fault === undefined && this.#state !== 'live') {
      if (!this.#wasCreated) return;
      this.#state = 'live';
      this.#sink.state({ is: 'live' });
    } else if (fault !== undefined && this.#state !== 'lost') {
      this.#state = 'lost';
      this.#sink.state({ is: 'lost', reason: fault });
    }
  }

  #reset(reason: string): void {
    if (this.#isEnded) return;
    this.end();
    this.#sink.reset(reason);
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#ended.signal }).catch(() => {});
  }
}
