/** Verifies a downloaded file: SHA-256 where the site states it, and always a detached OpenPGP signature (RFC 9580). */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { systemMessage } from '@matchbox/gotext';
import type { Key } from 'openpgp';
import { GetError } from './error.ts';
import type { OperatingSystem } from './release.ts';

/** Reads the keys of `--key FILE`, or the pinned ones of the system. */
export async function loadKeys(system: OperatingSystem, keyFile: string | undefined): Promise<Key[]> {
  const { readKey, readKeys } = await import('openpgp');
  if (keyFile !== undefined) {
    const bytes = await readFile(keyFile).catch((cause: unknown) => {
      throw new GetError(
        'no_key',
        `--key: ${keyFile} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    });
    try {
      const text = bytes.toString('latin1');
      return text.includes('-----BEGIN PGP')
        ? await readKeys({ armoredKeys: text })
        : await readKeys({ binaryKeys: bytes });
    } catch (cause) {
      throw new GetError('no_key', `--key: ${keyFile} holds no OpenPGP public key`, { cause });
    }
  }
  const { pinnedKeys } = await import('./pinned-keys.ts');
  const pinned = pinnedKeys.filter((key) => key.system === system.name);
  if (pinned.length === 0) {
    throw new GetError(
      'no_key',
      `no signing key of ${system.name} is built in; give one with --key FILE. The project publishes its keys at ${system.keysPublishedAt}`,
    );
  }
  return Promise.all(pinned.map((key) => readKey({ armoredKey: key.armored })));
}

/** Throws `wrong_checksum` unless the file's SHA-256 is `wanted` (lower-case hex). */
export async function verifyChecksum(path: string, wanted: string, name: string, statedBy = 'the site'): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found !== wanted) {
    throw new GetError(
      'wrong_checksum',
      `${name}: SHA-256 is ${found}, wanted ${wanted} (stated by ${statedBy}); the download was removed. Run the command again; if it happens again, the site or something in between serves another file`,
    );
  }
}

/** Who may have signed a file, and what the file is called in messages. */
export interface Signed {
  readonly keys: readonly Key[];
  readonly system: OperatingSystem;
  readonly name: string;
}

/** Throws `wrong_signature` or `no_key` unless `signature` is one by a trusted key over the whole file. */
export async function verifySignature(
  path: string,
  signatureBytes: Uint8Array,
  { keys, system, name }: Signed,
): Promise<void> {
  const { createMessage, readSignature, verify } = await import('openpgp');
  const text = Buffer.from(signatureBytes).toString('latin1');
  const signature = await (text.includes('-----BEGIN PGP')
    ? readSignature({ armoredSignature: text })
    : readSignature({ binarySignature: signatureBytes })
  ).catch((cause: unknown) => {
    throw new GetError(
      'wrong_signature',
      `${name}.sig is no OpenPGP signature; nothing was installed. Is something in between answering in the site's place?`,
      { cause },
    );
  });
  const stream = Readable.toWeb(createReadStream(path, { highWaterMark: 1 << 20 })) as ReadableStream<Uint8Array>;
  const message = await createMessage({ binary: stream });
  const result = await verify({ message, signature, verificationKeys: [...keys], format: 'binary' });
  const reader = (result.data as unknown as ReadableStream<Uint8Array>).getReader();
  while (!(await reader.read()).done); // the signature can be judged only at the end
  const faults: string[] = [];
  let unknownKeys = 0;
  for (const { verified, keyID } of result.signatures) {
    const fault = await verified.then(() => undefined, systemMessage);
    if (fault === undefined) return;
    const isUnknown = keys.every((key) => key.getKeys(keyID).length === 0);
    if (isUnknown) unknownKeys++;
    faults.push(isUnknown ? `made by the unknown key ${keyID.toHex().toUpperCase()}` : fault);
  }
  throw faults.length > 0 && unknownKeys === faults.length
    ? new GetError(
        'no_key',
        `${name}: the signature was ${faults.join(', ')}, which is not trusted here; nothing was installed. If the project has a new key (see ${system.keysPublishedAt}), give it with --key FILE`,
      )
    : new GetError(
        'wrong_signature',
        `${name}: the signature does not match the file (${faults.join('; ') || 'no signature in it'}); the download was removed and nothing was installed`,
      );
}
