/** Failures to sign in, counted by address and by user: each one makes the next wait longer. */

export interface Attempts {
  /** @returns milliseconds until these may try again; 0: now */
  waitMs(keys: readonly AttemptKey[]): number;
  failed(keys: readonly AttemptKey[]): void;
  succeeded(keys: readonly AttemptKey[]): void;
}

export interface AttemptKey {
  readonly kind: 'address' | 'user';
  readonly value: string;
}

/** Failures that cost nothing. A user is tried from many addresses, and must not be locked out by a stranger for long. */
const free = { address: 5, user: 20 };
const maxWaitMs = { address: 15 * 60_000, user: 60_000 };
/** Without a failure for so long it is forgotten. */
const memoryMs = 60 * 60_000;
const maxKeys = 10_000;

interface Count {
  readonly failures: number;
  readonly lastMs: number;
}

export function createAttempts(now: () => number = Date.now): Attempts {
  const counts = new Map<string, Count>();
  const countOf = (name: string) => {
    const count = counts.get(name);
    return count !== undefined && now() - count.lastMs < memoryMs ? count : undefined;
  };
  return {
    waitMs: (keys) => {
      const waits = keys.map((key) => {
        const count = countOf(nameOf(key));
        if (count === undefined || count.failures < free[key.kind]) return 0;
        const wait = Math.min(1000 * 2 ** (count.failures - free[key.kind]), maxWaitMs[key.kind]);
        return Math.max(0, count.lastMs + wait - now());
      });
      return Math.max(0, ...waits);
    },
    failed: (keys) => {
      for (const key of keys) {
        const name = nameOf(key);
        const failures = (countOf(name)?.failures ?? 0) + 1;
        counts.delete(name);
        counts.set(name, { failures, lastMs: now() });
        if (counts.size > maxKeys) counts.delete(counts.keys().next().value!);
      }
    },
    succeeded: (keys) => {
      for (const key of keys) counts.delete(nameOf(key));
    },
  };
}

/** Of IPv6 a whole network is one: everybody has 2^64 addresses. */
function nameOf({ kind, value }: AttemptKey): string {
  const isNetwork = kind === 'address' && value.includes(':') && !value.startsWith('::ffff:');
  return `${kind} ${isNetwork ? expanded(value).slice(0, 4).join(':') : value}`;
}

function expanded(address: string): string[] {
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(Math.max(0, missing)).fill('0'), ...right].map((part) =>
    part.replace(/^0+(?=.)/, ''),
  );
}
