/** A replica in a test: a store, what it has heard, and calls whose answers are kept. */
import { createHash, randomUUID } from 'node:crypto';
import type { openEtcdStore } from 'matchbox/testing';
import type { Operation } from './history.ts';

export type Store = ReturnType<typeof openEtcdStore>;

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export class Replica {
  readonly store: Store;
  /** Contents by name, as they were heard. */
  readonly files = new Map<string, string>();
  /** `REVISION NAME=TEXT` in the order in which it was heard. */
  readonly sequence: string[] = [];
  readonly resets: string[] = [];
  /** Why puts were refused, each reason once. */
  readonly refusals = new Set<string>();
  /** When each text was heard of. */
  readonly heardAt = new Map<string, number>();
  /** Milliseconds in which the replica knew that it was cut off. */
  readonly lost: { readonly atMs: number; readonly is: string }[] = [];
  #revision = 0;
  #following: { close(): Promise<void> } | undefined;

  constructor(store: Store) {
    this.store = store;
  }

  async open(): Promise<this> {
    const { position, files } = await this.store.load();
    for (const { name, content } of files) this.files.set(name, Buffer.from(content as Uint8Array).toString());
    this.#revision = position.revision;
    this.#following = this.store.follow(position, {
      changes: ({ revision }, changes) => {
        for (const { name, content } of changes) {
          const text = content === undefined ? '-' : Buffer.from(content as Uint8Array).toString();
          this.files.set(name, text);
          this.heardAt.set(text, performance.now());
          this.sequence.push(`${revision} ${name}=${text}`);
        }
        this.#revision = revision;
      },
      reset: (reason) => this.resets.push(reason),
      faults: () => {},
      state: ({ is }) => this.lost.push({ atMs: performance.now(), is }),
    });
    return this;
  }

  async put(name: string, text: string): Promise<unknown> {
    try {
      return await this.store.commit([{ kind: 'generic', name, bytes: new TextEncoder().encode(text) }], randomUUID());
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      this.refusals.add(`${code}: ${message}`);
      throw error;
    }
  }

  /** Compares with what this replica has heard, and swaps. */
  async swap(file: string, to: string): Promise<Operation> {
    const from = this.files.get(file) ?? '';
    const startMs = performance.now();
    const expected = from === '' ? '' : hash(from);
    const change = { kind: 'generic', name: file, bytes: new TextEncoder().encode(to), expected } as const;
    let made: boolean | undefined;
    try {
      await this.store.commit([change], randomUUID());
      made = true;
    } catch (error) {
      const { code } = error as { code?: string };
      // `unavailable` promises that nothing was changed; then nobody has compared anything, either.
      if (code === 'unavailable' || code === 'write_failed') throw error;
      made = code === 'conflict' ? false : undefined;
    }
    const endMs = made === undefined ? Number.POSITIVE_INFINITY : performance.now();
    return { file, startMs, endMs, call: { kind: 'swap', from, to, made } };
  }

  /** Reads what was acknowledged by anybody before. */
  async read(file: string): Promise<Operation> {
    const startMs = performance.now();
    const { revision } = await this.store.barrier();
    const until = startMs + 5000;
    while (this.#revision < revision) {
      if (performance.now() > until) throw new Error('what was changed has not come');
      await sleep(2);
    }
    return { file, startMs, endMs: performance.now(), call: { kind: 'read', found: this.files.get(file) ?? '' } };
  }

  async close(): Promise<void> {
    await this.#following?.close();
    await this.store.close();
  }
}
