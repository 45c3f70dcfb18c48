/** Hears of commits: a notification, each connect and each tick lead to the same question, so that none of them has to be relied on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Pool, PoolConfig } from 'pg';
import type { Kind } from '../../data/kind.ts';
import type { Following, FollowOptions, Position, Sink, StoredFile } from '../../data/store.ts';
import { channel } from './schema.ts';

export interface PostgresFollowing extends Following {
  /** Asks now. Rejects with the library's error. */
  catchUp(): Promise<void>;
}

/** Without notifications (a pooler in transaction mode, a standby) this is how late a change is heard of. */
const pollMs = 1000;
const reconnectMs = 200;
/** A connection that says nothing is asked whether it lives. */
const probeMs = 2000;
/** Changes read at a time. */
const rowsAtOnce = 2000;

interface State {
  readonly epoch: string;
  readonly revision: string;
  readonly pruned: string;
  readonly witness: string | null;
}

interface Row {
  readonly revision: string;
  readonly write_id: string;
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: Buffer | null;
}

/** From where commits are heard of. */
export interface PostgresSource {
  readonly pool: Pool;
  readonly config: PoolConfig;
  readonly from: Position;
}

export function followCommits(
  source: PostgresSource,
  sink: Sink,
  { passive = false }: FollowOptions = {},
): PostgresFollowing {
  const follower = new CommitFollower(source, sink);
  const hint = () => void follower.catchUp().catch(() => {});
  hint();
  const catchUp = () => follower.catchUp();
  if (passive) return { catchUp, close: async () => follower.end() };
  const timer = setInterval(hint, pollMs);
  const listening = listen(source.config, hint, () => follower.isEnded);
  return {
    catchUp,
    close: async () => {
      follower.end();
      clearInterval(timer);
      await listening.close();
      await follower.asked();
    },
  };
}

class CommitFollower {
  isEnded = false;
  readonly #pool: Pool;
  readonly #epoch: string;
  readonly #sink: Sink;
  /** The revision that was told last. */
  #told: number;
  /** The id of the commit at `told`: a history that lacks it is another one, however far it has come. */
  #witness: string | undefined;
  #isLive = false;
  #asking: Promise<void> | undefined;
  #askAgain = false;

  constructor({ pool, from }: PostgresSource, sink: Sink) {
    this.#pool = pool;
    this.#epoch = from.epoch;
    this.#told = from.revision;
    this.#sink = sink;
  }

  end(): void {
    this.isEnded = true;
  }

  /** Resolves when nothing is asked any more. */
  async asked(): Promise<void> {
    await this.#asking?.catch(() => {});
  }

  catchUp(): Promise<void> {
    if (this.isEnded) return Promise.resolve();
    if (this.#asking !== undefined) {
      this.#askAgain = true;
      return this.#asking;
    }
    this.#asking = this.#ask()
      .catch((error: unknown) => {
        this.#lost(error);
        throw error;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    do {
      this.#askAgain = false;
      await this.#askOnce();
    } while (this.#askAgain && !this.isEnded);
  }

  async #askOnce(): Promise<void> {
    const { rows } = await this.#pool.query<State>(
      `select epoch, revision, pruned, (select write_id from matchbox.commits where revision = $1) as witness
       from matchbox.state`,
      [this.#told],
    );
    if (this.isEnded) return;
    if (!this.#isLive) this.#sink.state({ is: 'live' });
    this.#isLive = true;
    const state = rows[0]!;
    const fault = this.#faultOf(state);
    if (fault !== undefined) return this.#reset(fault);
    this.#witness ??= state.witness ?? undefined;
    const last = Number(state.revision);
    while (this.#told < last && !this.isEnded) await this.#tell(last);
  }

  /** Why what was told is no part of what there is. */
  #faultOf({ epoch, revision, pruned, witness }: State): string | undefined {
    const told = this.#told;
    const isOther = this.#witness !== undefined && witness !== this.#witness && Number(pruned) < told;
    if (epoch !== this.#epoch || Number(revision) < told || isOther) {
      return `the database was restored: revision ${told} is not part of its history`;
    }
    return Number(pruned) > told ? this.#historyGone() : undefined;
  }

  #historyGone(): string {
    return `the history from revision ${this.#told} on is gone`;
  }

  /** Whole commits only: the last one of a full page may go on in the next. */
  async #tell(to: number): Promise<void> {
    const { rows } = await this.#pool.query<Row>(
      `select c.revision, m.write_id, c.kind, c.name, c.bytes from matchbox.commits m join matchbox.changes c using (revision)
       where revision > $1 and revision <= (
         select coalesce(max(revision), $1) from (
           select revision from matchbox.commits where revision > $1 and revision <= $2 order by revision limit $3) p)
       order by c.revision, c.ordinal`,
      [this.#told, to, rowsAtOnce],
    );
    // Asked after the page: what is cut from the history meanwhile may be missing from it.
    const { rows: states } = await this.#pool.query<{ pruned: string }>('select pruned from matchbox.state');
    if (this.isEnded) return;
    if (Number(states[0]!.pruned) > this.#told) return this.#reset(this.#historyGone());
    const commits = groupRows(rows);
    for (const [revision, changes] of commits) {
      this.#told = Number(revision);
      this.#witness = changes[0]!.write_id;
      this.#sink.changes({ epoch: this.#epoch, revision: this.#told }, changes.map(storedFile), this.#witness);
    }
    // A commit without changes moves the position all the same.
    if (commits.size > 0) return;
    this.#told = to;
    this.#witness = undefined;
  }

  #lost(error: unknown): void {
    if (this.#isLive && !this.isEnded) {
      this.#sink.state({ is: 'lost', reason: error instanceof Error ? error.message : String(error) });
    }
    this.#isLive = false;
  }

  #reset(reason: string): void {
    this.isEnded = true;
    this.#sink.reset(reason);
  }
}

function storedFile({ kind, name, bytes }: Row): StoredFile {
  return { kind, name, content: bytes === null ? undefined : new Uint8Array(bytes) };
}

/** Node 20 has no Map.groupBy. */
function groupRows(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.revision);
    if (group === undefined) groups.set(row.revision, [row]);
    else group.push(row);
  }
  return groups;
}

/** A connection of its own that waits for notifications, made anew whenever it breaks. */
function listen(config: PoolConfig, hint: () => void, isClosed: () => boolean): { close(): Promise<void> } {
  let client: Client | undefined;
  const run = async () => {
    const { default: pg } = await import('pg');
    while (!isClosed()) {
      client = new pg.Client({ ...config, application_name: 'matchbox-follow' });
      try {
        await listenOnce(client, hint);
      } catch {
        // The tick goes on asking, and says when nobody answers.
      }
      if (!isClosed()) await sleep(reconnectMs);
    }
  };
  const running = run();
  return {
    close: async () => {
      await client?.end().catch(() => {});
      await running;
    },
  };
}

async function listenOnce(client: Client, hint: () => void): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    client.once('end', () => resolve());
    client.on('error', () => resolve());
  });
  await client.connect();
  client.on('notification', hint);
  await client.query(`listen ${channel}`);
  hint();
  let isAsked = false;
  const probe = setInterval(() => {
    // One that stands still is not asked again: the library queues what it cannot send, and will not do so for ever.
    if (isAsked) return;
    isAsked = true;
    // A peer that is gone without a word is noticed by the query's own time limit.
    client.query('select 1').then(
      () => {
        isAsked = false;
      },
      () => void client.end().catch(() => {}),
    );
  }, probeMs);
  await gone;
  clearInterval(probe);
  await client.end().catch(() => {});
}
