// Checksums as hexadecimal or decimal text: SHA-1 and SHA-2 (FIPS 180-4), Adler-32 (RFC 1950).

import { encodeBytes } from '@matchbox/gotext';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { groupOf, type SprigFunction } from './entry.ts';

const group = groupOf('hashes');

function checksum(name: string, digest: (bytes: Uint8Array) => Uint8Array, example: string): SprigFunction {
  return group(`${name} TEXT`, 'The checksum, in hexadecimal', [`{{${name} "abc" | trunc 16}}`, example], {
    types: ['string'],
    call: (text: string) => bytesToHex(digest(encodeBytes(text))),
  });
}

function adler32(text: string): string {
  let a = 1;
  let b = 0;
  for (const byte of encodeBytes(text)) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return String((b * 65536 + a) >>> 0);
}

/** The functions that make checksums. */
export const hashFunctions: Readonly<Record<string, SprigFunction>> = {
  sha1sum: checksum('sha1sum', sha1, 'a9993e364706816a'),
  sha256sum: checksum('sha256sum', sha256, 'ba7816bf8f01cfea'),
  sha512sum: checksum('sha512sum', sha512, 'ddaf35a193617aba'),
  adler32sum: group('adler32sum TEXT', 'The checksum, as a decimal number', ['{{adler32sum "abc"}}', '38600999'], {
    types: ['string'],
    call: adler32,
  }),
};
