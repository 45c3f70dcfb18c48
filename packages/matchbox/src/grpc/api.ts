/** What the services share: reading files as they are stored, and writing them in order, audited, for those who may. */
import { Code, type HandlerContext } from '@connectrpc/connect';
import type { Catalog } from '../core/catalog.ts';
import type { Kind } from '../core/kind.ts';
import type { Metrics } from '../core/metrics.ts';
import { StoreError } from '../core/store.ts';
import type { AuditTrail } from './audit-trail.ts';
import { createGate } from './gate.ts';
import { identityKey } from './identity.ts';
import { fileNameOf } from './object-name.ts';
import { RpcError, toConnectError } from './rpc-error.ts';

export interface Api {
  readonly catalog: Catalog;
  /** The newest state of the store, also where something else than this server changed it; joins a reload that is waiting. */
  refresh(): Promise<void>;
  /** @throws StoreError with the original's text */
  read(kind: Kind, name: string): Promise<Uint8Array>;
  put(write: Put, context: HandlerContext): Promise<{ readonly revision: string }>;
  remove(write: Removal, context: HandlerContext): Promise<void>;
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
}

export interface ApiOptions {
  readonly catalog: Catalog;
  readonly audit: AuditTrail;
  readonly metrics: Metrics;
}

/**
 * Files are read this many at a time. Node has four threads for the file system: with all of them reading for impatient
 * clients, a write (a dozen steps, one after the other) would stand in line at every step.
 */
const readsAtOnce = 2;

export function createApi({ catalog, audit, metrics }: ApiOptions): Api {
  const gate = createGate(readsAtOnce);
  let queue: Promise<unknown> = Promise.resolve();
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  /** One change at a time, so that the audit log's "before" is what the change replaced. */
  const change = async <T>(
    write: Removal,
    method: 'put' | 'delete',
    context: HandlerContext,
    perform: (name: string, after: Uint8Array | undefined) => Promise<T>,
    encode: () => Uint8Array | undefined,
  ): Promise<T> => {
    const { kind } = write;
    const identity = context.values.get(identityKey);
    const call = { identity, method: `${context.service.typeName}/${context.method.name}`, kind };
    let name = write.name;
    let before: Uint8Array | undefined;
    let after: Uint8Array | undefined;
    try {
      if (identity.role === 'reader') {
        throw new RpcError('read_only', `the client certificate ${JSON.stringify(identity.subject)} may only read`);
      }
      after = encode();
      name = fileNameOf(kind, write.name);
      before = catalog.snapshot.file(kind, name)?.bytes;
      const result = await perform(name, after);
      metrics.written(kind, method, 'done');
      await audit.record({ ...call, name, before, after, error: undefined }, false);
      return result;
    } catch (error) {
      const refused = isRefusal(error);
      metrics.written(kind, method, refused ? 'refused' : 'failed');
      await audit.record({ ...call, name, before, after, error: error as Error }, refused);
      throw error;
    }
  };
  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };

  return {
    catalog,
    refresh: () => {
      waiting ??= running
        .catch(() => {})
        .then(() => {
          waiting = undefined;
          running = catalog.reload();
          return running;
        });
      return waiting;
    },
    read: async (kind, name) => {
      const fileName = fileNameOf(kind, name);
      return gate(() => readStored(catalog, kind, fileName));
    },
    put: (write, context) =>
      enqueue(() =>
        change(
          write,
          'put',
          context,
          (name, after) => catalog.put(kind(write), name, after ?? new Uint8Array(), expected(write)),
          write.encode,
        ),
      ),
    remove: (write, context) =>
      enqueue(() =>
        change(
          write,
          'delete',
          context,
          (name) => catalog.remove(kind(write), name, expected(write)),
          () => undefined,
        ),
      ),
  };
}

function kind(write: Removal): Kind {
  return write.kind;
}

function expected(write: Removal): { expectedRevision?: string } {
  return write.expectedRevision === undefined ? {} : { expectedRevision: write.expectedRevision };
}

/** Whether the client asked for something that is not acceptable, rather than the server failing to do it. */
function isRefusal(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === 'bad_name' || error.code === 'not_found';
  const { code } = toConnectError(error);
  return code !== Code.Unknown || error instanceof RpcError;
}

async function readStored(catalog: Catalog, kind: Kind, name: string): Promise<Uint8Array> {
  try {
    return await catalog.store.read(kind, name);
  } catch (error) {
    // Quirk: Go opens a folder without complaint and fails when it reads it, so upstream's text says "read".
    if (
      error instanceof StoreError &&
      error.code === 'not_a_file' &&
      error.message.endsWith('is a directory, not a file')
    ) {
      throw new StoreError(error.code, `read ${catalog.store.describe(kind, name)}: is a directory`, { cause: error });
    }
    throw error;
  }
}
