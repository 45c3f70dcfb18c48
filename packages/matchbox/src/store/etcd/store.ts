/** The data directory's files in etcd, for any number of replicas. */
import { randomUUID } from 'node:crypto';
import { checkChanges } from '../../data/change.ts';
import type { Kind } from '../../data/kind.ts';
import { type Change, type Store, StoreError } from '../../data/store.ts';
import { type EtcdClient, openEtcd } from '../../engine/etcd/client.ts';
import { createLeases } from '../../engine/etcd/leases.ts';
import { encodeKey, get, isMissing, put } from '../../engine/etcd/operations.ts';
import { bytesPerRequest, commitChanges, operationsPerTransaction, ownOperations } from './commit.ts';
import { toStoreError } from './fault.ts';
import { type EtcdFollowing, followEtcd } from './follow.ts';
import { type EtcdKeys, keysBelow } from './keys.ts';
import { loadFiles } from './load.ts';
import { epochOf, foundIn, look, parseSchema, positionOf, type Seen, schemaVersion } from './look.ts';

const limits = {
  bytesPerFile: 1024 * 1024,
  filesPerCommit: operationsPerTransaction - ownOperations,
  bytesPerCommit: 1280 * 1024,
  atomic: true,
} as const;
/** What a change takes of a request besides its key, which may stand there three times, and its bytes. */
const bytesAround = 64;
/** The ids of commits are remembered for so long at least. */
const rememberedSeconds = 600;

/**
 * Does not connect yet.
 * @param url `etcd://HOST:PORT,HOST:PORT/PREFIX`, with TLS `etcds://`; what it leaves out comes from `ETCDCTL_ENDPOINTS` and the like
 * @throws StoreError `denied` for a URL that is none or not safe, and for files that cannot be read
 */
export function openEtcdStore(url: string): Store {
  const client = opened(url);
  const keys = keysBelow(client.prefix);
  const leases = createLeases(client, rememberedSeconds);
  const describe = (kind: Kind, name?: string) => [client.shown, kind, ...(name === undefined ? [] : [name])].join('/');
  let following: EtcdFollowing | undefined;
  let lastLoaded: Seen | undefined;
  const lookNow = () => client.ask('ask', (member, options) => look(member, options, keys));
  return {
    limits,
    describe,
    load: async () => {
      try {
        const { loaded, seen } = await loadFiles(client, keys);
        lastLoaded = seen;
        return loaded;
      } catch (error) {
        throw toStoreError(error);
      }
    },
    follow: (from, sink, options) => {
      following = followEtcd(client, keys, { from, loaded: lastLoaded, options }, sink);
      return following;
    },
    commit: async (changes, by) => {
      checkChanges(changes, { limits, describe });
      checkRequest(changes, keys);
      // Nobody waits for what is known to be away.
      if (following?.lostFor !== undefined) throw new StoreError('unavailable', following.lostFor);
      try {
        const { epoch } = lastLoaded ?? (await lookNow());
        return await commitChanges({ client, keys, leases, epoch, describe }, changes, by);
      } catch (error) {
        throw toStoreError(error);
      }
    },
    barrier: async () => {
      try {
        return positionOf(await lookNow());
      } catch (error) {
        throw toStoreError(error);
      }
    },
    close: async () => {
      await following?.close();
      client.close();
    },
  };
}

function opened(url: string): EtcdClient {
  try {
    return openEtcd(url);
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Long names count, too. @throws StoreError `too_large` */
function checkRequest(changes: readonly Change[], keys: EtcdKeys): void {
  let bytes = 1024;
  for (const { kind, name, bytes: content } of changes)
    bytes += (content?.length ?? 0) + 3 * Buffer.byteLength(keys.file(kind, name)) + bytesAround;
  if (bytes <= bytesPerRequest) return;
  throw new StoreError(
    'too_large',
    `open one change: ${bytes} bytes with its names, more than the ${bytesPerRequest} that etcd takes`,
  );
}

/** Makes what says that there is a store, once. @returns the versions before and after. @throws StoreError */
export async function migrateEtcd(url: string): Promise<{ readonly from: number; readonly to: number }> {
  const client = opened(url);
  const keys = keysBelow(client.prefix);
  const schema = JSON.stringify({ schema: schemaVersion, epoch: randomUUID() });
  try {
    // Sent twice it is made once.
    const { header, succeeded, responses } = await client.ask('migrate', (member, options) =>
      member.kv.txn(
        {
          compare: [isMissing(keys.schema)],
          success: [put(keys.schema, encodeKey(schema))],
          failure: [get(keys.schema)],
        },
        options,
      ),
    );
    if (succeeded) return { from: 0, to: schemaVersion };
    const found = foundIn(responses[0])[0];
    epochOf(header!.clusterId, found, keys);
    const from = parseSchema(found!.value).schema!;
    return { from, to: Math.max(from, schemaVersion) };
  } catch (error) {
    throw toStoreError(error);
  } finally {
    client.close();
  }
}
