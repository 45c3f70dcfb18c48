/** Reads a range at one revision, in pages that are neither too many nor too large. */
import type { EtcdClient } from './client.ts';
import type { KeyValue } from './gen/etcd_pb.ts';

/** Keys of a page: few at first, since nobody knows yet how large their values are. */
const firstPage = 256;
const largestPage = 2000;
const pageBytes = 4 * 1024 * 1024;
const pageMs = 20_000;
/** A page is much to send twice. */
const pagePatienceMs = 3000;

export interface PagesOptions {
  readonly range: { readonly key: Uint8Array<ArrayBuffer>; readonly rangeEnd: Uint8Array<ArrayBuffer> };
  readonly revision: number;
}

/** @throws EngineError `forgotten` when the revision was compacted meanwhile */
export async function readPages(
  client: EtcdClient,
  { range, revision }: PagesOptions,
  take: (entry: KeyValue) => void,
): Promise<void> {
  let { key } = range;
  for (let limit = firstPage; ; ) {
    const { kvs, more } = await client.ask(
      'load',
      (member, options) =>
        member.kv.range({ key, rangeEnd: range.rangeEnd, limit: BigInt(limit), revision: BigInt(revision) }, options),
      { patienceMs: pagePatienceMs, tryMs: pageMs, withinMs: 2 * pageMs },
    );
    let bytes = 0;
    for (const entry of kvs) {
      bytes += entry.key.length + entry.value.length;
      take(entry);
    }
    if (!more) return;
    key = after(kvs.at(-1)!.key);
    const average = Math.max(1, bytes / kvs.length);
    limit = Math.max(1, Math.min(largestPage, 2 * limit, Math.floor(pageBytes / average)));
    // Whoever is served meanwhile does not wait for it.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The first key behind this one. */
function after(key: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
