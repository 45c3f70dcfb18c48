/** What a revision of the cluster has changed of the files. */

import type { StoredFile } from '../../data/store.ts';
import { decodeText } from '../../engine/etcd/operations.ts';
import type { KeyChanges } from '../../engine/etcd/watch.ts';
import type { EtcdKeys } from './keys.ts';

export interface Batch {
  readonly revision: number;
  readonly files: readonly StoredFile[];
  /** The commit's id; undefined for what others wrote beside this program. */
  readonly by: string | undefined;
}

export function batchOf({ revision, changes }: KeyChanges, keys: EtcdKeys): Batch {
  let by: string | undefined;
  const files: StoredFile[] = [];
  for (const { key, value } of changes) {
    const file = keys.parseFile(key);
    if (file !== undefined) files.push({ ...file, content: value });
    else if (value !== undefined && decodeText(key) === keys.head) by = decodeText(value);
  }
  return { revision, files, by };
}
