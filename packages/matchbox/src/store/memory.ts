/** A store in memory: for tests, for data that is on no disk, and as the plainest example of what a store has to do. */
import { randomUUID } from 'node:crypto';
import { checkChanges, checkExpected } from '../data/change.ts';
import { isKind, type Kind } from '../data/kind.ts';
import {
  type Change,
  type Committed,
  type Position,
  type Sink,
  type Store,
  type StoredFile,
  StoreError,
  type WriteId,
} from '../data/store.ts';

interface Entry {
  readonly position: Position;
  readonly changes: readonly StoredFile[];
  readonly by: WriteId;
}

/** What several stores may share, as replicas share an engine. */
export interface MemoryBackend {
  epoch: string;
  revision: number;
  readonly files: Map<string, { readonly kind: Kind; readonly name: string; readonly content: Uint8Array }>;
  /** Commits after `trimmedTo`, oldest first. */
  log: Entry[];
  trimmedTo: number;
  readonly listeners: Set<() => void>;
}

/** @param files initial content by `kind/name`, as text or bytes */
export function createMemoryBackend(files: Readonly<Record<string, string | Uint8Array>> = {}): MemoryBackend {
  const backend: MemoryBackend = {
    epoch: randomUUID(),
    revision: 0,
    files: new Map(),
    log: [],
    trimmedTo: 0,
    listeners: new Set(),
  };
  for (const [path, data] of Object.entries(files)) {
    const slash = path.indexOf('/');
    const kind = path.slice(0, slash);
    if (!isKind(kind)) throw new StoreError('bad_name', `${path}: not below a folder of a kind`);
    const content = typeof data === 'string' ? new TextEncoder().encode(data) : Uint8Array.from(data);
    backend.files.set(path, { kind, name: path.slice(slash + 1), content });
  }
  return backend;
}

/** Forgets how it came to be what it is, as an engine that compacts its history. */
export function trimHistory(backend: MemoryBackend): void {
  backend.log = [];
  backend.trimmedTo = backend.revision;
}

const limits = {
  bytesPerFile: 64 * 1024 * 1024,
  filesPerCommit: 100_000,
  bytesPerCommit: 256 * 1024 * 1024,
  atomic: true,
} as const;

/** @param content files by `kind/name`, or a backend that others share */
export function openMemoryStore(content: Readonly<Record<string, string | Uint8Array>> | MemoryBackend = {}): Store {
  const backend = isBackend(content) ? content : createMemoryBackend(content);
  const describe = (kind: Kind, name?: string) => (name === undefined ? `memory/${kind}` : `memory/${kind}/${name}`);
  const position = (): Position => ({ epoch: backend.epoch, revision: backend.revision });
  return {
    limits,
    describe,
    load: async () => ({ position: position(), files: [...backend.files.values()], faults: new Map() }),
    follow: (from, sink) => followLog(backend, from, sink),
    commit: async (changes, by) => {
      checkChanges(changes, { limits, describe });
      return commitTo(backend, changes, by, describe);
    },
    barrier: async () => position(),
    close: async () => {},
  };
}

function isBackend(content: object): content is MemoryBackend {
  return 'listeners' in content && content.listeners instanceof Set;
}

function commitTo(
  backend: MemoryBackend,
  changes: readonly Change[],
  by: WriteId,
  describe: Store['describe'],
): Committed {
  const before = changes.map((change) => {
    const { kind, name, bytes } = change;
    const found = backend.files.get(`${kind}/${name}`)?.content;
    checkExpected(change, found);
    if (bytes === undefined && found === undefined) {
      throw new StoreError('not_found', `remove ${describe(kind, name)}: no such file or directory`);
    }
    return found;
  });
  const stored = changes.map(({ kind, name, bytes }): StoredFile => {
    const content = bytes && Uint8Array.from(bytes);
    if (content === undefined) backend.files.delete(`${kind}/${name}`);
    else backend.files.set(`${kind}/${name}`, { kind, name, content });
    return { kind, name, content };
  });
  const position = { epoch: backend.epoch, revision: ++backend.revision };
  backend.log.push({ position, changes: stored, by });
  for (const hear of [...backend.listeners]) hear();
  return { position, before };
}

function followLog(backend: MemoryBackend, from: Position, sink: Sink) {
  let told = from.revision;
  const hear = () => {
    if (from.epoch !== backend.epoch || told < backend.trimmedTo || told > backend.revision) {
      backend.listeners.delete(hear);
      sink.reset(`the history from revision ${told} on is gone`);
      return;
    }
    for (const { position, changes, by } of backend.log.slice(told - backend.trimmedTo)) {
      told = position.revision;
      sink.changes(position, changes, by);
    }
  };
  backend.listeners.add(hear);
  sink.state({ is: 'live' });
  if (told !== backend.revision || from.epoch !== backend.epoch) hear();
  return { close: async () => void backend.listeners.delete(hear) };
}

/** Puts an empty backend in the place of this one, as an operator who restores the wrong backup. */
export function restoreEmpty(backend: MemoryBackend): void {
  Object.assign(backend, { epoch: randomUUID(), revision: 0, log: [], trimmedTo: 0 });
  backend.files.clear();
  for (const hear of [...backend.listeners]) hear();
}
