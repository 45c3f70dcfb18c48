/** What every store has to do; each implementation runs this suite, engines with several stores on one backend. */
import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Kind } from '../data/kind.ts';
import type {
  Change,
  Following,
  FollowOptions,
  KindFaults,
  Loaded,
  Position,
  Sink,
  Store,
  StoredFile,
  StoreState,
} from '../data/store.ts';

/** A backend without files, for one test. */
export interface StoreFixture {
  /** Another store on the same backend. */
  open(): Store;
  /** Makes the backend forget its history, as a compaction does; left out where there is none. */
  trim?(): Promise<void>;
  /** Puts an older state in the place of the present one, with another epoch or a smaller revision; left out where nobody can. */
  restore?(): Promise<void>;
  dispose(): Promise<void>;
}

export interface StoreContract {
  readonly create: () => Promise<StoreFixture>;
  /** Whether stores on one backend compare in one transaction. Processes that share files do not. */
  readonly isShared: boolean;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const hash = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
const put = (name: string, content: string | Uint8Array, more: Partial<Change> = {}): Change => ({
  kind: 'groups',
  name,
  bytes: typeof content === 'string' ? bytes(content) : content,
  ...more,
});
const removal = (name: string, more: Partial<Change> = {}): Change => ({
  kind: 'groups',
  name,
  bytes: undefined,
  ...more,
});

/** What a follower of a store has heard. */
interface Heard {
  readonly batches: {
    readonly position: Position;
    readonly changes: readonly StoredFile[];
    readonly by: string | undefined;
  }[];
  readonly resets: string[];
  readonly states: StoreState[];
  readonly faults: KindFaults[];
  /** Everything that was loaded, and what the changes have made of it; as text, by `kind/name`. */
  readonly files: Map<string, string>;
  readonly following: Following;
}

const shown = ({ content }: StoredFile) =>
  content instanceof Uint8Array ? Buffer.from(content).toString() : String(content);

function follow(store: Store, loaded: Loaded, options?: FollowOptions): Heard {
  const files = new Map(loaded.files.map((file) => [`${file.kind}/${file.name}`, shown(file)]));
  const heard = { batches: [], resets: [], states: [], faults: [], files } as Omit<Heard, 'following'>;
  const sink: Sink = {
    changes: (position, changes, by) => {
      heard.batches.push({ position, changes, by });
      for (const file of changes) {
        if (file.content === undefined) files.delete(`${file.kind}/${file.name}`);
        else files.set(`${file.kind}/${file.name}`, shown(file));
      }
    },
    reset: (reason) => heard.resets.push(reason),
    faults: (faults) => heard.faults.push(faults),
    state: (state) => heard.states.push(state),
  };
  return { ...heard, following: store.follow(loaded.position, sink, options) };
}

const commit = (store: Store, ...changes: readonly Change[]) => store.commit(changes, randomUUID());

async function textOf(store: Store, kind: Kind, name: string): Promise<string | undefined> {
  const found = (await store.load()).files.find((file) => file.kind === kind && file.name === name);
  return found && shown(found);
}

/** A change is promised to be on every store within half a second; a loaded machine may take longer. */
const arrives = { interval: 10 };

export function describeStore(name: string, contract: StoreContract): void {
  const check = (title: string, body: (fixture: StoreFixture, store: Store) => Promise<void>) =>
    test(`${name} ${title}`, async () => {
      const fixture = await contract.create();
      const opened: Store[] = [];
      const open = () => {
        const store = fixture.open();
        opened.push(store);
        return store;
      };
      try {
        await body({ ...fixture, open }, open());
      } finally {
        for (const store of opened) await store.close();
        await fixture.dispose();
      }
    });

  describeCommits(check);
  describeFollowing(check);
  describeRefusals(check);
  describeReplicas(check, contract);
}

type Check = (title: string, body: (fixture: StoreFixture, store: Store) => Promise<void>) => void;

function describeCommits(check: Check): void {
  check('loads nothing from an empty backend', async (_, store) => {
    const { files, position } = await store.load();
    expect(files).toEqual([]);
    expect(position.epoch).not.toBe('');
  });

  check('loads what was committed, byte for byte, with names of every sort', async (_, store) => {
    const binary = Uint8Array.from({ length: 1000 }, (_unused, i) => i & 255);
    const names = [
      'b.json',
      'a/z.json',
      'é.json',
      'B.json',
      '...json',
      'n'.repeat(255),
      '🚀',
      '% _\\"\'',
      '__proto__',
      'ﬀ\u{10ffff}',
    ];
    for (const each of names) await commit(store, put(each, each));
    await commit(store, { kind: 'generic', name: 'binary', bytes: binary });
    const { files } = await store.load();
    expect(files.map((file) => file.name).sort()).toEqual([...names, 'binary'].sort());
    for (const each of names) expect(await textOf(store, 'groups', each)).toBe(each);
    const found = files.find((file) => file.name === 'binary')?.content;
    expect(Buffer.compare(found as Uint8Array, binary)).toBe(0);
  });

  check('keeps kinds apart', async (_, store) => {
    await commit(
      store,
      { kind: 'cloud', name: 'x', bytes: bytes('cloud') },
      { kind: 'generic', name: 'x', bytes: bytes('generic') },
    );
    await commit(store, { kind: 'cloud', name: 'x', bytes: undefined });
    expect(await textOf(store, 'generic', 'x')).toBe('generic');
    expect(await textOf(store, 'cloud', 'x')).toBeUndefined();
  });

  check('takes a file of no bytes and a large one', async (_, store) => {
    const large = Buffer.alloc(Math.min(store.limits.bytesPerFile, 1024 * 1024), 'x');
    await commit(store, put('empty', ''));
    await commit(store, put('large', large));
    expect(await textOf(store, 'groups', 'empty')).toBe('');
    expect((await textOf(store, 'groups', 'large'))?.length).toBe(large.length);
  });

  check('says what each change has replaced, and counts on', async (_, store) => {
    const first = await commit(store, put('a', '1'));
    const second = await commit(store, put('a', '2'), put('b', '1'));
    const third = await commit(store, removal('a'));
    expect(first.before).toEqual([undefined]);
    expect(second.before.map((each) => each && Buffer.from(each).toString())).toEqual(['1', undefined]);
    expect(third.before.map((each) => each && Buffer.from(each).toString())).toEqual(['2']);
    expect(second.position.revision).toBeGreaterThan(first.position.revision);
    expect(third.position.revision).toBeGreaterThan(second.position.revision);
    expect(third.position.epoch).toBe(first.position.epoch);
  });

  check('compares with the content of the file, and with nothing', async (_, store) => {
    await commit(store, put('a', '1', { expected: '' }));
    await expect(commit(store, put('a', '2', { expected: '' }))).rejects.toMatchObject({
      code: 'conflict',
      message: `groups/a has changed: expected revision "", found "${hash(bytes('1'))}"`,
    });
    await expect(commit(store, removal('a', { expected: hash(bytes('2')) }))).rejects.toMatchObject({
      code: 'conflict',
    });
    await commit(store, put('a', '2', { expected: hash(bytes('1')) }));
    await commit(store, removal('a', { expected: hash(bytes('2')) }));
    await expect(commit(store, put('a', '3', { expected: hash(bytes('2')) }))).rejects.toMatchObject({
      code: 'conflict',
      message: `groups/a has changed: expected revision "${hash(bytes('2'))}", found ""`,
    });
  });

  check('lets one of twenty win that expect the same', async (_, store) => {
    const race = Array.from({ length: 20 }, (_unused, i) => commit(store, put('a', `${i}`, { expected: '' })));
    const results = await Promise.allSettled(race);
    const winners = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
    expect(winners).toHaveLength(1);
    expect(await textOf(store, 'groups', 'a')).toBe(`${winners[0]}`);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
  });

  check('changes nothing when one of several changes is refused', async (_, store) => {
    await commit(store, put('a', '1'));
    await expect(commit(store, put('b', '1'), put('a', '2', { expected: '' }))).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(commit(store, put('b', '1'), removal('none'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(commit(store, put('b', '1'), put('../x', '2'))).rejects.toMatchObject({ code: 'bad_name' });
    const { files } = await store.load();
    expect(files.map((file) => [file.name, shown(file)])).toEqual([['a', '1']]);
  });
}

function describeFollowing(check: Check): void {
  check('tells its own follower of each commit once, with its id, whole and in order', async (_, store) => {
    const heard = follow(store, await store.load());
    const ids = [randomUUID(), randomUUID(), randomUUID()] as const;
    await store.commit([put('a', '1')], ids[0]);
    await store.commit([put('b', '1'), put('a', '2')], ids[1]);
    await store.commit([removal('a')], ids[2]);
    const last = await store.barrier();
    await expect.poll(() => heard.batches.at(-1)?.position.revision, arrives).toBe(last.revision);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const own = heard.batches.filter(({ changes }) => changes.length > 0);
    expect(own.map(({ by, changes }) => [by, changes.map((file) => `${file.name}=${shown(file)}`).sort()])).toEqual([
      [ids[0], ['a=1']],
      [ids[1], ['a=2', 'b=1']],
      [ids[2], ['a=undefined']],
    ]);
    const revisions = heard.batches.map(({ position }) => position.revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(heard.states[0]).toEqual({ is: 'live' });
    await heard.following.close();
  });

  check('tells nothing after the following was closed', async (_, store) => {
    const heard = follow(store, await store.load());
    await heard.following.close();
    await commit(store, put('a', '1'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard.batches).toEqual([]);
  });

  check('has a barrier that covers what was committed before', async (_, store) => {
    const heard = follow(store, await store.load(), { passive: true });
    const { position } = await commit(store, put('a', '1'));
    const barrier = await store.barrier();
    expect(barrier.epoch).toBe(position.epoch);
    expect(barrier.revision).toBeGreaterThanOrEqual(position.revision);
    await expect.poll(() => heard.files.get('groups/a'), arrives).toBe('1');
    await heard.following.close();
  });

  check('makes a commit of a hundred files seen whole', async (_, store) => {
    const heard = follow(store, await store.load());
    const many = Array.from({ length: Math.min(100, store.limits.filesPerCommit) }, (_unused, i) => put(`${i}`, '1'));
    await commit(store, ...many);
    await commit(store, ...many.map((change) => ({ ...change, bytes: bytes('2') })));
    await expect.poll(() => heard.files.get('groups/99'), arrives).toBe('2');
    const sizes = heard.batches.map(({ changes }) => changes.length).filter((size) => size > 0);
    expect(sizes).toEqual([many.length, many.length]);
    await heard.following.close();
  });
}

function describeRefusals(check: Check): void {
  check('says of a missing file that it is not found', async (_, store) => {
    await commit(store, put('there', '1'));
    await expect(commit(store, removal('none.json'))).rejects.toMatchObject({
      code: 'not_found',
      message: `remove ${store.describe('groups', 'none.json')}: no such file or directory`,
    });
  });

  check('refuses names that would not be listed, and changes nothing', async (_, store) => {
    const names = [
      '../x',
      'a/../../x',
      '/etc/x',
      '',
      'a//b',
      './a',
      'nul\0x',
      'line\nbreak',
      '.git/config',
      'x.1-1.matchbox-tmp',
    ];
    for (const each of [...names, 'a/a/a/a/a/a/a/a/a/deep']) {
      await expect(commit(store, put(each, '1')), each).rejects.toMatchObject({ code: 'bad_name' });
      await expect(commit(store, removal(each)), each).rejects.toMatchObject({ code: 'bad_name' });
    }
    expect((await store.load()).files).toEqual([]);
  });

  check('refuses a name that is too long for a file system', async (_, store) => {
    const long = 'n'.repeat(256);
    await expect(commit(store, put(long, '1'))).rejects.toMatchObject({
      code: 'write_failed',
      message: `open ${store.describe('groups', long)}: file name too long`,
    });
  });

  check('refuses what is over its limits, and says both numbers', async (_, store) => {
    const { filesPerCommit, bytesPerFile } = store.limits;
    const many = Array.from({ length: filesPerCommit + 1 }, (_unused, i) => put(`${i}`, ''));
    await expect(store.commit(many, 'many')).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining(`${filesPerCommit + 1} files, more than the ${filesPerCommit} allowed`),
    });
    await expect(commit(store, put('a', new Uint8Array(bytesPerFile + 1)))).rejects.toMatchObject({
      code: 'too_large',
    });
    expect((await store.load()).files).toEqual([]);
  });

  check('refuses the same file twice in one commit', async (_, store) => {
    await expect(commit(store, put('a', '1'), removal('a'))).rejects.toMatchObject({ code: 'bad_name' });
  });
}

function describeReplicas(check: Check, { isShared }: StoreContract): void {
  check('tells the follower of another store on the same backend', async ({ open }, store) => {
    const other = open();
    const heard = follow(other, await other.load());
    await commit(store, put('a', '1'), put('b', '1'));
    await expect.poll(() => heard.files.get('groups/b'), arrives).toBe('1');
    await commit(store, removal('a'));
    await expect.poll(() => heard.files.has('groups/a'), arrives).toBe(false);
    await heard.following.close();
  });

  check('has a barrier that covers what another store has committed', async ({ open }, store) => {
    const other = open();
    const heard = follow(other, await other.load());
    for (let i = 0; i < 10; i++) {
      await commit(store, put('a', `${i}`));
      const { revision } = await other.barrier();
      await expect.poll(() => heard.batches.at(-1)?.position.revision ?? 0, arrives).toBeGreaterThanOrEqual(revision);
      expect(heard.files.get('groups/a')).toBe(`${i}`);
    }
    await heard.following.close();
  });

  check('tells what came after a load, without a gap and without a double', async ({ open }, store) => {
    const other = open();
    for (let i = 0; i < 5; i++) await commit(store, put(`before${i}`, '1'));
    const loaded = await other.load();
    for (let i = 0; i < 5; i++) await commit(store, put(`between${i}`, '1'));
    const heard = follow(other, loaded);
    for (let i = 0; i < 5; i++) await commit(store, put(`after${i}`, '1'));
    await other.barrier();
    await expect.poll(() => heard.files.size + heard.resets.length, arrives).toBe(15);
    const told = heard.batches.flatMap(({ changes }) => changes.map((file) => file.name));
    expect(told).toEqual([...new Set(told)]);
    await heard.following.close();
  });

  if (!isShared) return;

  check('lets one of twenty win that expect the same through two stores', async ({ open }, store) => {
    const other = open();
    const race = Array.from({ length: 20 }, (_unused, i) =>
      commit(i % 2 ? store : other, put('a', `${i}`, { expected: '' })),
    );
    const results = await Promise.allSettled(race);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  check('tells all followers the same commits in the same order', async ({ open }, store) => {
    const stores = [store, open(), open()];
    const followers = await Promise.all(stores.map(async (each) => follow(each, await each.load())));
    await Promise.all(Array.from({ length: 30 }, (_unused, i) => commit(stores[i % 3]!, put(`${i % 4}`, `${i}`))));
    await Promise.all(stores.map((each) => each.barrier()));
    for (const { batches } of followers) await expect.poll(() => batches.length, arrives).toBe(30);
    const histories = followers.map(({ batches }) =>
      batches.map(({ position, changes }) => `${position.revision} ${changes.map(shown).join()}`),
    );
    expect(histories[1]).toEqual(histories[0]);
    expect(histories[2]).toEqual(histories[0]);
    for (const { following } of followers) await following.close();
  });

  check('asks for a load when the history that a follower needs is gone', async (fixture, store) => {
    const { trim } = fixture;
    if (trim === undefined) throw new TypeError('a shared backend needs a way to forget its history');
    const other = fixture.open();
    const loaded = await other.load();
    await commit(store, put('a', '1'));
    await commit(store, put('a', '2'));
    await trim();
    const heard = follow(other, loaded);
    await expect.poll(() => heard.resets.length, arrives).toBe(1);
    await heard.following.close();
    const again = follow(other, await other.load());
    await commit(store, put('b', '1'));
    await expect
      .poll(() => [...again.files].sort(), arrives)
      .toEqual([
        ['groups/a', '2'],
        ['groups/b', '1'],
      ]);
    await again.following.close();
  });

  check('asks for a load when an older state was restored', async (fixture, store) => {
    const { restore } = fixture;
    if (restore === undefined) throw new TypeError('a shared backend needs a way to restore an older state');
    await commit(store, put('a', '1'));
    const other = fixture.open();
    const heard = follow(other, await other.load());
    await restore();
    await expect.poll(() => heard.resets.length, arrives).toBe(1);
    await heard.following.close();
  });
}
