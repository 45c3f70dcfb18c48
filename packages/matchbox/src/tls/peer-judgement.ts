/**
 * Whether a client that was let in would be let in now: by today's authorities, revocation lists and clock.
 *
 * OpenSSL judges handshakes and nothing later. What is not plainly good here counts as not good: such a client has to
 * connect again, and OpenSSL has the last word.
 */
import type { X509Certificate } from 'node:crypto';
import type { HandshakeFailureReason } from './handshake-failure.ts';
import { type RevocationList, serialAndIssuer } from './revocation-list.ts';

export interface Trust {
  readonly authorities: readonly X509Certificate[];
  /** undefined: none is asked. */
  readonly lists: readonly RevocationList[] | undefined;
}

/** `untilMs`: if nothing changes, good to then (milliseconds since 1970), and not good for `reason` afterwards. */
export type PeerJudgement =
  | { readonly good: true; readonly untilMs: number; readonly reason: HandshakeFailureReason }
  | { readonly good: false; readonly reason: HandshakeFailureReason };

/** OpenSSL's own limit is 100; no authority has so many below it. */
const maxDepth = 10;

/** @param presented the client's certificate first, then those that came with it */
export function judgePeer(presented: readonly X509Certificate[], trust: Trust, now: Date): PeerJudgement {
  const [leaf] = presented;
  const path = leaf && pathToAuthority([leaf], presented, trust.authorities);
  if (path === undefined) return { good: false, reason: 'unknown_authority' };
  let judgement: PeerJudgement = { good: true, untilMs: Number.POSITIVE_INFINITY, reason: 'expired' };
  for (const certificate of path) {
    judgement = earlier(judgement, judgeDates(certificate, now));
    if (trust.lists !== undefined) judgement = earlier(judgement, judgeRevocation(certificate, trust.lists, now));
    if (!judgement.good) return judgement;
  }
  return judgement;
}

/** Depth first, since an authority may have signed itself and been signed by another. */
function pathToAuthority(
  path: readonly X509Certificate[],
  presented: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const last = path.at(-1)!;
  if (isSignedBy(last, last)) return authorities.some((each) => isSame(each, last)) ? path : undefined;
  if (path.length >= maxDepth) return undefined;
  for (const candidate of [...authorities, ...presented]) {
    if (path.some((each) => isSame(each, candidate)) || !isSignedBy(last, candidate)) continue;
    const whole = pathToAuthority([...path, candidate], presented, authorities);
    if (whole) return whole;
  }
  return undefined;
}

function isSame(a: X509Certificate, b: X509Certificate): boolean {
  return a.fingerprint256 === b.fingerprint256;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function judgeDates({ validFrom, validTo }: X509Certificate, now: Date): PeerJudgement {
  const untilMs = Date.parse(validTo);
  if (now.getTime() < Date.parse(validFrom)) return { good: false, reason: 'not_yet_valid' };
  return now.getTime() > untilMs ? { good: false, reason: 'expired' } : { good: true, untilMs, reason: 'expired' };
}

/** Each certificate of the path is looked up, as node:tls does; every authority needs a list in force. */
function judgeRevocation({ raw }: X509Certificate, lists: readonly RevocationList[], now: Date): PeerJudgement {
  const { serial, issuer } = serialAndIssuer(raw);
  const own = lists.filter((list) => list.issuer === issuer);
  if (own.some((list) => list.serials.has(serial))) return { good: false, reason: 'revoked' };
  const ends = own
    .filter(({ thisUpdate }) => thisUpdate <= now)
    .map(({ nextUpdate }) => nextUpdate?.getTime() ?? Number.POSITIVE_INFINITY);
  const untilMs = Math.max(...ends, Number.NEGATIVE_INFINITY);
  const reason = 'bad_revocation_list';
  return untilMs < now.getTime() ? { good: false, reason } : { good: true, untilMs, reason };
}

/** Of two judgements the one that ends the connection first. */
function earlier(a: PeerJudgement, b: PeerJudgement): PeerJudgement {
  if (!a.good) return a;
  if (!b.good) return b;
  return b.untilMs < a.untilMs ? b : a;
}
