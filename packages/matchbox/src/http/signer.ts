/** Signs answers with OpenPGP: detached signatures, binary (`.sig`) or armored (`.asc`), by the first private key of a key ring. */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { PrivateKey } from 'openpgp';
import { createLruCache } from '../answer/lru-cache.ts';
import { type BitingLimit, limits } from '../limits/limits.ts';
import type { SignatureForm } from './handler.ts';
import { busyResponse, plainResponse, type Request, type Response } from './message.ts';
import { withoutPort } from './routes.ts';
import { createSigningQueue, QueueFullError } from './signing-queue.ts';

export type KeyRingErrorCode = 'no_keys' | 'malformed' | 'armored' | 'no_private_key' | 'passphrase' | 'cannot_sign';

/** What to do about it. */
const hints: Readonly<Record<KeyRingErrorCode, string>> = {
  no_keys: 'the file is empty; write a key to it with: gpg --export-secret-keys KEY > FILE',
  malformed: 'the file is no key ring, or only a part of one; write it again with: gpg --export-secret-keys KEY > FILE',
  armored: 'the file is text, and a binary key ring is wanted; make one of it with: gpg --dearmor FILE',
  no_private_key: 'the file holds public keys only; export the private one with: gpg --export-secret-keys KEY > FILE',
  passphrase: 'MATCHBOX_PASSPHRASE has to be the passphrase of the first private key in the file',
  cannot_sign: 'make a key that can sign, or prolong this one, with gpg',
};

/** Why a key ring cannot be used; where the original has words for it, they are its words. */
export class KeyRingError extends Error {
  readonly code: KeyRingErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: KeyRingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyRingError';
    this.code = code;
    this.hint = hints[code];
  }
}

export type Sign = (response: Response, form: SignatureForm, request: Request) => Promise<Response>;

/** A signature of RSA-4096 takes about a kilobyte. */
const signatureBytes = 2048;
/**
 * A signature of RSA-4096 takes milliseconds of a processor, and of one of the four threads that read assets otherwise. Some are
 * left, so that who wants no signature need not wait for those of others.
 */
const signingsAtATime = Math.min(3, Math.max(1, availableParallelism() - 1));
/** Old test keys are that small (RFC 9580 section 12.4 wants more; who signs with one has decided so). */
const minRSABits = 1024;

/**
 * @param keyRing a binary key ring (RFC 9580 section 10.2); like the original, no armored one
 * @param passphrase opens a protected key; ignored for others
 * @param onLimit told of whoever is to ask again, since too many signatures wait
 * @throws KeyRingError
 */
export async function createSigner(
  keyRing: Uint8Array,
  passphrase: string | undefined,
  onLimit: (limit: BitingLimit, address: string) => void = () => {},
): Promise<Sign> {
  const openpgp = await import('openpgp');
  const signingKey = await openSigningKey(openpgp, keyRing, passphrase);
  const config = { minRSABits, preferredHashAlgorithm: openpgp.enums.hash.sha256 };
  const cache = createLruCache<Uint8Array>(limits.signatureCacheBytes);
  const queue = createSigningQueue({ atATime: signingsAtATime, maxWaiting: limits.signatures });
  /** Requests for the same content share one signing. */
  const underWay = new Map<string, { readonly requests: Request[]; readonly made: Promise<Uint8Array> }>();

  const makeSignature = async (content: Uint8Array, form: SignatureForm): Promise<Uint8Array> => {
    const message = await messageOf(openpgp, content);
    const options = { message, signingKeys: signingKey, detached: true, config } as const;
    return form === 'sig'
      ? ((await openpgp.sign({ ...options, format: 'binary' })) as Uint8Array)
      : Buffer.from((await openpgp.sign({ ...options, format: 'armored' })) as string);
  };
  const signatureOf = async (content: Uint8Array, form: SignatureForm, request: Request): Promise<Uint8Array> => {
    const key = `${form}${createHash('sha256').update(content).digest('base64')}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const shared = underWay.get(key);
    if (shared !== undefined) {
      shared.requests.push(request);
      return shared.made;
    }
    const requests = [request];
    const isWanted = () => requests.some(({ gone }) => gone !== true);
    const made = queue
      .add(withoutPort(request.remoteAddress), isWanted, () => makeSignature(content, form))
      .finally(() => underWay.delete(key));
    underWay.set(key, { requests, made });
    const signature = await made;
    cache.set(key, signature, signatureBytes);
    return signature;
  };
  // A key that has expired, for instance, is told of now, not by every machine.
  await makeSignature(new Uint8Array(), 'sig').catch((cause: unknown) => {
    throw new KeyRingError('cannot_sign', `sign: the first private key cannot sign: ${messageOfError(cause)}`, {
      cause,
    });
  });
  return async (response, form, request) => {
    if (!(response.body instanceof Uint8Array)) throw new TypeError('only answers that are in memory are signed');
    // It has no content, and so there is nothing to sign.
    if (response.status === 304) return { ...response, headers: {}, body: new Uint8Array() };
    let body: Uint8Array;
    try {
      body = await signatureOf(response.body, form, request);
    } catch (error) {
      if (!(error instanceof QueueFullError)) return unsignedResponse(response, messageOfError(error));
      if (request.gone !== true) onLimit('signatures', withoutPort(request.remoteAddress));
      return busyResponse(response.outcome.endpoint);
    }
    return withSignature(response, form, body);
  };
}

function unsignedResponse(response: Response, note: string): Response {
  const outcome = { ...response.outcome, reason: 'internal_error', note };
  return plainResponse(500, `the answer cannot be signed: ${note}\n`, outcome);
}

function withSignature(response: Response, form: SignatureForm, body: Uint8Array): Response {
  const retryAfter = response.headers['Retry-After'];
  const headers = {
    'Content-Type': form === 'sig' ? 'application/octet-stream' : 'text/plain; charset=utf-8',
    'Content-Length': `${body.length}`,
    ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
  };
  return { ...response, headers, body };
}

function messageOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type OpenPgp = typeof import('openpgp');

async function openSigningKey(
  openpgp: OpenPgp,
  keyRing: Uint8Array,
  passphrase: string | undefined,
): Promise<PrivateKey> {
  if (keyRing.length === 0) throw new KeyRingError('no_keys', 'sign: provided key ring file contained no keys');
  // Every packet begins with a set bit (RFC 9580 section 4.2); text, an armored ring too, has none.
  if (keyRing[0]! < 0x80) {
    const armored = Buffer.from(keyRing.subarray(0, 4096)).includes('-----BEGIN PGP');
    throw new KeyRingError(armored ? 'armored' : 'malformed', 'openpgp: invalid data: tag byte does not have MSB set');
  }
  const keys = await openpgp.readKeys({ binaryKeys: keyRing, config: { minRSABits } }).catch((cause: unknown) => {
    const text = messageOfError(cause);
    const cut = /unexpected end|premature/i.test(text);
    throw new KeyRingError('malformed', cut ? 'unexpected EOF' : `openpgp: invalid data: ${text}`, { cause });
  });
  const key = keys.find((each): each is PrivateKey => each.isPrivate());
  if (key === undefined) {
    throw new KeyRingError('no_private_key', 'sign: the key ring has no private key');
  }
  if (key.isDecrypted()) return key;
  if (!passphrase) throw new KeyRingError('passphrase', 'sign: missing passphrase for encrypted private key');
  return openpgp.decryptKey({ privateKey: key, passphrase, config: { minRSABits } }).catch((cause: unknown) => {
    throw new KeyRingError('passphrase', 'openpgp: invalid data: private key checksum failure', { cause });
  });
}

/**
 * A carriage return or a NUL at the end of a line, where GnuPG cuts it off.
 * Quirk: a text signature of such a content, as the original makes it, never verifies (signed by golang.org/x/crypto/openpgp, checked by GnuPG).
 */
const cutOffByGnupg = /[\r\0](?:\r\n|$)|\0\n/;

/** The content for a text signature (class 01), as the original makes them; for a binary one (00) where only that can be verified. */
async function messageOf(openpgp: OpenPgp, content: Uint8Array) {
  if (cutOffByGnupg.test(Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1'))) {
    return openpgp.createMessage({ binary: content });
  }
  const message = await openpgp.createMessage({ text: '' });
  const [literal] = message.packets as unknown as { text: string; setBytes(bytes: Uint8Array, format: number): void }[];
  // Quirk: openpgp takes text as a string only (LiteralDataPacket.setText), and not every content is UTF-8; that there is a text makes the signature one of text.
  literal!.setBytes(content, openpgp.enums.literal.utf8);
  literal!.text = '';
  return message;
}
