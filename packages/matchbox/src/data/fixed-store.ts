/** A store whose content never changes: a revision of a repository, or nothing at all. */
import type { Kind } from './kind.ts';
import { type KindFaults, type Store, type StoredFile, StoreError } from './store.ts';

export interface FixedContent {
  readonly files: readonly StoredFile[];
  readonly faults?: KindFaults;
  readonly describe: (kind: Kind, name?: string) => string;
}

export function openFixedStore({ files, faults = new Map(), describe }: FixedContent): Store {
  const position = { epoch: 'fixed', revision: 0 };
  return {
    limits: { bytesPerFile: 0, filesPerCommit: 0, bytesPerCommit: 0, atomic: true },
    describe,
    load: async () => ({ position, files, faults }),
    follow: () => ({ close: async () => {} }),
    commit: async ([change]) => {
      const where = change === undefined ? 'nothing' : describe(change.kind, change.name);
      throw new StoreError('denied', `write ${where}: it cannot be changed`);
    },
    barrier: async () => position,
    close: async () => {},
  };
}
