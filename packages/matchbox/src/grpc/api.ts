/** What the services share: reading files as they are stored, and writing them in order, audited, for those who may. */
import { ConnectError, type HandlerContext } from '@connectrpc/connect';
import type { Catalog } from '../data/catalog.ts';
import { inSafeOrder } from '../data/change.ts';
import type { Kind } from '../data/kind.ts';
import { createSerialQueue } from '../data/serial-queue.ts';
import { StoreError, type StoreLimits } from '../data/store.ts';
import {
  createAuditedWrites,
  dependsOnFile,
  isRefusal,
  mayWrite,
  type Prepared,
  type Put,
  type Removal,
  type WritesOptions,
} from './audited-writes.ts';
import { identityKey } from './identity.ts';
import { fileNameOf } from './object-name.ts';
import { readStored } from './read-stored.ts';
import { RpcError, toConnectError } from './rpc-error.ts';

export interface Api {
  readonly catalog: Catalog;
  /** The newest state of the store, also where something else than this server changed it. */
  refresh(): Promise<void>;
  /** @throws StoreError with the original's text */
  read(kind: Kind, name: string): Promise<Uint8Array>;
  put(write: Put, context: HandlerContext): Promise<{ readonly revision: string }>;
  remove(write: Removal, context: HandlerContext): Promise<void>;
  /**
   * @param atomic all or nothing; else as many at once as the store can
   * @returns the revision of each, in their order
   * @throws RpcError `not_atomic` if the store cannot
   */
  apply(writes: readonly (Put | Removal)[], atomic: boolean, context: HandlerContext): Promise<readonly string[]>;
  /**
   * Does what is no change of a file, for those who may; written down before and after.
   * @throws RpcError `read_only`, `not_audited`
   */
  order<T>(about: Order, context: HandlerContext, run: () => Promise<T>): Promise<T>;
}

export interface Order {
  /** `machines/m-1` */
  readonly object: string;
  readonly detail: string;
}

export function createApi({ catalog, audit, metrics }: WritesOptions): Api {
  /** One change at a time, so that the audit log has them in the order in which they were made. */
  const queue = createSerialQueue();

  const { prepare, commit, failed } = createAuditedWrites({ catalog, audit, metrics });

  const commitParts = async (parts: readonly (readonly Prepared[])[]): Promise<ReadonlyMap<Prepared, string>> => {
    const revisions = new Map<Prepared, string>();
    for (const part of parts) {
      const made = await commit(part).catch((error: unknown) => {
        throw partlyMade(error, revisions.size, parts.flat().length);
      });
      for (const [index, write] of part.entries()) revisions.set(write, made[index]!);
    }
    return revisions;
  };

  const apply = async (writes: readonly (Put | Removal)[], atomic: boolean, context: HandlerContext) => {
    const prepared: Prepared[] = [];
    for (const write of writes) prepared.push(await prepare(write, context));
    const parts = partsOf(prepared, catalog.limits);
    if (parts.length < 2 && (!atomic || writes.length < 2 || catalog.limits.atomic)) {
      return parts.length === 0 ? [] : commit(prepared);
    }
    if (atomic) return failed(prepared, notAtomic(writes.length, catalog.limits));
    const revisions = await commitParts(parts);
    return prepared.map((write) => revisions.get(write)!);
  };

  /** What is made of files is made of the newest, and made again if somebody has edited them meanwhile. */
  const onNewest = async <T>(writes: readonly (Put | Removal)[], make: () => Promise<T>): Promise<T> => {
    const depends = writes.some(dependsOnFile);
    for (let tries = 1; ; tries++) {
      if (depends) await catalog.refresh();
      try {
        return await make();
      } catch (error) {
        const isEdited = error instanceof StoreError && error.code === 'conflict';
        if (!depends || !isEdited || tries === mostTries) throw error;
      }
    }
  };

  const order = async <T>(about: Order, context: HandlerContext, run: () => Promise<T>): Promise<T> => {
    const identity = context.values.get(identityKey);
    const note = { ...about, identity, method: `${context.service.typeName}/${context.method.name}` };
    try {
      mayWrite(identity);
      await audit.note({ ...note, outcome: 'begun' });
      const done = await run();
      await audit.note({ ...note, outcome: 'done' });
      return done;
    } catch (error) {
      const { message } = error as Error;
      await audit.note({ ...note, outcome: isRefusal(error) ? 'refused' : 'failed', error: message });
      throw error;
    }
  };

  return {
    catalog,
    order,
    refresh: () => catalog.refresh(),
    read: async (kind, name) => {
      const fileName = fileNameOf(kind, name);
      await catalog.refresh();
      return readStored(catalog, kind, fileName);
    },
    put: (write, context) =>
      queue.run(async () => {
        const [revision] = await onNewest([write], async () => commit([await prepare(write, context)]));
        return { revision: revision! };
      }),
    remove: (write, context) => queue.run(async () => void (await commit([await prepare(write, context)]))),
    apply: (writes, atomic, context) => queue.run(() => onNewest(writes, () => apply(writes, atomic, context))),
  };
}

/** Somebody who edits a file all the time is told of the conflict. */
const mostTries = 3;

/** Commits that the store can make, in an order in which no moment has a group without its profile. */
function partsOf(writes: readonly Prepared[], { filesPerCommit, bytesPerCommit }: StoreLimits): Prepared[][] {
  const isOne = writes.length <= filesPerCommit && bytesOf(writes) <= bytesPerCommit;
  if (isOne) return writes.length === 0 ? [] : [[...writes]];
  const parts: Prepared[][] = [];
  let part: Prepared[] = [];
  for (const write of inSafeOrder(writes)) {
    if (part.length === filesPerCommit || bytesOf([...part, write]) > bytesPerCommit) {
      parts.push(part);
      part = [];
    }
    part.push(write);
  }
  return [...parts, part];
}

function bytesOf(writes: readonly Prepared[]): number {
  return writes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
}

function notAtomic(count: number, { filesPerCommit, bytesPerCommit, atomic }: StoreLimits): RpcError {
  const limit = atomic ? `${filesPerCommit} files of ${bytesPerCommit} bytes in all` : 'one file';
  return new RpcError(
    'not_atomic',
    `${count} changes: the store makes ${limit} whole or not at all, no more; nothing was changed`,
  );
}

function partlyMade(error: unknown, made: number, all: number): unknown {
  if (made === 0) return error;
  const { code, rawMessage } = toConnectError(error);
  return new ConnectError(`${made} of ${all} changes are in force, the others are not: ${rawMessage}`, code);
}
