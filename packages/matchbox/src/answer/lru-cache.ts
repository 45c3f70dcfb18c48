/** A map that forgets what was not asked for longest, bounded by the weight of its keys and values. */

export interface LruCache<V> {
  get(key: string): V | undefined;
  /** @param weight of the value, in bytes */
  set(key: string, value: V, weight: number): void;
  delete(key: string): void;
}

/** What an entry takes besides its key and value. */
const entryBytes = 200;

export function createLruCache<V>(maxWeight: number): LruCache<V> {
  const entries = new Map<string, { value: V; weight: number }>();
  let total = 0;
  const drop = (key: string) => {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  return {
    delete: drop,
    get: (key) => {
      const entry = entries.get(key);
      // As long as there is much room left nothing is forgotten soon, and the order need not be kept.
      if (entry !== undefined && total > maxWeight / 2) {
        entries.delete(key);
        entries.set(key, entry);
      }
      return entry?.value;
    },
    set: (key, value, valueWeight) => {
      drop(key);
      const weight = valueWeight + 2 * key.length + entryBytes;
      if (weight > maxWeight) return;
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (total <= maxWeight) break;
        drop(oldest);
      }
    },
  };
}
