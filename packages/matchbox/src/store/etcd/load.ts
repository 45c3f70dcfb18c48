/** Reads all files at one revision. */

import type { Loaded, StoredFile } from '../../data/store.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { EtcdClient } from '../../engine/etcd/client.ts';
import { readPages } from '../../engine/etcd/pages.ts';
import type { EtcdKeys } from './keys.ts';
import { look, positionOf, type Seen } from './look.ts';

/** What was read so far may be forgotten by a compaction meanwhile. */
const attempts = 5;

/** What was loaded, and from where a watch goes on. */
export interface EtcdLoaded {
  readonly loaded: Loaded;
  readonly seen: Seen;
}

/** @throws StoreError, EngineError */
export async function loadFiles(client: EtcdClient, keys: EtcdKeys): Promise<EtcdLoaded> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await loadOnce(client, keys);
    } catch (error) {
      const isForgotten = error instanceof EngineError && error.code === 'forgotten';
      if (attempt === attempts || !isForgotten) throw error;
    }
  }
}

async function loadOnce(client: EtcdClient, keys: EtcdKeys): Promise<EtcdLoaded> {
  const seen = await client.ask('load', (member, options) => look(member, options, keys));
  const files: StoredFile[] = [];
  await readPages(client, { range: keys.range, revision: seen.revision }, ({ key, value }) => {
    const file = keys.parseFile(key);
    // A part of the page would keep all of it.
    if (file !== undefined) files.push({ ...file, content: new Uint8Array(value) });
  });
  return { loaded: { position: positionOf(seen), files, faults: new Map() }, seen };
}
