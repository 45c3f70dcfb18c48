/** The link in the server's log that signs in once: its secret is in the fragment, which no browser sends and no proxy logs. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const lifetimeMs = 10 * 60 * 1000;

export interface OneTimeLinks {
  /** A new secret; the one before it is worth nothing from then on. */
  make(): string;
  /** @returns whether it was the secret: then it is worth nothing any more */
  take(secret: string): boolean;
}

export function createOneTimeLinks(now: () => number = Date.now): OneTimeLinks {
  let current: { readonly hash: Buffer; readonly untilMs: number } | undefined;
  return {
    make: () => {
      const secret = randomBytes(32).toString('base64url');
      current = { hash: hashOf(secret), untilMs: now() + lifetimeMs };
      return secret;
    },
    take: (secret) => {
      if (current === undefined || now() >= current.untilMs) return false;
      if (!timingSafeEqual(current.hash, hashOf(secret))) return false;
      current = undefined;
      return true;
    },
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
