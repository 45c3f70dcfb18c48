/** What a cluster says of itself: whose counter it is, how far it has come, which commit was the newest. */

import { type Position, StoreError } from '../../data/store.ts';
import type { CallOptions } from '../../engine/etcd/client.ts';
import type { KeyValue, ResponseOp } from '../../engine/etcd/gen/etcd_pb.ts';
import type { Member } from '../../engine/etcd/member.ts';
import { decodeText, get } from '../../engine/etcd/operations.ts';
import type { EtcdKeys } from './keys.ts';

/** The newest commit at some moment. */
export interface Head {
  /** 0 before the first commit. */
  readonly revision: number;
  readonly id: string;
}

export interface Seen {
  readonly epoch: string;
  /** Of the whole cluster. */
  readonly revision: number;
  readonly head: Head;
}

/**
 * A position is that of the newest commit: nothing else in the cluster moves it, and every server finds the same. What others write
 * into the files beside this program comes at the position that is.
 */
export function positionOf({ epoch, head }: Pick<Seen, 'epoch' | 'head'>): Position {
  return { epoch, revision: head.revision };
}

/** What this program makes and reads; it works with one more, so that replicas can be upgraded one after the other. */
export const schemaVersion = 1;

/**
 * Asks a quorum: what was acknowledged before is in the answer.
 * @throws StoreError `denied` where there is no store, or one that is too new
 */
export async function look(member: Member, options: CallOptions, keys: EtcdKeys): Promise<Seen> {
  const { header, responses } = await member.kv.txn({ success: [get(keys.schema), get(keys.head)] }, options);
  return {
    epoch: epochOf(header!.clusterId, foundIn(responses[0])[0], keys),
    revision: Number(header!.revision),
    head: headOf(foundIn(responses[1])[0]),
  };
}

/** The newest commit as of a revision; a store may only look where nothing was forgotten. */
export async function headAt(member: Member, options: CallOptions, keys: EtcdKeys, revision: number): Promise<Head> {
  const { responses } = await member.kv.txn({ success: [get(keys.head, revision)] }, options);
  return headOf(foundIn(responses[0])[0]);
}

/** What an operation of a transaction has read. */
export function foundIn(response: ResponseOp | undefined): readonly KeyValue[] {
  return response?.response.case === 'responseRange' ? response.response.value.kvs : [];
}

function headOf(found: KeyValue | undefined): Head {
  return found === undefined
    ? { revision: 0, id: '' }
    : { revision: Number(found.modRevision), id: decodeText(found.value) ?? '' };
}

/** @throws StoreError */
export function epochOf(clusterId: bigint, found: KeyValue | undefined, keys: EtcdKeys): string {
  if (found === undefined) {
    throw new StoreError('denied', `there is no store of Matchbox at ${keys.schema}: matchbox store init makes it`);
  }
  const { schema, epoch } = parseSchema(found.value);
  if (schema === undefined || epoch === undefined) {
    throw new StoreError(
      'denied',
      `${keys.schema} is not what matchbox store init writes: is the prefix another program's?`,
    );
  }
  if (schema > schemaVersion + 1) {
    throw new StoreError(
      'denied',
      `the store is of version ${schema}, this program knows ${schemaVersion}: use a newer one`,
    );
  }
  // A cluster that is made anew of a backup may have the same id; and one cluster may hold several stores.
  return `${clusterId.toString(16)}-${epoch}`;
}

export function parseSchema(bytes: Uint8Array): { readonly schema?: number; readonly epoch?: string } {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes) ?? '');
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null) return {};
  const { schema, epoch } = value as { schema?: unknown; epoch?: unknown };
  return typeof schema === 'number' && typeof epoch === 'string' ? { schema, epoch } : {};
}
