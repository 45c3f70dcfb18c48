/** Writes one by one: whether the client may, what was in force, what is said of it before and after. */
import { Code, type HandlerContext } from '@connectrpc/connect';
import type { Catalog } from '../data/catalog.ts';
import type { Kind } from '../data/kind.ts';
import { StoreError } from '../data/store.ts';
import type { Metrics } from '../log/metrics.ts';
import type { Attempt } from './audit.ts';
import type { AuditTrail } from './audit-trail.ts';
import { describeCaller, type Identity, identityKey } from './identity.ts';
import { fileNameOf } from './object-name.ts';
import { RpcError, toConnectError } from './rpc-error.ts';

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

export interface WritesOptions {
  readonly catalog: Catalog;
  readonly audit: AuditTrail;
  readonly metrics: Metrics;
}

/** A write that was checked, and not yet made. */
export interface Prepared extends Attempt {
  readonly method: string;
  readonly action: 'put' | 'delete';
  readonly bytes: Uint8Array | undefined;
  readonly expected: string | undefined;
}

export interface AuditedWrites {
  /** @throws the fault of a request that is not acceptable, or from somebody who may not write; written down */
  prepare(write: Put | Removal, context: HandlerContext): Promise<Prepared>;
  /** @returns the revision of each */
  commit(writes: readonly Prepared[]): Promise<readonly string[]>;
  /** What was asked for was not done. @throws the error, written down */
  failed(writes: readonly Prepared[], error: unknown): Promise<never>;
}

export function createAuditedWrites({ catalog, audit, metrics }: WritesOptions): AuditedWrites {
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

  const commit = async (writes: readonly Prepared[]): Promise<readonly string[]> => {
    await begin(writes);
    const { before, revisions } = await catalog.commit(writes).catch((error: unknown) => failed(writes, error));
    for (const [index, { action, bytes, ...attempt }] of writes.entries()) {
      metrics.written(attempt.kind, action, 'done');
      await audit.record({ ...attempt, before: before[index], after: bytes, error: undefined }, false);
    }
    return revisions;
  };

  return { prepare, commit, failed };
}

/** What is made depends on what is there. */
export function dependsOnFile(write: Put | Removal): boolean {
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
export function mayWrite(identity: Identity): void {
  if (identity.role === 'reader') throw new RpcError('read_only', `${describeCaller(identity)} may only read`);
}

const refusals: readonly string[] = ['bad_name', 'not_found', 'too_large', 'conflict', 'denied'];

/** Whether the client asked for something that is not acceptable, rather than the server failing to do it. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof StoreError) return refusals.includes(error.code);
  const { code } = toConnectError(error);
  return code !== Code.Unknown || error instanceof RpcError;
}
