/** Opens the key ring that answers are signed with, with the words for what is wrong with it. */
import { readFileSync } from 'node:fs';
import { systemMessage } from '@matchbox/gotext';
import { createSigner, KeyRingError, type Sign } from './http/signer.ts';
import type { BitingLimit } from './limits/limits.ts';
import { StartError } from './start-error.ts';

export interface KeyRingOptions {
  readonly path: string;
  readonly passphrase: string | undefined;
}

/** @throws StartError */
export async function openSigner(
  { path, passphrase }: KeyRingOptions,
  onLimit: (limit: BitingLimit, client: string) => void,
): Promise<Sign> {
  let keyRing: Uint8Array;
  try {
    keyRing = readFileSync(path);
  } catch (error) {
    const advice = '-key-ring-path names a file that this made: gpg --export-secret-keys KEY > FILE';
    throw new StartError('bad_path', `open ${path}: ${systemMessage(error)}`, { cause: error, advice });
  }
  try {
    return await createSigner(keyRing, passphrase, onLimit);
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    throw new StartError('bad_key_ring', error.message, {
      cause: error,
      hint: `-key-ring-path=${path}: ${error.hint}`,
    });
  }
}
