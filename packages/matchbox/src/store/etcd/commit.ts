/** One commit: compared, made and noted in one transaction, which may be sent again as often as it takes. */

import { checkExpected } from '../../data/change.ts';
import { type Change, type Committed, type Store, StoreError, type WriteId } from '../../data/store.ts';
import type { CallOptions, EtcdClient, Work } from '../../engine/etcd/client.ts';
import { faultOf } from '../../engine/etcd/fault.ts';
import type { KeyValue, TxnResponse } from '../../engine/etcd/gen/etcd_pb.ts';
import type { Leases } from '../../engine/etcd/leases.ts';
import type { Member } from '../../engine/etcd/member.ts';
import {
  type Comparison,
  decodeText,
  encodeKey,
  get,
  isMissing,
  isOfRevision,
  isThere,
  type Operation,
  put,
  remove,
} from '../../engine/etcd/operations.ts';
import type { EtcdKeys } from './keys.ts';
import { foundIn } from './look.ts';

export interface CommitSurroundings {
  readonly client: EtcdClient;
  readonly keys: EtcdKeys;
  readonly leases: Leases;
  readonly epoch: string;
  readonly describe: Store['describe'];
}

/** What etcd takes in one transaction unless told otherwise (`--max-txn-ops`, `--max-request-bytes`). */
export const operationsPerTransaction = 128;
export const bytesPerRequest = 1.5 * 1024 * 1024;
/** Besides the files a commit writes the head and its id. */
export const ownOperations = 2;

/** For so long a commit is tried, and then so long it is asked what became of it. */
const commitMs = 3500;
const settleMs = 1300;
/** So long a member is waited for before the commit is sent to another one, too: a large one longer. */
const patienceMs = 300;
const bytesPerMs = 2048;
/** What the id of a commit says that was given up, and can never be made. */
const takenAway = 'given up';

/**
 * The id of a commit is a key that the transaction makes, and compares with not being there: sent twice it is made once, and whoever
 * does not know whether it was made sends it again, or takes the id away from it.
 * @throws StoreError, EngineError
 */
export async function commitChanges(
  surroundings: CommitSurroundings,
  changes: readonly Change[],
  by: WriteId,
): Promise<Committed> {
  return new Commit(surroundings, changes, by).run();
}

class Commit {
  readonly #around: CommitSurroundings;
  readonly #changes: readonly Change[];
  readonly #by: WriteId;
  readonly #id: string;
  readonly #until = performance.now() + commitMs;
  /** What the keys were when they were compared with what is expected. */
  readonly #seen = new Map<string, bigint>();
  /** So often somebody was sent the transaction and has not answered. */
  #open = 0;

  constructor(around: CommitSurroundings, changes: readonly Change[], by: WriteId) {
    this.#around = around;
    this.#changes = changes;
    this.#by = by;
    this.#id = around.keys.write(by);
  }

  async run(): Promise<Committed> {
    try {
      await this.#readExpected();
      return await this.#make();
    } catch (error) {
      if (this.#open === 0) throw error;
      return this.#settle(error as Error);
    }
  }

  async #make(): Promise<Committed> {
    for (;;) {
      const answer = await this.#send();
      if (answer.succeeded) return this.#made(answer);
      const id = foundIn(answer.responses[0])[0];
      if (id !== undefined) return this.#foundMade(id);
      // What differs by its revision alone is what was expected.
      for (const [i, change] of this.#compared.entries()) this.#compare(change, foundIn(answer.responses[i + 1])[0]);
    }
  }

  /**
   * Nothing is said of a commit that may be made yet: its id is taken away from it first.
   * @returns the commit, if it turns out that it was made
   */
  async #settle(fault: Error): Promise<Committed> {
    const { client, leases } = this.#around;
    let id: KeyValue | undefined;
    try {
      const until = performance.now() + settleMs;
      const lease = await leases.current(settleMs);
      const request = {
        compare: [isMissing(this.#id)],
        success: [put(this.#id, encodeKey(takenAway), lease)],
        failure: [get(this.#id)],
      };
      const work: Work<TxnResponse> = (member, options) => member.kv.txn(request, options);
      const answer = await client.ask('commit', work, { withinMs: until - performance.now() });
      id = answer.succeeded ? undefined : foundIn(answer.responses[0])[0];
    } catch {
      throw new StoreError(
        'unknown_outcome',
        `commit: the change may have been made; read before you write again (${fault.message})`,
        { cause: fault },
      );
    }
    if (id === undefined || decodeText(id.value) === takenAway) throw fault;
    return this.#foundMade(id);
  }

  #key({ kind, name }: Change): string {
    return this.#around.keys.file(kind, name);
  }

  /** The revisions of what is compared by content; what differs already is refused without more ado. */
  async #readExpected(): Promise<void> {
    const compared = this.#changes.filter(({ expected }) => expected !== undefined && expected !== '');
    if (compared.length === 0) return;
    const work: Work<TxnResponse> = (member, options) =>
      member.kv.txn({ success: compared.map((change) => get(this.#key(change))) }, options);
    const { responses } = await this.#around.client.ask('commit', work, { withinMs: this.#leftMs });
    for (const [i, change] of compared.entries()) this.#compare(change, foundIn(responses[i])[0]);
  }

  /** @throws StoreError `conflict`, `not_found` */
  #compare(change: Change, found: KeyValue | undefined): void {
    const { kind, name, bytes } = change;
    checkExpected(change, found?.value);
    if (found !== undefined) this.#seen.set(this.#key(change), found.modRevision);
    else if (bytes === undefined) {
      throw new StoreError('not_found', `remove ${this.#around.describe(kind, name)}: no such file or directory`);
    }
  }

  /** The changes that something is compared for: a transaction that fails reads them. */
  get #compared(): readonly Change[] {
    return this.#changes.filter((change) => change.expected !== undefined || change.bytes === undefined);
  }

  #comparisonOf(change: Change): Comparison {
    const key = this.#key(change);
    if (change.expected === '') return isMissing(key);
    return change.expected === undefined ? isThere(key) : isOfRevision(key, this.#seen.get(key) ?? 0n);
  }

  #operationOf(change: Change): Operation {
    const key = this.#key(change);
    return change.bytes === undefined ? remove(key) : put(key, change.bytes);
  }

  /** To one member after the other until one answers, for the first one may stand still. @throws EngineError */
  async #send(): Promise<TxnResponse> {
    const { client, leases } = this.#around;
    let lease = await leases.current(this.#leftMs);
    const work: Work<TxnResponse> = async (member, options) => {
      const sent = lease;
      try {
        return await this.#transact(member, sent, options);
      } catch (error) {
        if (faultOf(error, '').kind !== 'lease') throw error;
        if (sent === lease) leases.forget();
        lease = await leases.current(options.timeoutMs);
        return this.#transact(member, lease, options);
      }
    };
    const patience = patienceMs + this.#bytes / bytesPerMs;
    return client.ask('commit', work, { patienceMs: patience, withinMs: this.#leftMs });
  }

  async #transact(member: Member, lease: bigint, options: CallOptions): Promise<TxnResponse> {
    this.#open++;
    try {
      const answer = await member.kv.txn(this.#requestWith(lease), options);
      this.#open--;
      return answer;
    } catch (error) {
      if (faultOf(error, '').kind !== 'unknown') this.#open--;
      throw error;
    }
  }

  get #leftMs(): number {
    return this.#until - performance.now();
  }

  get #bytes(): number {
    return this.#changes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  }

  #requestWith(lease: bigint) {
    const compared = this.#compared;
    return {
      compare: [isMissing(this.#id), ...compared.map((change) => this.#comparisonOf(change))],
      success: [
        put(this.#id, encodeKey(''), lease),
        put(this.#around.keys.head, encodeKey(this.#by)),
        ...this.#changes.map((change) => this.#operationOf(change)),
      ],
      failure: [get(this.#id), ...compared.map((change) => get(this.#key(change)))],
    };
  }

  #made({ header, responses }: TxnResponse): Committed {
    const before = responses.slice(ownOperations).map(({ response }) => {
      if (response.case === 'responsePut') return response.value.prevKv?.value;
      return response.case === 'responseDeleteRange' ? response.value.prevKvs[0]?.value : undefined;
    });
    return { position: { epoch: this.#around.epoch, revision: Number(header!.revision) }, before: before.map(copyOf) };
  }

  /** An attempt made it whose answer was lost. What it replaced is a revision away, unless that is forgotten. */
  async #foundMade(id: KeyValue): Promise<Committed> {
    const { client, epoch } = this.#around;
    const revision = Number(id.createRevision);
    const reads = this.#changes.map((change) => get(this.#key(change), revision - 1));
    const before = await client
      .ask('commit', (member, options) => member.kv.txn({ success: reads }, options), { withinMs: settleMs })
      .then(({ responses }) => responses.map((response) => foundIn(response)[0]?.value))
      .catch(() => this.#changes.map(() => undefined));
    return { position: { epoch, revision }, before: before.map(copyOf) };
  }
}

/** A part of an answer would keep all of it. */
function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes);
}
