/** What the services share: reading files as they are stored, and writing them in order, audited, for those who may. */
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import type { Catalog } from '../data/catalog.ts';
import { inSafeOrder } from '../data/change.ts';
import type { Kind } from '../data/kind.ts';
import { createSerialQueue } from '../data/serial-queue.ts';
import { StoreError, type StoreLimits } from '../data/store.ts';
import type { Metrics } from '../log/metrics.ts';
import type { Attempt } from './audit.ts';
import type { AuditTrail } from './audit-trail.ts';
import { describeCaller, type Identity, identityKey } from './identity.ts';
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

export interface Removal {
  readonly kind: Kind;
  /** Id or name as the request has it. */
  readonly name: string;
  readonly expectedRevision: string | undefined;
}

export interface Put extends Removal {
  /** Checks the request and makes the file of it; called when the client may write. */
  readonly encode: () => Uint8Array;
  /** What is made depends on the file in force: what a message does not say stays as it is there. */
  readonly keepsRest?: boolean;
}

export interface ApiOptions {
  readonly catalog: Catalog;
  readonly audit: AuditTrail;
  readonly metrics: Metrics;
}

/** A write that was checked, and not yet made. */
interface Prepared extends Attempt {
  readonly method: string;
  readonly action: 'put' | 'delete';
  readonly bytes: Uint8Array | undefined;
  readonly expected: string | undefined;
}

export function createApi({ catalog, audit, metrics }: ApiOptions): Api {
  /** One change at a time, so that the audit log has them in the order in which they were made. */
  const queue = createSerialQueue();

  /** What was asked for was not done. */
  const failed = async (writes: readonly Prepared[], error: unknown): Promise<never> => {
    const refused = isRefusal(error);
    for (const { action, bytes, ...attempt } of writes) {
      metrics.written(attempt.kind, action, refused ? 'refused' : 'failed');
      await audit.record({ ...attempt, before: undefined, after: bytes, error: error as Error }, refused);
    }
    throw error;
  };

  const prepare = async (write: Put | Removal, context: HandlerContext): Promise<Prepared> => {
    const { kind, expectedRevision: expected } = write;
    const identity = context.values.get(identityKey);
    const method = `${context.service.typeName}/${context.method.name}`;
    const action = 'encode' in write ? 'put' : 'delete';
    const prepared = { identity, method, action, kind, expected } as const;
    let bytes: Uint8Array | undefined;
    try {
      mayWrite(identity);
      bytes = 'encode' in write ? write.encode() : undefined;
      const name = fileNameOf(kind, write.name);
      return {
        ...prepared,
        bytes,
        name,
        ...(dependsOnFile(write) && { expected: revisionInForce(catalog, kind, name) }),
      };
    } catch (error) {
      return failed([{ ...prepared, bytes, name: write.name }], error);
    }
  };

  const begin = async (writes: readonly Prepared[]) => {
    const begun: Prepared[] = [];
    try {
      for (const write of writes) {
        await audit.begin(write);
        begun.push(write);
      }
    } catch (error) {
      for (const { kind, action } of writes) metrics.written(kind, action, 'failed');
      for (const { bytes, ...attempt } of begun) {
        await audit.record({ ...attempt, before: undefined, after: bytes, error: error as Error }, true);
      }
      throw error;
    }
  };

  /** @returns the revision of each */
  const commit = async (writes: readonly Prepared[]): Promise<readonly string[]> => {
    await begin(writes);
    const { before, revisions } = await catalog.commit(writes).catch((error: unknown) => failed(writes, error));
    for (const [index, { action, bytes, ...attempt }] of writes.entries()) {
      metrics.written(attempt.kind, action, 'done');
      await audit.record({ ...attempt, before: before[index], after: bytes, error: undefined }, false);
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
    const revisions = new Map<Prepared, string>();
    for (const part of parts) {
      const made = await commit(part).catch((error: unknown) => {
        throw partlyMade(error, revisions.size, prepared.length);
      });
      for (const [index, write] of part.entries()) revisions.set(write, made[index]!);
    }
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

function dependsOnFile(write: Put | Removal): boolean {
  return 'encode' in write && write.keepsRest === true && write.expectedRevision === undefined;
}

/** undefined for a file that cannot be read, and so not compared. */
function revisionInForce({ snapshot }: Catalog, kind: Kind, name: string): string | undefined {
  const entry = snapshot.file(kind, name);
  if (entry === undefined) return '';
  const isRead = entry.fault === undefined || entry.fault.code === 'content';
  return isRead ? entry.revision : undefined;
}

/** @throws RpcError `read_only` */
function mayWrite(identity: Identity): void {
  if (identity.role === 'reader') throw new RpcError('read_only', `${describeCaller(identity)} may only read`);
}

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

const refusals: readonly string[] = ['bad_name', 'not_found', 'too_large', 'conflict', 'denied'];

/** Whether the client asked for something that is not acceptable, rather than the server failing to do it. */
function isRefusal(error: unknown): boolean {
  if (error instanceof StoreError) return refusals.includes(error.code);
  const { code } = toConnectError(error);
  return code !== Code.Unknown || error instanceof RpcError;
}
