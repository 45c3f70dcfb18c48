/** Tokens by which a machine's report is believed: whoever has one was served this machine's config or script. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token was made for. */
export interface TokenClaim {
  readonly machine: string;
  readonly boot: string;
}

/** Characters of the signature; 24 of base64url are 144 bits. */
const signatureLength = 24;

/**
 * Letters, digits, `-` and `_` only, since cloud-init reads URLs as templates.
 * @param secret of this site, the same on all replicas
 */
export function makeToken({ machine, boot }: TokenClaim, secret: string): string {
  return `${machine}_${boot}_${sign(`${machine} ${boot}`, secret)}`;
}

/** @returns what the token was made for, or undefined when it is none of ours */
export function readToken(token: string, secret: string): TokenClaim | undefined {
  if (token.length > 100) return undefined;
  const [, machine, boot, signature] = /^(m-[a-z0-9]+)_(b-[a-z0-9]+)_([A-Za-z0-9_-]+)$/.exec(token) ?? [];
  if (machine === undefined || boot === undefined || signature?.length !== signatureLength) return undefined;
  const expected = Buffer.from(sign(`${machine} ${boot}`, secret));
  return timingSafeEqual(expected, Buffer.from(signature)) ? { machine, boot } : undefined;
}

function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, signatureLength);
}
