/** What the primary tells of files, as a store that the catalog follows. */
import { kinds } from '../data/kind.ts';
import { type KindFaults, type Loaded, type Sink, type Store, type StoredFile, StoreError } from '../data/store.ts';
import type { FaultsMessage, FileMessage } from './message.ts';

export interface ToldStore {
  readonly store: Store;
  /** Of what is loaded, before `loaded`. */
  part(files: readonly FileMessage[]): void;
  loaded(number: number, faults: FaultsMessage): void;
  files(number: number, files: readonly FileMessage[], faults: FaultsMessage): void;
}

const epoch = 'primary';

export function createToldStore(): ToldStore {
  let first: StoredFile[] = [];
  /** Files that come twice: broken now, and their last good content came first. */
  let again: StoredFile[] = [];
  const seen = new Set<string>();
  const waiting: (() => void)[] = [];
  let sink: Sink | undefined;
  let last = 0;
  let resolveLoaded: (loaded: Loaded) => void = () => {};
  const loaded = new Promise<Loaded>((resolve) => {
    resolveLoaded = resolve;
  });
  const pass = (tell: () => void) => {
    if (sink === undefined) waiting.push(tell);
    else tell();
  };
  const store: Store = {
    limits: { bytesPerFile: 0, filesPerCommit: 0, bytesPerCommit: 0, atomic: true },
    describe: (kind, name) => (name === undefined ? kind : `${kind}/${name}`),
    load: () => loaded,
    follow: (_, given) => {
      // Whoever follows takes in first what it has loaded.
      queueMicrotask(() => {
        sink = given;
        for (const tell of waiting.splice(0)) tell();
      });
      return { close: async () => {} };
    },
    commit: async () => {
      throw new StoreError('denied', 'only the primary writes');
    },
    barrier: async () => ({ epoch, revision: last }),
    close: async () => {},
  };
  return {
    store,
    part: (files: readonly FileMessage[]) => {
      for (const file of files) {
        const key = `${file.kind}/${file.name}`;
        (seen.has(key) ? again : first).push(storedFile(file));
        seen.add(key);
      }
    },
    loaded: (number: number, faults: FaultsMessage) => {
      const revision = number * 2;
      last = Math.max(last, revision);
      const twice = again;
      resolveLoaded({ position: { epoch, revision }, files: first, faults: kindFaults(faults) });
      if (twice.length > 0) {
        last = Math.max(last, revision + 1);
        // Before anything that came meanwhile.
        waiting.unshift(() => sink!.changes({ epoch, revision: revision + 1 }, twice));
      }
      first = [];
      again = [];
      seen.clear();
    },
    files: (number: number, files: readonly FileMessage[], faults: FaultsMessage) => {
      const revision = number * 2;
      last = Math.max(last, revision);
      pass(() => {
        sink!.changes({ epoch, revision }, files.map(storedFile));
        sink!.faults(kindFaults(faults));
      });
    },
  };
}

function storedFile({ kind, name, content }: FileMessage): StoredFile {
  if (content === undefined || content instanceof Uint8Array) return { kind, name, content };
  return { kind, name, content: new StoreError(content.code, content.message) };
}

function kindFaults(faults: FaultsMessage): KindFaults {
  return new Map(
    faults
      .filter(([kind]) => kinds.includes(kind))
      .map(([kind, { code, message }]) => [kind, new StoreError(code, message)]),
  );
}
