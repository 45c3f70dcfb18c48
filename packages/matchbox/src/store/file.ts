/** The data directory on disk: `groups/`, `profiles/`, `ignition/`, `cloud/`, `generic/`. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { checkChanges } from '../data/change.ts';
import { temporarySuffix } from '../data/file-name.ts';
import { KeyedQueue } from '../data/keyed-queue.ts';
import { isKind, type Kind, kinds } from '../data/kind.ts';
import { revisionOf } from '../data/revision.ts';
import { createSerialQueue } from '../data/serial-queue.ts';
import {
  type Change,
  type Committed,
  type Following,
  type FollowOptions,
  type KindFaults,
  type Loaded,
  type Position,
  type Sink,
  type Store,
  type StoredFile,
  StoreError,
  type WriteId,
} from '../data/store.ts';
import { FolderSyncs } from '../disk/folder-syncs.ts';
import { commitFiles } from './commit-files.ts';
import { type DoubtTimes, doubtTimes } from './doubt.ts';
import { createFileView, type FileView, type Look } from './file-view.ts';
import { finishJournal } from './journal.ts';
import type { FileId } from './look.ts';
import { createLookPlan, type LookPlan, type Scope } from './look-plan.ts';
import { maxFileBytes } from './read-file.ts';
import { type FolderWatcher, watchFolders } from './watch-folders.ts';

const limits = {
  bytesPerFile: maxFileBytes,
  filesPerCommit: 10_000,
  bytesPerCommit: 256 * 1024 * 1024,
  atomic: true,
} as const;

/**
 * @param dataPath the data directory; its folders need not be there
 * @param times how long a loss is doubted
 */
export function openFileStore(dataPath: string, times: DoubtTimes = doubtTimes): Store {
  return new FileStore(dataPath, times);
}

class FileStore implements Store {
  readonly limits = limits;
  private readonly dataPath: string;
  private readonly times: DoubtTimes;
  private readonly epoch = randomUUID();
  private revision = 0;
  private view: FileView;
  /** What the last look of load() has left open. */
  private opened: Look | undefined;
  private openedInMs = 0;
  private toldFaults: KindFaults = new Map();
  private sink: Sink | undefined;
  private plan: LookPlan | undefined;
  private watcher: FolderWatcher | undefined;
  /** Until somebody follows, the server does not serve yet (or it is a command that never will). */
  private isServing = false;
  /** A commit was interrupted where it can only be finished. */
  private hasJournal = false;
  private finishing: Promise<unknown> | undefined;
  private readonly barriers = createSerialQueue();
  private waiting: Promise<Position> | undefined;
  private readonly syncs = new FolderSyncs();
  /** Files one by one side by side, several as one alone. */
  private readonly commits = new KeyedQueue(mostWritesAtOnce);
  private readonly looks = createSerialQueue();

  constructor(dataPath: string, times: DoubtTimes) {
    this.dataPath = dataPath;
    this.times = times;
    this.view = createFileView(this.describe, times);
  }

  readonly describe = (kind: Kind, name?: string): string =>
    name === undefined ? join(this.dataPath, kind) : join(this.dataPath, kind, name);

  load(): Promise<Loaded> {
    return this.commits.run(undefined, () =>
      this.looks.run(async () => {
        const started = performance.now();
        const view = createFileView(this.describe, this.times);
        const look = await view.look({ atOnce: !this.isServing });
        view.takeOver(this.view);
        this.view = view;
        // What was read is the caller's; with 100,000 files it is no little thing to keep.
        this.opened = { ...look, changes: [] };
        this.openedInMs = performance.now() - started;
        this.toldFaults = view.faults;
        this.revision++;
        return { position: this.position, files: look.changes, faults: view.faults };
      }),
    );
  }

  follow(from: Position, sink: Sink, { passive = false }: FollowOptions = {}): Following {
    this.sink = sink;
    if (from.epoch !== this.epoch || from.revision !== this.revision) {
      queueMicrotask(() => sink.reset('the files have changed since they were loaded'));
    } else if (!passive) this.watch();
    sink.state({ is: 'live' });
    return {
      close: async () => {
        this.plan?.close();
        const { watcher } = this;
        this.sink = this.plan = this.watcher = undefined;
        await watcher?.close();
        await this.looks.idle();
      },
    };
  }

  commit(changes: readonly Change[], by: WriteId): Promise<Committed> {
    const [first] = changes;
    const key = changes.length === 1 && first ? `${first.kind}/${first.name}` : undefined;
    return this.commits.run(key, async () => {
      checkChanges(changes, this);
      const ids = changes.map(({ kind, name }): FileId => [kind, name]);
      this.view.writing(ids);
      try {
        const before = await this.write(changes);
        this.view.writingEnded(ids);
        for (const { kind, name, bytes } of changes) this.view.wrote(kind, name, bytes && revisionOf(bytes));
        this.tell(
          changes.map(({ kind, name, bytes }) => ({ kind, name, content: bytes })),
          by,
        );
        return { position: this.position, before };
      } catch (error) {
        this.view.writingEnded(ids);
        this.plan?.hint(ids);
        throw error;
      }
    });
  }

  private async write(changes: readonly Change[]): Promise<Committed['before']> {
    if (this.hasJournal) {
      this.finishing ??= finishJournal(this.dataPath).finally(() => {
        this.finishing = undefined;
      });
      await this.finishing;
      this.hasJournal = false;
    }
    try {
      return await commitFiles(this.dataPath, changes, { sync: this.syncs.sync });
    } catch (error) {
      this.hasJournal = changes.length > 1 && error instanceof StoreError && error.code === 'unknown_outcome';
      throw error;
    }
  }

  /** Joins a barrier that has not begun yet: it will see what this one has to see. */
  barrier(): Promise<Position> {
    this.waiting ??= this.barriers.run(() => {
      this.waiting = undefined;
      return this.catchUp();
    });
    return this.waiting;
  }

  /** Files are written by others, too: unless their every change is heard of, one has to look. */
  private async catchUp(): Promise<Position> {
    const { isHeard } = this;
    if (isHeard) await twoTurns();
    // A look that is under way may have seen what we are asked for and have left it for later, since it is being written.
    await this.looks.idle();
    let scope: Scope | undefined = isHeard ? this.plan?.takeDue() : 'all';
    for (let rounds = 0; scope !== undefined && rounds < maxRounds; rounds++) {
      const { doubtMs, unsettled, unsettledAll } = await this.look(scope, false);
      scope = unsettledAll ? 'all' : unsettled;
      if (doubtMs === undefined && !unsettledAll) break;
      if (doubtMs !== undefined && doubtMs > this.times.fewGoneMs) break;
      await new Promise((resolve) => setTimeout(resolve, doubtMs ?? 0));
    }
    return this.position;
  }

  async close(): Promise<void> {
    await this.commits.idle();
    await this.looks.idle();
  }

  private get position(): Position {
    return { epoch: this.epoch, revision: this.revision };
  }

  private watch(): void {
    this.isServing = true;
    const lookAtDue = () => {
      const due = this.plan?.takeDue();
      if (due !== undefined) this.look(due, true).catch(() => this.plan?.failed());
    };
    this.watcher = watchFolders(
      () => [this.dataPath, ...this.view.folders],
      (folder, name) => this.heard(folder, name),
    );
    this.plan = createLookPlan({ onDue: lookAtDue, isHeard: () => this.isHeard });
    const nothing: Look = { changes: [], againMs: undefined, unsettled: [], unsettledAll: false, doubtMs: undefined };
    this.plan.looked('all', this.opened ?? nothing, this.openedInMs);
  }

  /** Whether the kernel tells of every change of a file. */
  private get isHeard(): boolean {
    return this.watcher?.hearsEverything() === true && !this.view.hasLinks;
  }

  /** Called in crowds of thousands. */
  private heard(folder: string, name: string | null): void {
    if (this.plan?.isAll) return;
    if (folder === this.dataPath) {
      // What else lies beside the kinds' folders, a log file perhaps, is none of ours.
      if (name === null || isKind(name)) this.plan?.hint('all');
      return;
    }
    const below = folder
      .slice(this.dataPath.length)
      .split('/')
      .filter((part) => part !== '');
    const [kind = '', ...folders] = below;
    if (!isKind(kind) || name === null) this.plan?.hint('all');
    else if (!name.endsWith(temporarySuffix)) this.plan?.hint([[kind, [...folders, name].join('/')]]);
  }

  private look(scope: Scope, patient: boolean): Promise<Look> {
    return this.looks.run(async () => {
      const started = performance.now();
      const look = scope === 'all' ? await this.view.look({ patient }) : await this.view.lookAt(scope, patient);
      this.tell(look.changes);
      this.tellFaults();
      this.plan?.looked(scope, look, performance.now() - started);
      return look;
    });
  }

  private tell(changes: readonly StoredFile[], by?: WriteId): void {
    if (changes.length === 0) return;
    this.revision++;
    this.sink?.changes(this.position, changes, by);
  }

  private tellFaults(): void {
    const { faults } = this.view;
    const isSame = kinds.every((kind) => faults.get(kind)?.message === this.toldFaults.get(kind)?.message);
    if (isSame) return;
    this.toldFaults = faults;
    this.sink?.faults(faults);
  }
}

/** Files that are being written: each holds a descriptor or two, and waits for the disk. */
const mostWritesAtOnce = 16;
/** A barrier looks so often at what is missing or on the move; after that it is not its business. */
const maxRounds = 5;

/** What has happened to the files so far is with the event loop; it hands out everything it has in one turn. */
async function twoTurns(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
