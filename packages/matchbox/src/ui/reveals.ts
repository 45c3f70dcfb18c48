/** Who has seen which secrets lately: a view that asks for the same again and again is one look. */

export interface Reveals {
  /** @throws Error of `write`: then nothing is remembered, and nothing is to be shown */
  reveal(look: Look, write: () => Promise<void>): Promise<void>;
}

export interface Look {
  readonly user: string;
  readonly method: string;
  readonly object: string;
}

const sameLookMs = 10 * 60_000;
const maxLooks = 1000;

export function createReveals(now: () => number = Date.now): Reveals {
  const looks = new Map<string, number>();
  return {
    reveal: async ({ user, method, object }, write) => {
      const key = JSON.stringify([user, method, object]);
      const atMs = looks.get(key);
      if (atMs !== undefined && now() - atMs < sameLookMs) return;
      await write();
      looks.delete(key);
      looks.set(key, now());
      if (looks.size > maxLooks) looks.delete(looks.keys().next().value!);
    },
  };
}
