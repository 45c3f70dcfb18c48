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

/** The secrets of this site: the first one signs, all are believed. More than one when this replica started without the others' state. */
export class TokenSecrets {
  readonly #secrets: string[];

  constructor(secret: string) {
    this.#secrets = [secret];
  }

  /** Another replica signs with it. */
  hear(secret: string): void {
    if (this.#secrets[0] !== secret) this.#secrets.unshift(secret);
  }

  make(claim: TokenClaim): string {
    return makeToken(claim, this.#secrets[0]!);
  }

  read(token: string): TokenClaim | undefined {
    for (const secret of this.#secrets) {
      const claim = readToken(token, secret);
      if (claim !== undefined) return claim;
    }
    return undefined;
  }
}

function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, signatureLength);
}
