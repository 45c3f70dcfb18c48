/** Where everything is in etcd. Files lie there as they are, so that etcdctl reads and writes them. */

import { nameFault } from '../../data/file-name.ts';
import { isKind, type Kind } from '../../data/kind.ts';
import { decodeText, encodeKey, endOf } from '../../engine/etcd/operations.ts';

export interface EtcdKeys {
  /** What is below the prefix, in JSON: `{"schema":1,"epoch":"…"}`. */
  readonly schema: string;
  /** The id of the newest commit. Every commit writes it, so its revision is that of the newest commit. */
  readonly head: string;
  /** The range of the files and the head: one watch sees a commit with its id. */
  readonly range: { readonly key: Uint8Array<ArrayBuffer>; readonly rangeEnd: Uint8Array<ArrayBuffer> };
  /** Says for some minutes that a commit was made. */
  write(id: string): string;
  file(kind: Kind, name: string): string;
  /** @returns undefined for a key that is no file */
  parseFile(key: Uint8Array): { readonly kind: Kind; readonly name: string } | undefined;
}

export function keysBelow(prefix: string): EtcdKeys {
  const files = `${prefix}/v1/`;
  return {
    schema: `${prefix}/meta/schema`,
    head: `${files}head`,
    range: { key: encodeKey(files), rangeEnd: endOf(files) },
    write: (id) => `${prefix}/w/${id}`,
    file: (kind, name) => `${files}${kind}/${name}`,
    parseFile: (key) => {
      const path = decodeText(key)?.slice(files.length) ?? '';
      const slash = path.indexOf('/');
      const kind = path.slice(0, Math.max(0, slash));
      const name = path.slice(slash + 1);
      // Others may write there what no folder would list.
      return isKind(kind) && nameFault(name) === undefined ? { kind, name } : undefined;
    },
  };
}
